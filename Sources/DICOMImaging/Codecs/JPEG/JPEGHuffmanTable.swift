/// A Huffman code ready for decoding.
///
/// `entries` is indexed by the next 12 bits. Where a code and the bits of the number after it fit into them, which for
/// usual pictures is nearly always, one look gives the number itself.
struct JPEGHuffmanTable: Sendable {
    /// What the symbols stand for.
    enum Use {
        /// A difference of lossless JPEG: its length in bits, up to 16 (Table H.2).
        case difference
        /// A difference of DC coefficients: its length, up to 15 (Table F.1; §F.1.5 for 12 bits).
        case dc
        /// A run of zeros and the length of the coefficient after it (§F.1.2.2).
        case ac
    }

    /// Width of the index of `entries`.
    static let indexBits = 12

    /// Bits 0 … 5: bits to take; bit 6: the number is in bits 16 … 31; bits 8 … 15: the symbol. 0: the code is longer
    /// than the index, or there is none.
    private(set) var entries = [UInt32](repeating: 0, count: 1 << Self.indexBits)
    /// For each length the first code, moved to the top of 16 bits, that is beyond it.
    private(set) var limits = [Int](repeating: 0, count: 17)
    /// For each length what makes a code the place of its symbol.
    private(set) var bases = [Int](repeating: 0, count: 17)
    let symbols: [UInt8]
    let use: Use

    static let isResolved: UInt32 = 0x40

    /// - Throws: `ImagingError.corrupt` where a symbol is none of its use.
    init(_ code: JPEGHuffmanCode, for use: Use) throws(ImagingError) {
        self.use = use
        symbols = code.symbols
        let largest: UInt8 =
            switch use {
            case .difference: 16
            case .dc: 15
            case .ac: 255
            }
        guard symbols.allSatisfy({ $0 <= largest }) else {
            throw ImagingError(.corrupt, "a Huffman table has symbols that its scan cannot use")
        }
        var next = 0
        var place = 0
        for length in 1...16 {
            bases[length] = place - next
            for _ in 0..<code.counts[length - 1] {
                if length <= Self.indexBits { enter(symbols[place], code: next, length: length) }
                next += 1
                place += 1
            }
            limits[length] = next << (16 - length)
            next <<= 1
        }
    }

    /// Bits of the number that follows `symbol`.
    @inline(__always)
    static func extraBits(_ symbol: UInt8, _ use: Use) -> Int {
        switch use {
        case .ac: Int(symbol & 15)
        // 16 stands for 32768 alone: no bits follow (§H.1.2.2).
        case .difference: symbol == 16 ? 0 : Int(symbol)
        case .dc: Int(symbol)
        }
    }

    /// The number that `bits`, of which there are `count`, stand for (§F.2.2.1, EXTEND).
    @inline(__always)
    static func extended(_ bits: Int, _ count: Int) -> Int {
        count > 0 && bits < 1 << (count - 1) ? bits - (1 << count) + 1 : bits
    }

    private mutating func enter(_ symbol: UInt8, code: Int, length: Int) {
        let free = Self.indexBits - length
        let extra = Self.extraBits(symbol, use)
        let first = code << free
        let kept = UInt32(symbol) << 8
        guard extra <= free else {
            for index in first..<(first + (1 << free)) { entries[index] = kept | UInt32(length) }
            return
        }
        let spare = free - extra
        for bits in 0..<(1 << extra) {
            let number = use == .difference && symbol == 16 ? 32768 : Self.extended(bits, extra)
            let entry = UInt32(UInt16(truncatingIfNeeded: number)) << 16 | kept | Self.isResolved
            let start = first + (bits << spare)
            for index in start..<(start + (1 << spare)) { entries[index] = entry | UInt32(length + extra) }
        }
    }
}
