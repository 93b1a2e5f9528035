/// Reads the bits of entropy-coded data (T.81 §B.1.1.5), most significant first, 64 at a time.
///
/// Where the data end or a marker stands, zeros follow without end, so that loops need no check of their own;
/// `isExhausted` then tells that some were taken.
@safe struct JPEGBitReader {
    /// In a value of its own that the slow paths take and return: what a hot loop keeps in registers never needs an
    /// address.
    private struct Window {
        /// From the top; beyond `count` there may be bits of the byte at `offset`, which are read again with it.
        var bits: UInt64 = 0
        var count = 0
        /// The next byte that is not in `bits` yet; never behind a marker.
        var offset: Int
        /// How many of the bits ever in `bits` were made up.
        var borrowed = 0
    }

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private var window: Window
    /// A code was found that the table does not have.
    private(set) var isCorrupt = false

    /// - Parameters:
    ///   - base: the codestream, which must outlive the reader.
    ///   - end: its length.
    ///   - offset: where the entropy-coded data begin.
    init(_ base: UnsafePointer<UInt8>, end: Int, offset: Int) {
        unsafe self.base = base
        self.end = end
        window = Window(offset: offset)
    }

    /// Not behind the next marker.
    var offset: Int { window.offset }

    /// Bits were taken that the data do not have.
    var isExhausted: Bool { window.borrowed > window.count }

    /// Afterwards there are at least 56 bits.
    @inline(__always)
    private mutating func refill() {
        let offset = window.offset
        guard offset &+ 8 <= end else { return refillSlowly() }
        let word = unsafe UInt64(bigEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
        // Where one of the eight bytes may be stuffed or a marker: byte by byte.
        guard (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 else { return refillSlowly() }
        window.bits |= word &>> UInt64(truncatingIfNeeded: window.count)
        window.offset = offset &+ (63 &- window.count) >> 3
        window.count |= 56
    }

    @inline(__always)
    private mutating func refillSlowly() { unsafe window = Self.refilled(window, base, end) }

    @inline(never)
    private static func refilled(_ window: Window, _ base: UnsafePointer<UInt8>, _ end: Int) -> Window {
        var window = window
        while window.count < 56 {
            var byte: UInt8 = 0
            if window.offset < end, unsafe base[window.offset] != 0xFF {
                byte = unsafe base[window.offset]
                window.offset &+= 1
            } else if window.offset &+ 1 < end, unsafe base[window.offset &+ 1] == 0 {
                byte = 0xFF
                window.offset &+= 2
            } else {
                window.borrowed &+= 8
            }
            window.bits |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 56 &- window.count)
            window.count &+= 8
        }
        return window
    }

    @inline(__always)
    private mutating func take(_ amount: UInt32) {
        window.bits &<<= UInt64(amount)
        window.count &-= Int(amount & 63)
    }

    /// The next `amount` bits, at most 16, as a number.
    @inline(__always)
    mutating func number(_ amount: Int) -> Int {
        if window.count < 16 { refill() }
        // In two steps, as a shift by 64 is none.
        let result = Int(truncatingIfNeeded: (window.bits >> 1) &>> UInt64(truncatingIfNeeded: 63 &- amount))
        take(UInt32(truncatingIfNeeded: amount))
        return result
    }

    /// The next symbol and the number whose length it tells.
    @inline(__always)
    mutating func symbol(_ table: JPEGHuffmanTable) -> (symbol: UInt8, number: Int) {
        if window.count < 32 { refill() }
        var entry = table.entries[Int(truncatingIfNeeded: window.bits &>> Self.indexShift)]
        if entry == 0 { entry = longEntry(table) }
        return (UInt8(truncatingIfNeeded: entry >> 8), Int(number(of: entry)))
    }

    private static let indexShift = UInt64(64 - JPEGHuffmanTable.indexBits)

    /// The number of `entry`, whose bits are taken: the upper half of what they can say stands for itself, the lower
    /// half for negative numbers (T.81 §F.2.2.1, EXTEND).
    @inline(__always)
    private mutating func number(of entry: UInt32) -> Int32 {
        // 64 less the length, modulo 64.
        let field = window.bits &>> UInt64(truncatingIfNeeded: 0 &- entry)
        let mask = Int32(truncatingIfNeeded: entry >> 16)
        let number = Int32(truncatingIfNeeded: field) & mask
        take(entry)
        return number &- (number <= mask >> 1 ? mask : 0)
    }

    /// The entry of a code that the table's index does not hold.
    @inline(__always)
    private mutating func longEntry(_ table: JPEGHuffmanTable) -> UInt32 {
        refill()
        let entry = table.longEntry(Int(truncatingIfNeeded: window.bits &>> 48))
        if entry == 0 { isCorrupt = true }
        return entry
    }

    /// `count` differences of lossless JPEG, written `step` samples apart.
    /// - Parameter output: room for `(count - 1) × step + 1` samples.
    mutating func differences(
        _ output: UnsafeMutablePointer<UInt16>, count: Int, step: Int, _ table: JPEGHuffmanTable
    ) {
        var reader = self
        var index = 0
        unsafe table.pairs.withUnsafeBufferPointer { pairs in
            guard let pairs = pairs.baseAddress else { return }
            // Twice two differences at most, which take 26 bits of the 56 there are at least.
            while index &+ 4 <= count {
                reader.refill()
                unsafe reader.pair(output, &index, step, table, pairs)
                unsafe reader.pair(output, &index, step, table, pairs)
            }
        }
        while index < count {
            unsafe output[index &* step] = reader.difference(table)
            index &+= 1
        }
        self = reader
    }

    /// One or two differences, with no branch on which: a second that is none is overwritten by the next.
    @inline(__always)
    private mutating func pair(
        _ output: UnsafeMutablePointer<UInt16>, _ index: inout Int, _ step: Int, _ table: JPEGHuffmanTable,
        _ pairs: UnsafePointer<UInt64>
    ) {
        // The index has 11 bits, and so many pairs there are.
        let entry = unsafe pairs[Int(truncatingIfNeeded: window.bits &>> Self.indexShift)]
        guard entry != 0 else {
            unsafe output[index &* step] = difference(of: longEntry(table))
            index &+= 1
            return refill()
        }
        unsafe output[index &* step] = Self.number(window.bits, entry >> 8, entry >> 16)
        unsafe output[(index &+ 1) &* step] = Self.number(window.bits, entry, entry >> 32)
        index &+= Int(truncatingIfNeeded: entry >> 48)
        window.bits &<<= entry
        window.count &-= Int(truncatingIfNeeded: entry & 63)
    }

    /// The number of which the last bit is bit `length` (modulo 64) of `bits`, and the ones of `mask` are its bits.
    @inline(__always)
    private static func number(_ bits: UInt64, _ length: UInt64, _ mask: UInt64) -> UInt16 {
        let mask = UInt16(truncatingIfNeeded: mask)
        let number = UInt16(truncatingIfNeeded: bits &>> (0 &- length)) & mask
        return number &- (number <= mask >> 1 ? mask : 0)
    }

    /// 32768 has a length of its own, 16, and no bits (§H.1.2.2).
    @inline(__always)
    private mutating func difference(of entry: UInt32) -> UInt16 {
        let number = number(of: entry)
        return entry & JPEGHuffmanTable.isHalf != 0 ? 32768 : UInt16(truncatingIfNeeded: number)
    }

    /// One difference of lossless JPEG.
    mutating func difference(_ table: JPEGHuffmanTable) -> UInt16 {
        if window.count < 32 { refill() }
        let entry = table.entries[Int(truncatingIfNeeded: window.bits &>> Self.indexShift)]
        return difference(of: entry == 0 ? longEntry(table) : entry)
    }

    /// Goes on behind the restart marker that is due, of which `number` counts from 0 (§E.2.4); false where it is not
    /// there.
    mutating func restart(_ number: Int) -> Bool {
        guard !isExhausted else { return false }
        window = Window(offset: window.offset)
        while window.offset &+ 1 < end {
            let next = unsafe base[window.offset &+ 1]
            if unsafe base[window.offset] == 0xFF, next != 0, next != 0xFF {
                window.offset &+= 2
                return Int(next) == 0xD0 + number & 7
            }
            window.offset &+= 1
        }
        return false
    }
}
