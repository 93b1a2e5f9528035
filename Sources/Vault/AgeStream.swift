public import ByteIO

/// The format age-encryption.org/v1, to one recipient. Format: Docs/Formats/bundle.md.
public enum AgeFile {
    /// Plaintext bytes of every chunk but the last.
    static let chunkSize = 64 << 10
    static let nonceCount = 16

    /// The nonce of a chunk: 11 bytes of counter, and whether it is the last.
    static func nonce(_ chunk: UInt64, isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceCount)
        for index in 0..<8 { nonce[3 + index] = UInt8(truncatingIfNeeded: chunk >> UInt64(8 * (7 - index))) }
        nonce[11] = isLast ? 1 : 0
        return nonce
    }
}

/// Encrypts one file as a stream: what is kept is less than a chunk. Not for use by two threads at once.
public final class AgeEncryptor {
    private let cipher: ChaCha20Poly1305
    private var pending: [UInt8] = []
    private var chunk: UInt64 = 0
    private var head: [UInt8]

    public init(to recipient: AgeRecipient) throws(VaultError) {
        let fileKey = AgeFileKey()
        let nonce = SecureRandom.bytes(AgeFile.nonceCount)
        head = try AgeHeader.make(for: recipient, fileKey: fileKey).array + nonce.array
        cipher = try ChaCha20Poly1305(key: fileKey.payloadKey(nonce: nonce))
    }

    /// What to write for the next run of plaintext; it may be nothing.
    public func append(_ plaintext: Bytes) throws(VaultError) -> Bytes {
        var sealed = takeHead()
        var offset = 0
        while offset < plaintext.count {
            // A full chunk waits: it may be the last.
            if pending.count == AgeFile.chunkSize { sealed += try sealPending(isLast: false) }
            let end = min(plaintext.count, offset + AgeFile.chunkSize - pending.count)
            unsafe plaintext[clamping: offset..<end].withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
            offset = end
        }
        return Bytes(sealed)
    }

    /// What to write at the end.
    public func finish() throws(VaultError) -> Bytes { Bytes(takeHead() + (try sealPending(isLast: true))) }

    private func takeHead() -> [UInt8] {
        defer { head = [] }
        return head
    }

    private func sealPending(isLast: Bool) throws(VaultError) -> [UInt8] {
        defer {
            pending.removeAll(keepingCapacity: true)
            chunk += 1
        }
        return try cipher.seal(Bytes(pending), nonce: AgeFile.nonce(chunk, isLast: isLast)).array
    }
}

/// Decrypts one file as a stream: what is handed out is authentic, and that nothing is missing is known at the end.
/// What is kept is the header, then less than two chunks. Not for use by two threads at once.
public final class AgeDecryptor {
    private static let sealedChunk = AgeFile.chunkSize + ChaCha20Poly1305.tagCount

    private let identity: AgeIdentity
    private var cipher: ChaCha20Poly1305?
    private var pending: [UInt8] = []
    private var chunk: UInt64 = 0
    /// Bytes before `pending`.
    private var offset = 0

    public init(_ identity: AgeIdentity) { self.identity = identity }

    /// The plaintext that is certain now; it may be nothing.
    /// - Throws: `notAge`; `noIdentityMatched` for a file that is for somebody else; `notAuthentic`.
    public func append(_ sealed: Bytes) throws(VaultError) -> Bytes {
        unsafe sealed.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
        guard let cipher = try begin() else { return Bytes() }
        var plaintext: [UInt8] = []
        var start = 0
        // The last chunk may be a full one: it waits until something follows.
        while pending.count - start > Self.sealedChunk {
            let sealed = Bytes(Array(pending[start..<(start + Self.sealedChunk)]))
            guard let opened = try cipher.open(sealed, nonce: AgeFile.nonce(chunk, isLast: false)) else {
                throw VaultError(.notAuthentic, offset: offset + start)
            }
            unsafe opened.withUnsafeBytes { unsafe plaintext.append(contentsOf: $0) }
            chunk += 1
            start += Self.sealedChunk
        }
        drop(start)
        return Bytes(plaintext)
    }

    /// The rest of the plaintext.
    /// - Throws: `truncated` where the file ends too early, at a chunk's end too.
    public func finish() throws(VaultError) -> Bytes {
        guard let cipher = try begin() else { throw VaultError(.truncated, offset: offset + pending.count) }
        guard let opened = try cipher.open(Bytes(pending), nonce: AgeFile.nonce(chunk, isLast: true)) else {
            throw VaultError(.truncated, offset: offset + pending.count)
        }
        // An empty last chunk stands for an empty file only.
        guard !opened.isEmpty || chunk == 0 else { throw VaultError(.notAge, offset: offset) }
        drop(pending.count)
        return opened
    }

    /// Reads header and nonce once they are there.
    private func begin() throws(VaultError) -> ChaCha20Poly1305? {
        if let cipher { return cipher }
        guard let header = try AgeHeader(pending) else { return nil }
        let fileKey = try header.fileKey(for: identity)
        guard pending.count >= header.count + AgeFile.nonceCount else { return nil }
        let nonce = Bytes(Array(pending[header.count..<(header.count + AgeFile.nonceCount)]))
        let made = try ChaCha20Poly1305(key: fileKey.payloadKey(nonce: nonce))
        drop(header.count + AgeFile.nonceCount)
        cipher = made
        return made
    }

    private func drop(_ count: Int) {
        pending.removeFirst(count)
        offset += count
    }
}
