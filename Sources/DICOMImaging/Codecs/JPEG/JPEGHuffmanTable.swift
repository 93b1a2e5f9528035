/// A Huffman code ready for decoding.
///
/// `entries` is indexed by the next 11 bits and tells at once how many bits the code and the number after it take
/// together, so that where the next code begins depends on one look and one shift, and on no branch.
final class JPEGHuffmanTable: Sendable {
    /// What the symbols stand for.
    enum Use: Sendable {
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

    /// Bits 0 … 5: length of the code and the number; bit 6: `isHalf`; bits 8 … 15: the symbol; bits 16 … 31: as many
    /// ones as the number has bits. 0: the code is longer than the index, is one of a number without a length, or there
    /// is none.
    let entries: [UInt32]
    /// For differences: what one look tells of two of them, where the code of the second is within the index, too.
    /// Bits 0 … 5: length of all; bits 8 … 13: of the first code and number; bits 16 … 31 and 32 … 47: ones of the
    /// first and second number; bits 48 and 49: how many there are. 0: as in `entries`.
    let pairs: [UInt64]
    /// For each length the first code, moved to the top of 16 bits, that is beyond it.
    private let limits: [Int]
    /// For each length what makes a code the place of its symbol.
    private let bases: [Int]
    private let symbols: [UInt8]
    private let use: Use

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
        var entries = [UInt32](repeating: 0, count: 1 << Self.indexBits)
        var limits = [Int](repeating: 0, count: 17)
        var bases = limits
        var (next, place) = (0, 0)
        for length in 1...16 {
            bases[length] = place - next
            for _ in 0..<code.counts[length - 1] {
                let symbol = symbols[place]
                if length <= Self.indexBits, use != .difference || symbol != 16 {
                    let entry = Self.entry(symbol, length, use)
                    let free = Self.indexBits - length
                    for index in (next << free)..<((next + 1) << free) { entries[index] = entry }
                }
                next += 1
                place += 1
            }
            limits[length] = next << (16 - length)
            next <<= 1
        }
        self.entries = entries
        pairs = use == .difference ? entries.indices.map { Self.pair(at: $0, entries) } : []
        self.limits = limits
        self.bases = bases
    }

    private static func pair(at index: Int, _ entries: [UInt32]) -> UInt64 {
        let first = entries[index]
        guard first != 0 else { return 0 }
        let length = UInt64(first & 63)
        let alone = 1 << 48 | UInt64(first >> 16) << 16 | length << 8 | length
        guard length < indexBits else { return alone }
        let second = entries[index << Int(length) & ((1 << indexBits) - 1)]
        let code = Int(second & 63) - (second >> 16).nonzeroBitCount
        guard second != 0, Int(length) + code <= indexBits else { return alone }
        return 2 << 48 | UInt64(second >> 16) << 32 | UInt64(first >> 16) << 16 | length << 8
            | (length + UInt64(second & 63))
    }

    /// The entry of the code that `next`, 16 bits, begin with; 0 where there is none.
    @inline(never)
    func longEntry(_ next: Int) -> UInt32 {
        for length in 1...16 where next < limits[length] {
            let place = bases[length] + next >> (16 - length)
            return symbols.indices.contains(place) ? Self.entry(symbols[place], length, use) : 0
        }
        return 0
    }

    private static func entry(_ symbol: UInt8, _ length: Int, _ use: Use) -> UInt32 {
        if use == .difference, symbol == 16 { return isHalf | UInt32(symbol) << 8 | UInt32(length) }
        let extra = UInt32(use == .ac ? symbol & 15 : symbol)
        return ((1 << extra) - 1) << 16 | UInt32(symbol) << 8 | (UInt32(length) + extra)
    }
}
