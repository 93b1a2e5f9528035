/// Why bytes are no identifier, no block, no archive, or cannot become one. Carries no content.
public struct ContentAddressingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        case truncated = "ends too early"
        case trailingBytes = "goes on after its end"
        case varintMalformed = "a number is longer than nine bytes or not in its shortest form"
        case notCID = "not a content identifier"
        case unsupportedHash = "named by a hash function that is not known here"
        case digestLength = "a digest has a length that its hash function does not give"
        case notCanonical = "not the canonical encoding"
        case unsupportedValue = "a value that dag-cbor does not allow"
        case notUTF8 = "a text that is not UTF-8"
        case tooDeep = "nested too deeply"
        case tooLarge = "larger than the limit"
        case tooMany = "more parts than the limit"
        case notCAR = "not a CAR file"
        case unsupportedVersion = "a version of CAR that is not read here (only version 1 is)"
        case blockMismatch = "a block is not what its identifier names"
        case blockMissing = "a block is missing"
        case unsupportedCodec = "a block in a codec that is not known here"
        case nodeMalformed = "a node of a file or folder is damaged"
        case unsupportedNode = "a kind of node that is not read here (sharded folder, symbolic link, metadata)"
        case sizeDiffers = "the size a node states is not the size of what it links to"
        case notAFile = "not a file"
        case notAFolder = "not a folder"
        case unsafeName = "a name that could leave the folder, or that occurs twice"
        case folderTooLarge = "too many names for one folder that is not sharded"
        case pieceSize = "no piece has this size"
        case unreadable = "cannot be read"
    }

    public let code: Code
    /// Where in the bytes, where that is known.
    public let offset: Int?
    /// Which block, where that is known.
    public let cid: CID?

    public init(_ code: Code, offset: Int? = nil, cid: CID? = nil) {
        self.code = code
        self.offset = offset
        self.cid = cid
    }

    public var description: String {
        var text = code.rawValue
        if let cid { text += ": \(cid)" }
        if let offset { text += " (at byte \(offset))" }
        return text
    }

    /// The same error, in the block of `cid`.
    func within(_ cid: CID) -> ContentAddressingError {
        ContentAddressingError(code, offset: offset, cid: self.cid ?? cid)
    }
}
