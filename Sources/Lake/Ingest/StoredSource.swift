internal import ByteIO

/// The output that pieces of a source describe, readable by range without being put together: the de-identified
/// object before it is sealed.
struct StoredSource: ByteSource {
    let count: Int
    private let source: any ByteSource
    private let pieces: [Piece]
    /// Where each piece begins in the output.
    private let starts: [Int]

    init(_ pieces: [Piece], over source: any ByteSource) {
        self.source = source
        self.pieces = pieces.filter { $0.count > 0 }
        var starts: [Int] = []
        starts.reserveCapacity(self.pieces.count)
        var offset = 0
        for piece in self.pieces {
            starts.append(offset)
            offset += piece.count
        }
        self.starts = starts
        count = offset
    }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
        guard !range.isEmpty else { return Bytes() }
        var index = piece(at: range.lowerBound)
        if range.upperBound <= starts[index] + pieces[index].count { return try read(range, ofPiece: index) }
        var builder = Bytes.Builder()
        try builder.reserve(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, starts[index] + pieces[index].count)
            let part = try read(offset..<end, ofPiece: index)
            try part.withUnsafeBytes { (bytes) throws(ByteIOError) in try builder.append(bytes) }
            offset = end
            index += 1
        }
        return builder.finish()
    }

    /// The last piece that begins at or before `offset`.
    private func piece(at offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    private func read(_ range: Range<Int>, ofPiece index: Int) throws(ByteIOError) -> Bytes {
        let start = starts[index]
        switch pieces[index] {
        case .literal(let bytes):
            return bytes[clamping: (range.lowerBound - start)..<(range.upperBound - start)]
        case .source(let kept):
            let base = kept.lowerBound - start
            return try source.read((range.lowerBound + base)..<(range.upperBound + base))
        }
    }
}
