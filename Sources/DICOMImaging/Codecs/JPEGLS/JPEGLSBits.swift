import ByteIO

/// The bits of one entropy-coded segment, from which the stuffed bits (ITU-T T.87 §C.1) have been taken out, so that
/// reading them needs no look at what the bytes are.
@safe struct JPEGLSBits {
    /// Where the reader stands: a value, so that a decoding loop can keep it in registers.
    struct Position {
        /// The next bits, most significant first.
        var window: UInt64 = 0
        /// How many bits of the window count.
        var valid = 0
        /// The byte that comes into the window next.
        var next = 0
    }

    /// Zero bytes behind the segment: what a read may touch before `exhausted` is looked at.
    private static let padding = 24

    private let memory: UnsafeMutableRawPointer
    private(set) var byteCount = 0

    /// Room for the segments of `count` bytes of data. The owner calls `free`.
    init(capacity count: Int) {
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: count + Self.padding, alignment: 16)
    }

    func free() { unsafe memory.deallocate() }

    /// Takes over the segment that begins at `start` of `data`.
    /// - Returns: where it ends: at the 0xFF of a marker, or at the end of the data.
    mutating func load(_ data: Bytes, from start: Int) -> Int {
        let end = unsafe data.withUnsafeBytes { unsafe unstuff($0, from: start) }
        unsafe memory.advanced(by: byteCount).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
        return end
    }

    /// Shifts the bytes together: after 0xFF comes a bit that does not count. Never writes more than it reads, apart
    /// from seven bytes of the padding.
    private mutating func unstuff(_ source: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let input = source.baseAddress else { return start }
        var read = start
        var written = 0
        // The bits that do not fill a byte yet, most significant first.
        var pending: UInt64 = 0
        var pendingBits: UInt64 = 0
        var followsFF = false
        while read < source.count {
            if !followsFF, read &+ 8 <= source.count {
                let word = unsafe UInt64(bigEndian: input.loadUnaligned(fromByteOffset: read, as: UInt64.self))
                if !Self.hasFF(word) {
                    let bits = pending | word &>> pendingBits
                    unsafe memory.storeBytes(of: bits.bigEndian, toByteOffset: written, as: UInt64.self)
                    pending = (word &<< 1) &<< (63 &- pendingBits)
                    read &+= 8
                    written &+= 8
                    continue
                }
            }
            let byte = unsafe input.load(fromByteOffset: read, as: UInt8.self)
            if followsFF, byte >= 0x80 {
                read &-= 1
                break
            }
            let width: UInt64 = followsFF ? 7 : 8
            pending |= UInt64(byte) &<< (64 &- width &- pendingBits)
            pendingBits &+= width
            if pendingBits >= 8 {
                unsafe memory.storeBytes(
                    of: UInt8(truncatingIfNeeded: pending &>> 56), toByteOffset: written, as: UInt8.self)
                written &+= 1
                pending &<<= 8
                pendingBits &-= 8
            }
            followsFF = byte == 0xFF
            read &+= 1
        }
        if pendingBits > 0 {
            unsafe memory.storeBytes(
                of: UInt8(truncatingIfNeeded: pending &>> 56), toByteOffset: written, as: UInt8.self)
            written &+= 1
        }
        byteCount = written
        return read
    }

    @inline(__always)
    private static func hasFF(_ word: UInt64) -> Bool {
        ((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 != 0
    }

    /// Fills the window to at least 56 bits; behind the segment they are zero.
    @inline(__always)
    func refill(_ position: inout Position) {
        // `next` grows by 7 at most between two looks at `isExhausted`: it stays within the padding.
        let word = unsafe UInt64(
            bigEndian: memory.loadUnaligned(fromByteOffset: min(position.next, byteCount &+ 16), as: UInt64.self))
        position.window |= word &>> UInt64(truncatingIfNeeded: position.valid)
        position.next &+= (63 &- position.valid) &>> 3
        position.valid |= 56
    }

    /// Drops `count` bits of the window, at most 56.
    @inline(__always)
    func skip(_ count: Int, _ position: inout Position) {
        position.window &<<= UInt64(truncatingIfNeeded: count)
        position.valid &-= count
    }

    /// The next `count` bits, at most 32, as a number.
    @inline(__always)
    func read(_ count: Int, _ position: inout Position) -> Int {
        let value = (position.window &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- count)
        skip(count, &position)
        return Int(truncatingIfNeeded: value)
    }

    /// More bits were read than there are.
    @inline(__always)
    func isExhausted(_ position: Position) -> Bool { position.next &* 8 &- position.valid > byteCount &* 8 }
}
