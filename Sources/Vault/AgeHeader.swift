import ByteIO

/// The header of an age file, version 1: who may open it, and that nobody changed it.
struct AgeHeader {
    static let intro = "age-encryption.org/v1"
    /// Bytes of a header at most; one with a recipient has 200.
    static let maximumCount = 64 << 10
    private static let stanzaType = "X25519"
    private static let columns = 64

    struct Stanza {
        let arguments: [String]
        let body: [UInt8]
    }

    private let stanzas: [Stanza]
    /// Everything up to and with `---`, which the code is computed over.
    private let text: [UInt8]
    private let code: [UInt8]
    /// Length in bytes, the last line break included.
    let count: Int

    // MARK: Writing

    static func make(for recipient: AgeRecipient, fileKey: AgeFileKey) throws(VaultError) -> Bytes {
        let ephemeral = SymmetricKey()
        let share = try X25519.publicKey(of: ephemeral)
        guard let shared = try X25519.shared(ephemeral, with: recipient.point) else {
            throw VaultError(.ageKeyMalformed)
        }
        let cipher = try ChaCha20Poly1305(key: wrapKey(shared, share: share, recipient: recipient))
        let body = try cipher.seal(fileKey.bytes, nonce: [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceCount))
        var text = "\(intro)\n-> \(stanzaType) \(encode(share))\n\(encode(body))\n---"
        let code = fileKey.headerCode(of: Array(text.utf8))
        text += " \(encode(code))\n"
        return Bytes(utf8: text)
    }

    private static func wrapKey(_ shared: SymmetricKey, share: Bytes, recipient: AgeRecipient) -> SymmetricKey {
        HKDF.key(
            from: shared, salt: Bytes(share.array + recipient.point.array),
            info: Bytes(utf8: "age-encryption.org/v1/X25519"))
    }

    // MARK: Reading

    /// Reads the header at the beginning of `bytes`; `nil` where more is needed.
    /// - Throws: `notAge`.
    init?(_ bytes: [UInt8]) throws(VaultError) {
        var lines = Lines(bytes)
        guard let first = try lines.next() else { return nil }
        guard first == Self.intro else { throw VaultError(.notAge, offset: 0) }
        var stanzas: [Stanza] = []
        while true {
            let start = lines.position
            guard let line = try lines.next() else { return nil }
            if line.hasPrefix("--- ") {
                guard let code = Self.decode(line.dropFirst(4)), code.count == SHA256.count, !stanzas.isEmpty else {
                    throw VaultError(.notAge, offset: start)
                }
                (self.stanzas, self.code, text, count) = (stanzas, code, Array(bytes[..<(start + 3)]), lines.position)
                return
            }
            guard line.hasPrefix("-> ") else { throw VaultError(.notAge, offset: start) }
            let arguments = line.dropFirst(3).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard arguments.allSatisfy({ !$0.isEmpty }) else { throw VaultError(.notAge, offset: start) }
            guard let body = try Self.body(&lines) else { return nil }
            stanzas.append(Stanza(arguments: arguments, body: body))
        }
    }

    /// The body of a stanza ends with a line that is not full.
    private static func body(_ lines: inout Lines) throws(VaultError) -> [UInt8]? {
        var text = ""
        while true {
            let start = lines.position
            guard let line = try lines.next() else { return nil }
            guard line.utf8.count <= columns else { throw VaultError(.notAge, offset: start) }
            text += line
            guard line.utf8.count < columns else { continue }
            guard let bytes = decode(Substring(text)) else { throw VaultError(.notAge, offset: start) }
            return bytes
        }
    }

    /// The file's key, for who has the identity.
    /// - Throws: `noIdentityMatched`; `notAuthentic` where the header was changed; `notAge`.
    func fileKey(for identity: AgeIdentity) throws(VaultError) -> AgeFileKey {
        for stanza in stanzas where stanza.arguments.first == Self.stanzaType {
            guard stanza.arguments.count == 2, let share = Self.decode(Substring(stanza.arguments[1])),
                share.count == X25519.count,
                stanza.body.count == AgeFileKey.count + ChaCha20Poly1305.tagCount,
                let shared = try X25519.shared(identity.secret, with: Bytes(share))
            else { throw VaultError(.notAge) }
            let key = Self.wrapKey(shared, share: Bytes(share), recipient: identity.recipient)
            let nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceCount)
            guard let opened = try ChaCha20Poly1305(key: key).open(Bytes(stanza.body), nonce: nonce) else { continue }
            let fileKey = AgeFileKey(opened)
            // Codes are no secrets to who holds the key: how long the comparison takes tells nothing.
            guard fileKey.headerCode(of: text).elementsEqual(code) else { throw VaultError(.notAuthentic, offset: 0) }
            return fileKey
        }
        throw VaultError(.noIdentityMatched)
    }

    // MARK: Text

    /// Base64 without padding, in one line: nothing here is longer than a line.
    private static func encode(_ bytes: Bytes) -> String {
        String(Base64.encode(bytes).prefix { $0 != "=" })
    }

    /// Strict: no padding, no bits left over that are set.
    private static func decode(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        guard !text.utf8.contains(UInt8(ascii: "=")), text.utf8.count % 4 != 1 else { return nil }
        return Base64.decode(
            Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.utf8.count % 4) % 4))
    }

    /// Lines of printable ASCII, each ended by a line feed.
    private struct Lines {
        private let bytes: [UInt8]
        private(set) var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func next() throws(VaultError) -> String? {
            let rest = bytes[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let intro = Array(AgeHeader.intro.utf8)
            // What begins otherwise is no age file, however it goes on.
            let isStart = position > 0 || zip(bytes, intro).allSatisfy { $0 == $1 }
            guard isStart, end <= AgeHeader.maximumCount, rest[..<end].allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw VaultError(.notAge, offset: position)
            }
            guard end < rest.endIndex else { return nil }
            position = end + 1
            return String(decoding: rest[..<end], as: UTF8.self)
        }
    }
}

/// The random key of one file, 16 bytes, of which all its other keys follow.
struct AgeFileKey {
    static let count = 16

    let bytes: Bytes

    init() { bytes = SecureRandom.bytes(Self.count) }

    init(_ bytes: Bytes) { self.bytes = bytes }

    func headerCode(of text: [UInt8]) -> Bytes {
        HMACSHA256.code(Bytes(text), key: HKDF.key(from: bytes, salt: Bytes(), info: Bytes(utf8: "header")))
    }

    func payloadKey(nonce: Bytes) -> SymmetricKey { HKDF.key(from: bytes, salt: nonce, info: Bytes(utf8: "payload")) }
}
