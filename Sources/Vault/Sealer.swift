public import ByteIO
import CCrypto

/// Seals one object of known length as a stream. Format: Docs/Formats/sealed-object.md.
///
/// Write `header`, then what `seal` gives for each run of plaintext, then what `finish` gives. Not for use by two
/// threads at once; one sealer seals one object.
public final class Sealer {
    /// The first bytes of the sealed object.
    public let header: Bytes
    /// Length of the plaintext, as announced.
    public let plaintextCount: Int
    /// Length of the sealed object, header included.
    public var sealedCount: Int { SealedObject.sealedCount(plaintext: plaintextCount) }

    private let cipher: AESGCM
    private let contextDigest: Bytes
    private var consumed = 0

    /// Begins an object of `plaintextCount` bytes under `key` (a study's image or identity key, for example), bound
    /// to `context`. The key that encrypts is derived, with a random salt, and used for this object only.
    public init(key: SymmetricKey, context: SealingContext, plaintextCount: Int) throws(VaultError) {
        guard plaintextCount >= 0, plaintextCount <= SealedObject.maximumPlaintext else {
            throw VaultError(.outOfRange)
        }
        header = SealedObject.header(salt: SecureRandom.bytes(SealedObject.saltCount))
        self.plaintextCount = plaintextCount
        contextDigest = SHA256.of(context.encoded)
        cipher = try AESGCM(key: SealedObject.objectKey(key, header: header, context: context), .encrypt)
    }

    /// The sealed form of the next run of plaintext (which may end anywhere).
    public func seal(_ plaintext: Bytes) throws(VaultError) -> Bytes {
        try unsafe Bytes(count: outputCount(for: plaintext.count)) { target throws(VaultError) in
            guard let base = target.baseAddress else { return }
            try unsafe plaintext.withUnsafeBytes { bytes throws(VaultError) in _ = try unsafe seal(bytes, into: base) }
        }
    }

    /// What is left to write at the end: nothing, or the tag of an empty object.
    /// - Throws: `lengthDiffers` when less was sealed than announced.
    public func finish() throws(VaultError) -> Bytes {
        guard consumed == plaintextCount else { throw VaultError(.lengthDiffers) }
        guard plaintextCount == 0 else { return Bytes() }
        return try unsafe Bytes(count: AESGCM.tagCount) { target throws(VaultError) in
            guard let base = target.baseAddress else { return }
            try unsafe finishEmpty(into: base)
        }
    }

    /// How many sealed bytes the next `count` bytes of plaintext give.
    private func outputCount(for count: Int) throws(VaultError) -> Int {
        let (end, overflow) = consumed.addingReportingOverflow(count)
        guard !overflow, end <= plaintextCount else { throw VaultError(.lengthDiffers) }
        let tagsBefore = consumed / SealedObject.chunkSize
        var tagsAfter = end / SealedObject.chunkSize
        if end == plaintextCount, end % SealedObject.chunkSize != 0 { tagsAfter += 1 }
        return count == 0 ? 0 : count + (tagsAfter - tagsBefore) * AESGCM.tagCount
    }

    /// Seals `plaintext` into `target`, which has room for `outputCount`; returns the end of what was written.
    func seal(
        _ plaintext: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer
    ) throws(VaultError) -> UnsafeMutableRawPointer {
        guard plaintext.count <= plaintextCount - consumed else { throw VaultError(.lengthDiffers) }
        var target = unsafe target
        var rest = unsafe plaintext
        while rest.count > 0 {
            let within = consumed % SealedObject.chunkSize
            if within == 0 { try beginChunk() }
            let count = min(rest.count, SealedObject.chunkSize - within)
            try unsafe cipher.update(UnsafeRawBufferPointer(rebasing: rest[..<count]), into: target)
            unsafe target += count
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            consumed += count
            if within + count == SealedObject.chunkSize || consumed == plaintextCount {
                try unsafe cipher.finish(tag: target)
                unsafe target += AESGCM.tagCount
            }
        }
        return unsafe target
    }

    func finishEmpty(into target: UnsafeMutableRawPointer) throws(VaultError) {
        try beginChunk()
        try unsafe cipher.finish(tag: target)
    }

    private func beginChunk() throws(VaultError) {
        let index = consumed / SealedObject.chunkSize
        let isLast = plaintextCount - consumed <= SealedObject.chunkSize
        try SealedObject.begin(cipher, contextDigest: contextDigest, chunk: index, isLast: isLast)
    }
}
