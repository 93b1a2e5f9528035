/// A Huffman code ready for decoding.
///
/// `entries` is indexed by the next 11 bits and tells at once how many bits the code and the number after it take
/// together, so that where the next code begins depends on one look and one shift, and on no branch.
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
    static let indexBits = 11

    /// The number is 32768, which has no bits.
    static let isHalf: UInt32 = 0x40

    /// Bits 0 … 5: length of the code and the number; bit 6: `isHalf`; bits 8 … 15: the symbol; bits 16 … 31: as many ones as the number
    /// has bits. 0: the code is longer than the index, is one of a number without a length, or there is none.
    private(set) var entries = [UInt32](repeating: 0, count: 1 << Self.indexBits)
    /// For each length the first code, moved to the top of 16 bits, that is beyond it.
    private(set) var limits = [Int](repeating: 0, count: 17)
    /// For each length what makes a code the place of its symbol.
    private(set) var bases = [Int](repeating: 0, count: 17)
    let symbols: [UInt8]
    let use: Use

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

    /// The entry of the code that `next`, 16 bits, begin with; 0 where there is none.
    @inline(never)
    func longEntry(_ next: Int) -> UInt32 {
        for length in 1...16 where next < limits[length] {
            let place = bases[length] + next >> (16 - length)
            return symbols.indices.contains(place) ? entry(symbols[place], length) : 0
        }
        return 0
    }

    private func entry(_ symbol: UInt8, _ length: Int) -> UInt32 {
        let extra = UInt32(Self.extraBits(symbol, use))
        let kept = ((1 << extra) - 1) << 16 | UInt32(symbol) << 8 | UInt32(length) + extra
        return use == .difference && symbol == 16 ? kept | Self.isHalf : kept
    }

    private mutating func enter(_ symbol: UInt8, code: Int, length: Int) {
        guard use != .difference || symbol != 16 else { return }
        let entry = entry(symbol, length)
        let free = Self.indexBits - length
        for index in (code << free)..<((code + 1) << free) { entries[index] = entry }
    }
}
