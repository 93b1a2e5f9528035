/// Why a log, a proof or a note is not to be believed, or cannot be made. Carries no content of a leaf.
public struct TransparencyLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        case outOfRange = "an index or size beyond the tree"
        case nodeMissing = "a hash of the tree is missing"
        case proofWrong = "the proof does not fit"
        case noteMalformed = "not a signed note"
        case keyMalformed = "not a verifier or signer key"
        case unsupportedKey = "a kind of key that is not known here (Ed25519 notes and cosignatures are)"
        case nameMalformed = "a name is empty or holds white space or a plus sign"
        case notSigned = "not signed by the key that was named"
        case signatureWrong = "a signature is not the named key's"
        case checkpointMalformed = "not a checkpoint"
        case notALog = "not an exported log"
        case leafMalformed = "a leaf is empty, too long, or holds a line feed"
        case truncated = "ends too early"
        case forged = "the entries are not those that the checkpoint was made over"
        case otherLog = "a checkpoint of another log"
        case unreadable = "cannot be read"
        case cryptographyFailed = "libcrypto refused an operation"
    }

    public let code: Code
    /// Where in the bytes, where that is known.
    public let offset: Int?
    /// The entry, the size or the count of entries it is about, where there is one.
    public let entry: UInt64?
    /// Whose key or log, where that is known.
    public let name: String?

    public init(_ code: Code, offset: Int? = nil, entry: UInt64? = nil, name: String? = nil) {
        self.code = code
        self.offset = offset
        self.entry = entry
        self.name = name
    }

    public var description: String {
        var text = code.rawValue
        if let name { text += " (\(name))" }
        if let entry { text += " (entry \(entry))" }
        if let offset { text += " (at byte \(offset))" }
        return text
    }
}
