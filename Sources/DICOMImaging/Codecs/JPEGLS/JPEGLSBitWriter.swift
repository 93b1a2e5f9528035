import ByteIO

/// Writes a codestream: marker segments, and entropy-coded bits with one stuffed behind each 0xFF (ITU-T T.87 §C.1).
@safe struct JPEGLSBitWriter: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    /// Bits not written yet, most significant first, and how many.
    private var window: UInt64 = 0
    private var valid = 0
    private var followsFF = false

    init(capacity: Int) {
        self.capacity = max(capacity, 256)
        unsafe memory = UnsafeMutablePointer.allocate(capacity: self.capacity)
    }

    deinit { unsafe memory.deallocate() }

    /// Makes room for `bytes` more.
    mutating func reserve(_ bytes: Int) {
        guard count + bytes + 16 > capacity else { return }
        capacity = max(count + bytes + 16, capacity * 2)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe grown.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = grown
    }

    /// Whole bytes: a marker segment, no bits pending.
    mutating func append(_ bytes: [UInt8]) {
        reserve(bytes.count)
        for byte in bytes {
            unsafe memory[count] = byte
            count += 1
        }
    }

    /// The lowest `bits` of `value`, at most 31; the others are zero. Room was reserved before.
    @inline(__always)
    mutating func put(_ value: Int, bits: Int) {
        if valid > 32 { drain() }
        window |= (UInt64(truncatingIfNeeded: value) &<< UInt64(truncatingIfNeeded: 63 &- valid &- bits)) &<< 1
        valid &+= bits
    }

    @inline(__always)
    private mutating func drain() {
        while valid >= 8 {
            let width: UInt64 = followsFF ? 7 : 8
            let byte = UInt8(truncatingIfNeeded: window &>> (64 &- width))
            // Within the memory: `reserve` left room for every bit of the line, stuffed ones included.
            unsafe memory[count] = byte
            count &+= 1
            window &<<= width
            valid &-= Int(truncatingIfNeeded: width)
            followsFF = byte == 0xFF
        }
    }

    /// Fills the last byte with zero bits: a marker follows. It never is 0xFF: at most seven of its bits are not filling.
    mutating func align() {
        reserve(16)
        drain()
        if valid > 0 || followsFF {
            unsafe memory[count] = UInt8(truncatingIfNeeded: window &>> (followsFF ? 57 : 56))
            count += 1
        }
        window = 0
        valid = 0
        followsFF = false
    }

    /// What was written.
    func bytes() -> Bytes {
        unsafe Bytes(count: count) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: count))
        }
    }
}
