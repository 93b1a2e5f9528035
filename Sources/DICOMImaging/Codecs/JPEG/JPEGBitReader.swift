/// Reads the bits of entropy-coded data (T.81 §B.1.1.5), most significant first, 64 at a time.
///
/// Where the data end or a marker stands, zeros follow without end, so that loops need no check of their own;
/// `isExhausted` then tells that some were taken.
@safe struct JPEGBitReader {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    /// The next byte that is not in `bits` yet; never behind a marker.
    private(set) var offset: Int
    /// From the top; beyond `count` there may be bits of the byte at `offset`, which are read again with it.
    private var bits: UInt64 = 0
    private var count = 0
    /// How many of the bits ever in `bits` were made up.
    private var borrowed = 0
    /// A code was found that the table does not have.
    private(set) var isCorrupt = false

    /// - Parameters:
    ///   - base: the codestream, which must outlive the reader.
    ///   - end: its length.
    ///   - offset: where the entropy-coded data begin.
    init(_ base: UnsafePointer<UInt8>, end: Int, offset: Int) {
        unsafe self.base = base
        self.end = end
        self.offset = offset
    }

    /// Bits were taken that the data do not have.
    var isExhausted: Bool { borrowed > count }

    /// Afterwards there are at least 56 bits.
    @inline(__always)
    private mutating func refill() {
        // Within eight bytes of the end, and where one of the next eight may be a marker or stuffed: byte by byte.
        guard offset &+ 8 <= end else { return refillSlowly() }
        let word = unsafe UInt64(
            bigEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
        guard (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 else { return refillSlowly() }
        bits |= word &>> UInt64(truncatingIfNeeded: count)
        offset &+= (63 &- count) >> 3
        count |= 56
    }

    @inline(never)
    private mutating func refillSlowly() {
        while count < 56 {
            var byte: UInt8 = 0
            if offset < end, unsafe base[offset] != 0xFF {
                byte = unsafe base[offset]
                offset &+= 1
            } else if offset &+ 1 < end, unsafe base[offset &+ 1] == 0 {
                byte = 0xFF
                offset &+= 2
            } else {
                borrowed &+= 8
            }
            bits |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 56 &- count)
            count &+= 8
        }
    }

    @inline(__always)
    private mutating func take(_ amount: UInt32) {
        bits &<<= UInt64(amount)
        count &-= Int(amount & 63)
    }

    /// The next `amount` bits, at most 16, as a number.
    @inline(__always)
    mutating func number(_ amount: Int) -> Int {
        if count < 16 { refill() }
        // In two steps, as a shift by 64 is none.
        let result = Int(truncatingIfNeeded: (bits >> 1) &>> UInt64(truncatingIfNeeded: 63 &- amount))
        take(UInt32(truncatingIfNeeded: amount))
        return result
    }

    /// The next symbol and the number whose length it tells.
    @inline(__always)
    mutating func symbol(_ table: borrowing JPEGHuffmanTable) -> (symbol: UInt8, number: Int) {
        if count < 32 { refill() }
        let entry = table.entries[Int(truncatingIfNeeded: bits &>> 52)]
        guard entry & JPEGHuffmanTable.isResolved == 0 else {
            take(entry)
            return (UInt8(truncatingIfNeeded: entry >> 8), Int(Int16(truncatingIfNeeded: entry >> 16)))
        }
        return unresolved(entry, table)
    }

    /// What one look at the table did not give.
    @inline(never)
    private mutating func unresolved(
        _ entry: UInt32, _ table: borrowing JPEGHuffmanTable
    ) -> (symbol: UInt8, number: Int) {
        if count < 32 { refill() }
        let symbol = entry == 0 ? longSymbol(table) : UInt8(truncatingIfNeeded: entry >> 8)
        take(entry)
        let extra = JPEGHuffmanTable.extraBits(symbol, table.use)
        if table.use == .difference, symbol == 16 { return (symbol, 32768) }
        return (symbol, JPEGHuffmanTable.extended(number(extra), extra))
    }

    /// The symbol of a code that is longer than the table's index.
    private mutating func longSymbol(_ table: borrowing JPEGHuffmanTable) -> UInt8 {
        let next = Int(truncatingIfNeeded: bits &>> 48)
        for length in (JPEGHuffmanTable.indexBits + 1)...16 where next < table.limits[length] {
            take(UInt32(length))
            let place = table.bases[length] + next >> (16 - length)
            guard table.symbols.indices.contains(place) else { break }
            return table.symbols[place]
        }
        isCorrupt = true
        return 0
    }

    /// `count` differences of lossless JPEG, written `step` samples apart.
    /// - Parameters:
    ///   - output: room for `(count - 1) × step + 1` samples.
    ///   - entries: those of `table`.
    @inline(__always)
    mutating func differences(
        _ output: UnsafeMutablePointer<UInt16>, count: Int, step: Int, _ table: borrowing JPEGHuffmanTable,
        _ entries: UnsafePointer<UInt32>
    ) {
        var index = 0
        while index &+ 4 <= count {
            // Four indices of 12 bits are within the 56 there are at least; `unresolved` restores them.
            refill()
            for place in index..<(index &+ 4) {
                unsafe output[place &* step] = difference(table, entries)
            }
            index &+= 4
        }
        while index < count {
            refill()
            unsafe output[index &* step] = difference(table, entries)
            index &+= 1
        }
    }

    @inline(__always)
    private mutating func difference(
        _ table: borrowing JPEGHuffmanTable, _ entries: UnsafePointer<UInt32>
    ) -> UInt16 {
        // The index has 12 bits, and so many entries there are.
        let entry = unsafe entries[Int(truncatingIfNeeded: bits &>> 52)]
        guard entry & JPEGHuffmanTable.isResolved == 0 else {
            take(entry)
            return UInt16(truncatingIfNeeded: entry >> 16)
        }
        let number = unresolved(entry, table).number
        refill()
        return UInt16(truncatingIfNeeded: number)
    }

    /// Goes on behind the restart marker that is due, of which `number` counts from 0 (§E.2.4); false where it is not
    /// there.
    mutating func restart(_ number: Int) -> Bool {
        guard !isExhausted else { return false }
        (bits, count, borrowed) = (0, 0, 0)
        while offset &+ 1 < end {
            let next = unsafe base[offset &+ 1]
            if unsafe base[offset] == 0xFF, next != 0, next != 0xFF {
                offset &+= 2
                return Int(next) == 0xD0 + number & 7
            }
            offset &+= 1
        }
        return false
    }
}
