public import ByteIO
public import Vault

/// How a key signs notes.
public enum NoteSignatureType: UInt8, Sendable {
    /// Ed25519 over the text (c2sp.org/signed-note).
    case note = 1
    /// Ed25519 over the text and a time (c2sp.org/tlog-cosignature).
    case cosignature = 4
}

/// Whom to believe: a name and a public key, as others hand it out. Format: Docs/Formats/transparency-log.md.
public struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
    public let name: String
    public let type: NoteSignatureType
    public let publicKey: Bytes
    /// Tells keys of one name apart. Four bytes: an aid, no proof.
    public let id: Bytes

    /// - Throws: `nameMalformed`, `keyMalformed`.
    public init(name: String, type: NoteSignatureType, publicKey: Bytes) throws(TransparencyLogError) {
        guard Self.isName(name) else { throw TransparencyLogError(.nameMalformed) }
        guard publicKey.count == Ed25519.publicKeyCount else { throw TransparencyLogError(.keyMalformed, name: name) }
        self.name = name
        self.type = type
        self.publicKey = publicKey
        id = Self.id(name: name, type: type, publicKey: publicKey)
    }

    /// The key that `text` is: `NAME+ID+BASE64`.
    /// - Throws: `keyMalformed`, `unsupportedKey`, `nameMalformed`.
    public init(text: String) throws(TransparencyLogError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count == 8, let id = Bytes(hexadecimal: String(parts[1])),
            let material = Base64.decode(parts[2].utf8), let first = material.first
        else { throw TransparencyLogError(.keyMalformed) }
        guard let type = NoteSignatureType(rawValue: first) else { throw TransparencyLogError(.unsupportedKey) }
        try self.init(name: String(parts[0]), type: type, publicKey: Bytes(Array(material.dropFirst())))
        // Another ID than the recommended one would be allowed, but is nearly always a slip of the pen.
        guard id == self.id else { throw TransparencyLogError(.keyMalformed, name: name) }
    }

    /// `NAME+ID+BASE64`.
    public var description: String {
        "\(name)+\(id.hexadecimal)+\(Base64.encode(Bytes([type.rawValue] + publicKey.array)))"
    }

    static func id(name: String, type: NoteSignatureType, publicKey: Bytes) -> Bytes {
        var hash = SHA256()
        hash.update(utf8: name)
        hash.update([0x0A, type.rawValue])
        hash.update(publicKey)
        return hash.digest()[clamping: 0..<4]
    }

    /// Not empty, no white space, no plus sign, and nothing a note may not hold.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace || $0.value < 0x20 }
    }
}

/// A name and a private key. Prints nothing of the key.
public struct SignerKey: Sendable, CustomStringConvertible {
    public let verifier: VerifierKey
    private let seed: SymmetricKey

    private static let prefix = "PRIVATE+KEY+"

    /// A key pair that follows from `seed`, 32 random bytes that are used for nothing else.
    /// - Throws: `nameMalformed`, `cryptographyFailed`.
    public init(name: String, type: NoteSignatureType, seed: SymmetricKey) throws(TransparencyLogError) {
        self.seed = seed
        guard let publicKey = try? Ed25519.publicKey(of: seed) else { throw TransparencyLogError(.cryptographyFailed) }
        verifier = try VerifierKey(name: name, type: type, publicKey: publicKey)
    }

    /// The key that `text` is: `PRIVATE+KEY+NAME+ID+BASE64`, as the reference implementation keeps it.
    public init(text: String) throws(TransparencyLogError) {
        guard text.hasPrefix(Self.prefix) else { throw TransparencyLogError(.keyMalformed) }
        let parts = text.dropFirst(Self.prefix.count).split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let material = Base64.decode(parts[2].utf8), let first = material.first,
            let seed = try? SymmetricKey(Bytes(Array(material.dropFirst())))
        else { throw TransparencyLogError(.keyMalformed) }
        guard let type = NoteSignatureType(rawValue: first) else { throw TransparencyLogError(.unsupportedKey) }
        try self.init(name: String(parts[0]), type: type, seed: seed)
        guard Bytes(hexadecimal: String(parts[1])) == verifier.id else { throw TransparencyLogError(.keyMalformed) }
    }

    /// The line of a key file. It is the key itself.
    public var backup: String {
        let material = unsafe seed.withUnsafeBytes { unsafe [verifier.type.rawValue] + Array($0) }
        return "\(Self.prefix)\(verifier.name)+\(verifier.id.hexadecimal)+\(Base64.encode(Bytes(material)))"
    }

    public var description: String { "the private key of \(verifier.name)" }

    /// What stands behind the key's ID in a signature of `text`.
    /// - Parameter time: Seconds since 1970, for a cosignature.
    func signature(of text: Bytes, time: UInt64) throws(TransparencyLogError) -> Bytes {
        let message = verifier.type == .note ? text : NoteSignature.cosigned(text, time: time)
        do throws(VaultError) {
            let signature = try Ed25519.sign(message, with: seed)
            return verifier.type == .note ? signature : Bytes(NoteSignature.bigEndian(time) + signature.array)
        } catch {
            throw TransparencyLogError(.cryptographyFailed)
        }
    }
}
