public import ByteIO
public import Vault

extension IdentityPatch {
    /// The patch that makes `original` out of the object that `stored` describes.
    ///
    /// - Parameters:
    ///   - original: the file as it came in; read once, in chunks, for the proof.
    ///   - stored: the pieces of `DICOMFile.encode()` over that file.
    ///   - name: the original's relative path, sealed with the rest; at most 65 535 bytes of UTF-8.
    ///   - proof: how a reader knows that it has the right object and got the original.
    /// - Returns: the patch as pieces over `original`, so that one of gigabytes needs no memory; see `make`.
    public static func pieces(
        original: any ByteSource, stored: [Piece], name: String = "", proof: Proof = .digests(nil)
    ) throws(DeidentificationError) -> [Piece] {
        let copies = try copies(stored, originalCount: original.count)
        let nameBytes = Array(name.utf8)
        guard nameBytes.count <= 65_535 else { throw DeidentificationError(.inconsistentPieces, "name too long") }
        var writer = PatchWriter()
        writer.append(magic)
        switch proof {
        case .digests(let known):
            let digests = if let known { known } else { try Digests(of: stored, original: original) }
            writer.append([digestVersion])
            writer.append(digests.stored.array)
            writer.append(digests.original.array)
        case .code(let key):
            writer.append([codeVersion])
            writer.append(unsafe key.withUnsafeBytes { unsafe Array($0) })
            writer.append(try code(of: original, stored, copies, key).array)
        }
        writer.append(integer: stored.byteCount)
        writer.append(integer: original.count)
        writer.append(integer: nameBytes.count)
        writer.append(nameBytes)
        var position = 0
        var expected = 0
        for copy in copies {
            writer.literal(position..<copy.original.lowerBound)
            writer.append(integer: copy.original.count << 1)
            writer.append(signed: copy.stored - expected)
            expected = copy.stored + copy.original.count
            position = copy.original.upperBound
        }
        writer.literal(position..<original.count)
        return writer.finish()
    }

    /// The patch as bytes; see `pieces`.
    public static func make(
        original: any ByteSource, stored: [Piece], name: String = "", proof: Proof = .digests(nil)
    ) throws(DeidentificationError) -> Bytes {
        let pieces = try pieces(original: original, stored: stored, name: name, proof: proof)
        do { return try pieces.materialize(from: original) } catch {
            throw DeidentificationError(.unreadable, "\(error.code)")
        }
    }

    /// How a reader of the patch knows that it has the right stored object and got the original.
    public enum Proof: Sendable {
        /// SHA-256 of both (version 1): where the caller has them from another pass, they are not computed again.
        case digests(Digests?)
        /// One code over every byte of both, under a key for this patch alone, which stands in it (version 2). It takes a
        /// fraction of the time, and it is as good while the patch is sealed.
        case code(SymmetricKey)
    }

    /// SHA-256 of the stored object and of the original, 32 bytes each.
    public struct Digests: Sendable {
        public let stored: Bytes
        public let original: Bytes

        public init(stored: Bytes, original: Bytes) {
            self.stored = stored
            self.original = original
        }

        /// Both digests, of the object that `stored` describes and of the file it was made from, in one pass over the
        /// bytes that both share.
        /// - Parameter also: is given the stored object in chunks, in order, while they are at hand.
        public init(
            of stored: [Piece], original: any ByteSource, also: (Bytes) -> Void = { _ in }
        ) throws(DeidentificationError) {
            var hashes = Hashes()
            var position = 0
            do throws(ByteIOError) {
                for piece in stored {
                    guard case .source(let range) = piece, range.lowerBound >= position else {
                        try [piece].forEachChunk(from: original, atMost: Self.chunk) {
                            hashes.stored.update($0)
                            also($0)
                        }
                        continue
                    }
                    try hashes.skip(position..<range.lowerBound, of: original)
                    try [piece].forEachChunk(from: original, atMost: Self.chunk) {
                        SHA256.update(&hashes.stored, &hashes.original, with: $0)
                        also($0)
                    }
                    position = range.upperBound
                }
                try hashes.skip(position..<max(position, original.count), of: original)
            } catch {
                throw DeidentificationError(.unreadable, "\(error.code)")
            }
            self.stored = hashes.stored.digest()
            self.original = hashes.original.digest()
        }

        /// Small enough that what was read for a digest is still near when the next one wants it.
        private static let chunk = 1 << 18

        private struct Hashes {
            var stored = SHA256()
            var original = SHA256()

            /// Bytes of the original that were not kept.
            mutating func skip(_ range: Range<Int>, of source: any ByteSource) throws(ByteIOError) {
                try [Piece.source(range)].forEachChunk(from: source, atMost: Digests.chunk) { original.update($0) }
            }
        }
    }

    struct Copy {
        var original: Range<Int>
        var stored: Int
    }

    /// The kept ranges in the order of the original, without overlaps.
    static func copies(_ stored: [Piece], originalCount: Int) throws(DeidentificationError) -> [Copy] {
        var all: [Copy] = []
        var offset = 0
        for piece in stored {
            if case .source(let range) = piece {
                guard range.lowerBound >= 0, range.upperBound <= originalCount else {
                    throw DeidentificationError(
                        .inconsistentPieces, offset: range.lowerBound, "a piece leaves the source")
                }
                if let last = all.last, last.original.upperBound == range.lowerBound,
                    last.stored + last.original.count == offset
                {
                    all[all.count - 1].original = last.original.lowerBound..<range.upperBound
                } else if !range.isEmpty {
                    all.append(Copy(original: range, stored: offset))
                }
            }
            offset += piece.count
        }
        all.sort { ($0.original.lowerBound, $1.original.upperBound) < ($1.original.lowerBound, $0.original.upperBound) }
        var kept: [Copy] = []
        var end = 0
        for var copy in all {
            if copy.original.lowerBound < end {
                let cut = min(end - copy.original.lowerBound, copy.original.count)
                copy.original = (copy.original.lowerBound + cut)..<copy.original.upperBound
                copy.stored += cut
            }
            guard copy.original.count >= shortestCopy else { continue }
            kept.append(copy)
            end = copy.original.upperBound
        }
        return kept
    }
}

/// Builds the pieces of a patch: what is written literally, and the ranges of the original that are LITERALs.
struct PatchWriter {
    private var pieces: [Piece] = []
    private var pending: [UInt8] = []

    mutating func append(_ bytes: [UInt8]) { pending += bytes }

    mutating func append(integer value: Int) {
        var rest = UInt64(value.magnitude)
        while rest >= 0x80 {
            pending.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        pending.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(signed value: Int) { append(integer: value >= 0 ? value * 2 : -value * 2 - 1) }

    /// A LITERAL of these bytes of the original; nothing when there are none.
    mutating func literal(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        append(integer: range.count << 1 | 1)
        flush()
        pieces.append(.source(range))
    }

    mutating func finish() -> [Piece] {
        flush()
        return pieces
    }

    private mutating func flush() {
        guard !pending.isEmpty else { return }
        pieces.append(.literal(Bytes(pending)))
        pending = []
    }
}
