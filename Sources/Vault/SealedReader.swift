public import ByteIO

/// Opens ranges of one sealed object: which sealed bytes a plaintext range needs, and the plaintext from them.
public struct SealedReader: Sendable {
    /// Length of the plaintext in bytes.
    public let plaintextCount: Int

    private let key: SymmetricKey
    private let contextDigest: Bytes

    /// - Parameters:
    ///   - header: The first `SealedObject.headerCount` bytes of the sealed object.
    ///   - sealedCount: The length of the sealed object.
    ///   - key: The key and context it was sealed under.
    /// - Throws: `notSealed`, `unsupportedVersion`, `truncated`. A wrong key or context shows at the first `open`.
    public init(
        header: Bytes, sealedCount: Int, key: SymmetricKey, context: SealingContext
    ) throws(VaultError) {
        try SealedObject.checkHeader(header)
        guard let plaintextCount = SealedObject.plaintextCount(sealed: sealedCount) else {
            throw VaultError(.truncated, offset: sealedCount)
        }
        self.plaintextCount = plaintextCount
        self.key = SealedObject.objectKey(key, header: header, context: context)
        contextDigest = SHA256.of(context.encoded)
    }

    /// The range of the sealed object that holds `plaintext`: whole chunks.
    /// - Throws: `outOfRange` when it leaves the object.
    public func sealedRange(for plaintext: Range<Int>) throws(VaultError) -> Range<Int> {
        let chunks = try chunkRange(for: plaintext)
        let step = SealedObject.chunkSize + SealedObject.chunkOverhead
        let start = SealedObject.headerCount + chunks.lowerBound * step
        let end = min(
            SealedObject.headerCount + chunks.upperBound * step,
            SealedObject.sealedCount(plaintext: plaintextCount))
        return start..<end
    }

    /// The bytes of `plaintext`, from `sealed`, which is what `sealedRange(for: plaintext)` names.
    /// - Throws: `notAuthentic` with the offset of the chunk that was changed, moved or cut, or for a wrong key or
    ///   context; `truncated` when `sealed` has another length; `outOfRange`.
    public func open(_ sealed: Bytes, covering plaintext: Range<Int>) throws(VaultError) -> Bytes {
        let sealedRange = try sealedRange(for: plaintext)
        guard sealed.count == sealedRange.count else { throw VaultError(.truncated, offset: sealed.count) }
        let chunks = try chunkRange(for: plaintext)
        let first = chunks.lowerBound * SealedObject.chunkSize
        let end = min(chunks.upperBound * SealedObject.chunkSize, plaintextCount)
        let cipher = try AESGCM(key: key, .decrypt)
        let whole = try unsafe Bytes(count: end - first) { target throws(VaultError) in
            try unsafe sealed.withUnsafeBytes { input throws(VaultError) in
                for chunk in chunks {
                    try unsafe open(chunk, of: input, at: chunk - chunks.lowerBound, into: target, with: cipher)
                }
            }
        }
        return whole[clamping: (plaintext.lowerBound - first)..<(plaintext.upperBound - first)]
    }

    private func open(
        _ chunk: Int, of input: UnsafeRawBufferPointer, at position: Int, into target: UnsafeMutableRawBufferPointer,
        with cipher: AESGCM
    ) throws(VaultError) {
        let isLast = chunk == SealedObject.chunkCount(plaintext: plaintextCount) - 1
        let count = min(SealedObject.chunkSize, plaintextCount - chunk * SealedObject.chunkSize)
        let start = position * (SealedObject.chunkSize + SealedObject.chunkOverhead)
        let body = unsafe UnsafeRawBufferPointer(rebasing: input[start..<(start + count)])
        try SealedObject.begin(cipher, contextDigest: contextDigest, chunk: chunk, isLast: isLast)
        try unsafe cipher.update(body, into: target.baseAddress?.advanced(by: position * SealedObject.chunkSize))
        guard let tag = unsafe input.baseAddress?.advanced(by: start + count), unsafe cipher.finish(checking: tag)
        else {
            let step = SealedObject.chunkSize + SealedObject.chunkOverhead
            throw VaultError(.notAuthentic, offset: SealedObject.headerCount + chunk * step)
        }
    }

    /// The chunks that hold `plaintext`; an empty range still opens one, so that nothing is said about bytes unseen.
    private func chunkRange(for plaintext: Range<Int>) throws(VaultError) -> Range<Int> {
        guard plaintext.lowerBound >= 0, plaintext.upperBound <= plaintextCount else { throw VaultError(.outOfRange) }
        let last = SealedObject.chunkCount(plaintext: plaintextCount) - 1
        let first = min(plaintext.lowerBound / SealedObject.chunkSize, last)
        let end = plaintext.isEmpty ? first : (plaintext.upperBound - 1) / SealedObject.chunkSize
        return first..<(end + 1)
    }
}
