public import ByteIO
import Vault

extension IdentityPatch {
    /// Proves a rebuilt original: give it every chunk of `forEachChunk`, then `finish`. One check, one rebuilding.
    public struct Check {
        private let patch: IdentityPatch
        private var hash = SHA256()
        private let code: AESGMAC?

        public init(_ patch: IdentityPatch) throws(DeidentificationError) {
            self.patch = patch
            code = try patch.code.map { code throws(DeidentificationError) in try IdentityPatch.started(code.key) }
        }

        /// The next bytes of what should be the original.
        public mutating func update(_ chunk: Bytes) throws(DeidentificationError) {
            if let code { try IdentityPatch.update(code, chunk) } else { hash.update(chunk) }
        }

        /// - Parameter stored: the object that the patch was applied to.
        /// - Throws: `wrongOriginal` or `wrongStoredObject` where the bytes are not those that the patch was made for,
        ///   `unreadable` when the source fails.
        public func finish(stored: any ByteSource) throws(DeidentificationError) {
            if let digests = patch.digests {
                guard hash.digest() == digests.original else {
                    throw DeidentificationError(.wrongOriginal, "the rebuilt file has another digest")
                }
            }
            guard let code, let expected = patch.code?.value else { return }
            let copied = patch.operations.compactMap { operation -> Range<Int>? in
                if case .copy(let range) = operation { range } else { nil }
            }
            let own = IdentityPatch.gaps(between: copied, count: patch.storedCount).map { Piece.source($0) }
            try IdentityPatch.update(code, own, of: stored)
            guard let value = try? code.code(), value == expected else {
                throw DeidentificationError(
                    .wrongStoredObject, "the stored object is not the one that the patch was made for")
            }
        }
    }

    /// The key of a version 2 patch and the code under it.
    struct Code: Sendable {
        let key: SymmetricKey
        let value: Bytes

        init(key: Bytes, value: Bytes) throws(DeidentificationError) {
            do { self.key = try SymmetricKey(key) } catch {
                throw DeidentificationError(.malformedPatch, offset: 5, "the key is cut off")
            }
            self.value = value
        }
    }

    /// The code of the original and, behind it, of what the stored object has of its own: see the format.
    static func code(
        of original: any ByteSource, _ stored: [Piece], _ copies: [Copy], _ key: SymmetricKey
    ) throws(DeidentificationError) -> Bytes {
        let code = try started(key)
        var gaps = gaps(
            between: copies.map { $0.stored..<($0.stored + $0.original.count) }, count: stored.byteCount)[...]
        try update(code, [.source(0..<original.count)], of: original)
        var start = 0
        for piece in stored {
            while let gap = gaps.first, gap.lowerBound < start + piece.count {
                let own = gap.clamped(to: start..<(start + piece.count))
                try update(
                    code, [piece.slice((own.lowerBound - start)..<(own.upperBound - start))], of: original)
                guard gap.upperBound <= start + piece.count else { break }
                gaps = gaps.dropFirst()
            }
            start += piece.count
        }
        do { return try code.code() } catch { throw DeidentificationError(.unreadable, "\(error.code)") }
    }

    /// What of `0 ..< count` is in none of the ranges, ascending.
    static func gaps(between ranges: [Range<Int>], count: Int) -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var position = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > position { gaps.append(position..<range.lowerBound) }
            position = max(position, range.upperBound)
        }
        if position < count { gaps.append(position..<count) }
        return gaps
    }

    private static func started(_ key: SymmetricKey) throws(DeidentificationError) -> AESGMAC {
        do { return try AESGMAC(key: key) } catch { throw DeidentificationError(.unreadable, "\(error.code)") }
    }

    private static func update(_ code: AESGMAC, _ chunk: Bytes) throws(DeidentificationError) {
        do { try code.update(chunk) } catch { throw DeidentificationError(.unreadable, "\(error.code)") }
    }

    private static func update(
        _ code: AESGMAC, _ pieces: [Piece], of source: any ByteSource
    ) throws(DeidentificationError) {
        do throws(ByteIOError) {
            try pieces.forEachChunk(from: source, atMost: chunk) { bytes throws(ByteIOError) in
                do throws(VaultError) { try code.update(bytes) } catch { throw ByteIOError(.corrupt) }
            }
        } catch { throw DeidentificationError(.unreadable, "\(error.code)") }
    }
}

extension Piece {
    /// A part of the piece.
    fileprivate func slice(_ range: Range<Int>) -> Piece {
        switch self {
        case .literal(let bytes): .literal(bytes[clamping: range])
        case .source(let source):
            .source((source.lowerBound + range.lowerBound)..<(source.lowerBound + range.upperBound))
        }
    }
}
