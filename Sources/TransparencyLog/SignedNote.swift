public import ByteIO
import Vault

/// A text and who signed it (c2sp.org/signed-note). Format: Docs/Formats/transparency-log.md.
///
/// Nothing of a note is to be believed before `verified(by:)` gave back the keys it was to be signed by.
public struct SignedNote: Sendable, Hashable {
    /// Bytes of a note at most.
    public static let maximumCount = 1_000_000
    /// Signatures of a note at most.
    public static let maximumSignatures = 64

    /// The text, with the line feed at its end.
    public let text: Bytes
    public private(set) var signatures: [NoteSignature]

    /// A text that nobody has signed yet.
    /// - Throws: `noteMalformed` where no note can hold it.
    public init(text: Bytes) throws(TransparencyLogError) {
        guard text.last == 0x0A, text.count <= Self.maximumCount, Self.isText(text) else {
            throw TransparencyLogError(.noteMalformed)
        }
        self.text = text
        signatures = []
    }

    /// The note that `bytes` are, to their end.
    /// - Throws: `noteMalformed` with the offset.
    public init(_ bytes: Bytes) throws(TransparencyLogError) {
        guard bytes.count <= Self.maximumCount, Self.isText(bytes), bytes.last == 0x0A else {
            throw TransparencyLogError(.noteMalformed)
        }
        // The last empty line separates.
        var end = bytes.count - 1
        while end > 0, bytes[end] != 0x0A || bytes[end - 1] != 0x0A { end -= 1 }
        guard end > 0 else { throw TransparencyLogError(.noteMalformed) }
        text = bytes[clamping: 0..<end]
        var signatures: [NoteSignature] = []
        var start = end + 1
        while start < bytes.count {
            guard signatures.count < Self.maximumSignatures else {
                throw TransparencyLogError(.noteMalformed, offset: start)
            }
            // The note ends with a line feed, so there is one.
            let lineEnd = bytes[clamping: start..<bytes.count].firstIndex(of: 0x0A) ?? bytes.count - start
            guard let signature = NoteSignature(line: bytes[clamping: start..<(start + lineEnd)]) else {
                throw TransparencyLogError(.noteMalformed, offset: start)
            }
            signatures.append(signature)
            start += lineEnd + 1
        }
        guard !signatures.isEmpty else { throw TransparencyLogError(.noteMalformed, offset: start) }
        self.signatures = signatures
    }

    /// The note as bytes.
    public var bytes: Bytes {
        Bytes(text.array + [0x0A] + signatures.flatMap { Array("\($0)\n".utf8) })
    }

    /// Adds the signature of `key`.
    /// - Parameter time: Seconds since 1970; a cosignature states it.
    /// - Throws: `noteMalformed` where the key has signed already or there is no room.
    public mutating func sign(with key: SignerKey, time: UInt64) throws(TransparencyLogError) {
        let verifier = key.verifier
        guard !signatures.contains(where: { $0.isOf(verifier) }), signatures.count < Self.maximumSignatures,
            time <= UInt64(Int64.max)
        else { throw TransparencyLogError(.noteMalformed, name: verifier.name) }
        let signature = try key.signature(of: text, time: time)
        signatures.append(NoteSignature(name: verifier.name, keyID: verifier.id, signature: signature))
    }

    /// A key that signed, and when it says it did.
    public struct Verified: Sendable, Hashable {
        public let key: VerifierKey
        /// Seconds since 1970; only a cosignature states it.
        public let time: UInt64?

        public init(key: VerifierKey, time: UInt64?) {
            self.key = key
            self.time = time
        }
    }

    /// Those of `keys` that signed, in the order of `keys`. Signatures of other keys are ignored.
    /// - Throws: `signatureWrong` where one of them stands there and is not the key's, or stands there twice.
    public func verified(by keys: [VerifierKey]) throws(TransparencyLogError) -> [Verified] {
        var verified: [Verified] = []
        for key in keys {
            let own = signatures.filter { $0.isOf(key) }
            guard let signature = own.first else { continue }
            guard own.count == 1, let time = signature.verify(text, key) else {
                throw TransparencyLogError(.signatureWrong, name: key.name)
            }
            verified.append(Verified(key: key, time: key.type == .cosignature ? time : nil))
        }
        return verified
    }

    /// UTF-8 without control characters but the line feed.
    private static func isText(_ bytes: Bytes) -> Bool {
        !bytes.contains { $0 < 0x20 && $0 != 0x0A } && String(validating: bytes, as: UTF8.self) != nil
    }
}

/// One line below a note.
public struct NoteSignature: Sendable, Hashable, CustomStringConvertible {
    public let name: String
    /// Four bytes.
    public let keyID: Bytes
    /// What the kind of key makes of it.
    public let signature: Bytes

    private static let dash = "— "

    init(name: String, keyID: Bytes, signature: Bytes) {
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    init?(line: Bytes) {
        // Bytes, not characters: a mark that combines with a space must not hide it.
        guard line.starts(with: Self.dash.utf8) else { return nil }
        let rest = line[clamping: Self.dash.utf8.count..<line.count]
        guard let space = rest.firstIndex(of: 0x20),
            let name = String(validating: rest[clamping: 0..<space], as: UTF8.self), VerifierKey.isName(name),
            let bytes = Base64.decode(rest[clamping: (space + 1)..<rest.count]), bytes.count > 4
        else { return nil }
        self.name = name
        keyID = Bytes(Array(bytes.prefix(4)))
        signature = Bytes(Array(bytes.dropFirst(4)))
    }

    public var description: String {
        "\(Self.dash)\(name) \(Base64.encode(Bytes(keyID.array + signature.array)))"
    }

    /// Names are compared byte by byte: two that only look alike are two.
    func isOf(_ key: VerifierKey) -> Bool { keyID == key.id && name.utf8.elementsEqual(key.name.utf8) }

    /// The time it states (0 for a plain signature), or `nil` where it is not the key's signature of `text`.
    func verify(_ text: Bytes, _ key: VerifierKey) -> UInt64? {
        switch key.type {
        case .note:
            return Ed25519.isValid(signature, of: text, publicKey: key.publicKey) ? 0 : nil
        case .cosignature:
            guard signature.count == 8 + Ed25519.signatureCount else { return nil }
            let time = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let proof = signature[clamping: 8..<signature.count]
            guard time <= UInt64(Int64.max),
                Ed25519.isValid(proof, of: Self.cosigned(text, time: time), publicKey: key.publicKey)
            else { return nil }
            return time
        }
    }

    /// What a cosignature signs.
    static func cosigned(_ text: Bytes, time: UInt64) -> Bytes {
        Bytes(Array("cosignature/v1\ntime \(time)\n".utf8) + text.array)
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }
}
