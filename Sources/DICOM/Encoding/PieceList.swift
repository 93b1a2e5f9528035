internal import ByteIO

/// Output being built: ranges of the source joined where they touch, and bytes.
struct PieceList {
    private var pieces: [Piece] = []
    private var literal: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        count += range.count
        endLiteral()
        if case .source(let last)? = pieces.last, last.upperBound == range.lowerBound {
            pieces[pieces.count - 1] = .source(last.lowerBound..<range.upperBound)
        } else {
            pieces.append(.source(range))
        }
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        literal += bytes
        count += bytes.count
    }

    /// Appends a value, without copying where it is long.
    mutating func append(value bytes: Bytes) {
        guard bytes.count > 4096 else { return append(bytes) }
        endLiteral()
        pieces.append(.literal(bytes))
        count += bytes.count
    }

    mutating func append(_ other: PieceList) {
        for piece in other.finished() {
            switch piece {
            case .source(let range): append(range)
            case .literal(let bytes): append(value: bytes)
            }
        }
    }

    mutating func append(_ number: UInt16, _ byteOrder: TransferSyntax.ByteOrder) {
        let low = UInt8(truncatingIfNeeded: number)
        let high = UInt8(truncatingIfNeeded: number >> 8)
        append(byteOrder == .littleEndian ? [low, high] : [high, low])
    }

    mutating func append(_ number: UInt32, _ byteOrder: TransferSyntax.ByteOrder) {
        let low = UInt16(truncatingIfNeeded: number)
        let high = UInt16(truncatingIfNeeded: number >> 16)
        append(byteOrder == .littleEndian ? low : high, byteOrder)
        append(byteOrder == .littleEndian ? high : low, byteOrder)
    }

    mutating func append(_ tag: Tag, _ byteOrder: TransferSyntax.ByteOrder) {
        append(tag.group, byteOrder)
        append(tag.element, byteOrder)
    }

    /// The pieces, neighbours joined.
    func finished() -> [Piece] {
        literal.isEmpty ? pieces : pieces + [.literal(Bytes(literal))]
    }

    private mutating func endLiteral() {
        guard !literal.isEmpty else { return }
        pieces.append(.literal(Bytes(literal)))
        literal.removeAll()
    }
}
