public import ByteIO
import Vault

/// How the original file is made out of the stored, de-identified object: COPY and LITERAL, bound to both digests.
///
/// The format and its rules stand in `Docs/Formats/identity-patch.md`. A patch is PHI: it is stored sealed only.
public struct IdentityPatch: Sendable {
    enum Operation: Hashable {
        /// Bytes of the stored object.
        case copy(Range<Int>)
        /// Bytes of the patch itself, `source`.
        case literal(Range<Int>)
    }

    /// SHA-256 of both files; `nil` in a patch of version 2, which has a code instead.
    public let digests: Digests?
    let code: Code?
    /// Length of the object that the patch applies to, in bytes.
    public let storedCount: Int
    /// Length of the file that comes out, in bytes.
    public let originalCount: Int
    /// The original's relative path as its sender gave it: not to be trusted as a path. Empty when there is none.
    public let originalName: String
    let operations: [Operation]
    let source: any ByteSource

    static let magic: [UInt8] = [0x54, 0x49, 0x44, 0x50]
    static let digestVersion: UInt8 = 1
    static let codeVersion: UInt8 = 2
    static let digestCount = 32
    /// A shorter COPY takes more room than the bytes it stands for.
    static let shortestCopy = 8
    static let chunk = 1 << 20

    /// Reads a patch and checks every rule that can be checked without the stored object.
    /// - Parameter source: the patch; one of gigabytes may stay in a spool, to be read when its literals are needed.
    /// - Throws: `malformedPatch` with the offset in the patch; `unreadable` where the source fails.
    public init(parsing source: any ByteSource) throws(DeidentificationError) {
        var reader = PatchReader(source)
        guard try reader.take(4, "magic").elementsEqual(Self.magic) else {
            throw DeidentificationError(.malformedPatch, offset: 0, "not an identity patch")
        }
        switch try reader.take(1, "version").first {
        case Self.digestVersion:
            let stored = try reader.take(Self.digestCount, "stored digest")
            digests = Digests(stored: stored, original: try reader.take(Self.digestCount, "original digest"))
            code = nil
        case Self.codeVersion:
            digests = nil
            code = try Code(
                key: try reader.take(SymmetricKey.count, "key"), value: try reader.take(AESGMAC.count, "code"))
        default: throw DeidentificationError(.malformedPatch, offset: 4, "unknown version")
        }
        storedCount = try reader.integer("stored length")
        originalCount = try reader.integer("original length")
        let nameCount = try reader.integer("name length")
        guard nameCount <= 65_535 else { throw reader.failure("name too long") }
        guard let name = String(validating: try reader.take(nameCount, "name"), as: UTF8.self) else {
            throw reader.failure("name is not UTF-8")
        }
        originalName = name
        operations = try reader.operations(storedCount: storedCount, originalCount: originalCount)
        self.source = source
    }

    /// Hands the original to `body` in order, in chunks of at most 1 MiB, made from `stored`.
    ///
    /// Nothing is proved about these bytes until a `Check` that was given them has ended well.
    /// - Throws: `wrongStoredObject` when the length differs, `unreadable` when the source fails; what `body` throws.
    public func forEachChunk(
        of stored: any ByteSource, _ body: (Bytes) throws(DeidentificationError) -> Void
    ) throws(DeidentificationError) {
        guard stored.count == storedCount else {
            throw DeidentificationError(.wrongStoredObject, "the stored object has another length")
        }
        for operation in operations {
            switch operation {
            case .literal(let range): try Self.forEachChunk(of: range, in: source, body)
            case .copy(let range): try Self.forEachChunk(of: range, in: stored, body)
            }
        }
    }

    private static func forEachChunk(
        of range: Range<Int>, in source: any ByteSource, _ body: (Bytes) throws(DeidentificationError) -> Void
    ) throws(DeidentificationError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, offset + chunk)
            let bytes: Bytes
            do { bytes = try source.read(offset..<end) } catch {
                throw DeidentificationError(.unreadable, offset: offset, "\(error.code)")
            }
            try body(bytes)
            offset = end
        }
    }

    /// Rebuilds the original without keeping it, and checks it and the stored object.
    /// - Throws: `wrongStoredObject`, `wrongOriginal`, `unreadable`.
    public func verify(stored: any ByteSource) throws(DeidentificationError) {
        try checkStored(stored)
        var check = try Check(self)
        try forEachChunk(of: stored) { (chunk) throws(DeidentificationError) in try check.update(chunk) }
        try check.finish(stored: stored)
    }

    /// Compares what can be known of `stored` before the original is rebuilt with what the patch was made for: its length,
    /// and its SHA-256 where the patch has that. A `Check` says the rest.
    /// - Throws: `wrongStoredObject`, `unreadable`.
    public func checkStored(_ stored: any ByteSource) throws(DeidentificationError) {
        guard stored.count == storedCount else {
            throw DeidentificationError(.wrongStoredObject, "the stored object has another length")
        }
        guard let digests else { return }
        guard try digest(of: [.source(0..<stored.count)], from: stored) == digests.stored else {
            throw DeidentificationError(.wrongStoredObject, "the stored object has another digest")
        }
    }
}

/// SHA-256 of what `pieces` make out of `source`, read in chunks.
func digest(of pieces: [Piece], from source: any ByteSource) throws(DeidentificationError) -> Bytes {
    var hash = SHA256()
    do {
        try pieces.forEachChunk(from: source, atMost: IdentityPatch.chunk) { (chunk) throws(ByteIOError) in
            hash.update(chunk)
        }
    } catch {
        throw DeidentificationError(.unreadable, "\(error.code)")
    }
    return hash.digest()
}
