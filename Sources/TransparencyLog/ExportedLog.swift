public import ByteIO

/// A log as one text file. Format: Docs/Formats/transparency-log.md.
public enum ExportedLog {
    /// Bytes of a leaf at most.
    public static let maximumLeaf = 1 << 20

    /// The first line, with its line feed.
    public static let header = Bytes(utf8: "{\"format\":\"tarn-log\",\"version\":1}\n")

    /// The line of `leaf`, with its line feed.
    /// - Throws: `leafMalformed` where no line can hold it.
    public static func line(_ leaf: Bytes) throws(TransparencyLogError) -> Bytes {
        guard isLeaf(leaf) else { throw TransparencyLogError(.leafMalformed) }
        return Bytes(leaf.array + [0x0A])
    }

    /// What ends the file.
    public static func end(_ checkpoint: SignedNote) -> Bytes { Bytes([0x0A] + checkpoint.bytes.array) }

    static func isLeaf(_ leaf: Bytes) -> Bool { !leaf.isEmpty && leaf.count <= maximumLeaf && !leaf.contains(0x0A) }

    /// Reads the leaves one by one, in bounded memory.
    public struct Reader: Sendable {
        private let source: any ByteSource
        /// Where the next line begins.
        private var offset: Int
        private var window = Bytes()
        private var windowStart: Int
        /// Leaves read so far.
        public private(set) var leafCount: UInt64 = 0

        private static let windowCount = 1 << 16

        /// - Throws: `notALog` where the first line is another.
        public init(_ source: any ByteSource) throws(TransparencyLogError) {
            self.source = source
            offset = header.count
            windowStart = header.count
            guard source.count >= header.count, try Self.read(source, 0..<header.count) == header else {
                throw TransparencyLogError(.notALog)
            }
        }

        /// The next leaf; `nil` after the last one.
        /// - Throws: `truncated` where the file ends among the leaves; `leafMalformed` for one that is too long.
        public mutating func next() throws(TransparencyLogError) -> Bytes? {
            let line = try line()
            guard !line.isEmpty else { return nil }
            leafCount += 1
            return line
        }

        /// What stands behind the leaves; to be asked for once `next` gave `nil`.
        /// - Throws: `noteMalformed`; `truncated` where nothing stands there.
        public func checkpoint() throws(TransparencyLogError) -> SignedNote {
            guard offset < source.count else { throw TransparencyLogError(.truncated, offset: source.count) }
            guard source.count - offset <= SignedNote.maximumCount else {
                throw TransparencyLogError(.noteMalformed, offset: offset)
            }
            return try SignedNote(try Self.read(source, offset..<source.count))
        }

        private mutating func line() throws(TransparencyLogError) -> Bytes {
            var wanted = Self.windowCount
            while true {
                let known = window[clamping: (offset - windowStart)..<window.count]
                let length = unsafe known.withUnsafeBytes { unsafe $0.firstIndex(of: 0x0A) }
                if let length {
                    guard length <= maximumLeaf else { throw TransparencyLogError(.leafMalformed, entry: leafCount) }
                    offset += length + 1
                    return known[clamping: 0..<length]
                }
                guard known.count <= maximumLeaf else { throw TransparencyLogError(.leafMalformed, entry: leafCount) }
                guard offset + known.count < source.count else {
                    throw TransparencyLogError(.truncated, offset: source.count, entry: leafCount)
                }
                while wanted <= known.count { wanted *= 2 }
                window = try Self.read(source, offset..<(offset + min(wanted, source.count - offset)))
                windowStart = offset
            }
        }

        private static func read(
            _ source: any ByteSource, _ range: Range<Int>
        ) throws(TransparencyLogError) -> Bytes {
            do throws(ByteIOError) {
                return try source.read(range)
            } catch {
                throw TransparencyLogError(.unreadable, offset: range.lowerBound)
            }
        }
    }
}
