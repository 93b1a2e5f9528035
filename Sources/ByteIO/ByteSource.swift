/// Bytes that can be read by range: memory, a mapped file, a sealed spool.
public protocol ByteSource: Sendable {
    /// Length in bytes.
    var count: Int { get }

    /// The bytes at `range`.
    /// - Throws: `ByteIOError.outOfRange` where the range leaves `0..<count`; the source's own failures otherwise.
    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes
}

extension Bytes: ByteSource {
    public func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard let slice = slice(range) else { throw ByteIOError(.outOfRange) }
        return slice
    }
}

/// Part of an output that was made from a source: new bytes, or a range of the source kept as it was.
///
/// A list of pieces is both the output (see `materialize`) and the knowledge of what was kept, from which an
/// identity patch follows without comparing bytes.
public enum Piece: Sendable, Hashable {
    case literal(Bytes)
    case source(Range<Int>)

    /// Length in bytes.
    public var count: Int {
        switch self {
        case .literal(let bytes): bytes.count
        case .source(let range): range.count
        }
    }
}

extension [Piece] {
    /// Length of the whole output in bytes.
    public var byteCount: Int { reduce(0) { $0 + $1.count } }

    /// The output whole, in memory.
    public func materialize(from source: any ByteSource) throws(ByteIOError) -> Bytes {
        var array: [UInt8] = []
        array.reserveCapacity(byteCount)
        try forEachChunk(from: source, atMost: 1 << 20) { chunk in
            unsafe chunk.withUnsafeBytes { unsafe array.append(contentsOf: $0) }
        }
        return Bytes(array)
    }

    /// Hands the output to `body` in order, in chunks of at most `limit` bytes, never empty ones.
    public func forEachChunk(
        from source: any ByteSource, atMost limit: Int, _ body: (Bytes) throws(ByteIOError) -> Void
    ) throws(ByteIOError) {
        for piece in self {
            switch piece {
            case .literal(let bytes):
                var offset = 0
                while offset < bytes.count {
                    let end = Swift.min(bytes.count, offset + limit)
                    try body(bytes[clamping: offset..<end])
                    offset = end
                }
            case .source(let range):
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let end = Swift.min(range.upperBound, offset + limit)
                    try body(try source.read(offset..<end))
                    offset = end
                }
            }
        }
    }
}
