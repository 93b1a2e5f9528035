import ByteIO

/// The keystream of ChaCha20 (RFC 8439 §2.4) with a nonce of zeros: what the vectors of IPIP-0499 call seeded data.
struct SeededBytes {
    private let key: [UInt32]
    private var counter: UInt32 = 0

    /// - Parameter key: 32 bytes, SHA-256 of the seed.
    init(key: Bytes) {
        self.key = (0..<8).map { word in
            (0..<4).reduce(0) { $0 | UInt32(key[4 * word + $1]) << UInt32(8 * $1) }
        }
    }

    /// The next `count` bytes, a multiple of 512.
    mutating func next(_ count: Int) -> Bytes {
        unsafe Bytes(count: count) { target in
            for offset in stride(from: 0, to: count, by: 512) {
                eightBlocks(into: UnsafeMutableRawBufferPointer(rebasing: target[offset..<(offset + 512)]))
            }
        }
    }

    private mutating func eightBlocks(into target: UnsafeMutableRawBufferPointer) {
        typealias Lanes = SIMD8<UInt32>
        func lanes(_ word: UInt32) -> Lanes { Lanes(repeating: word) }
        func turn(_ value: Lanes, _ by: UInt32) -> Lanes { value &<< by | value &>> (32 - by) }
        func quarter(_ a: inout Lanes, _ b: inout Lanes, _ c: inout Lanes, _ d: inout Lanes) {
            a &+= b
            d = turn(d ^ a, 16)
            c &+= d
            b = turn(b ^ c, 12)
            a &+= b
            d = turn(d ^ a, 8)
            c &+= d
            b = turn(b ^ c, 7)
        }
        let count = lanes(counter) &+ Lanes(0, 1, 2, 3, 4, 5, 6, 7)
        counter += 8
        var (x0, x1, x2, x3) = (lanes(0x6170_7865), lanes(0x3320_646E), lanes(0x7962_2D32), lanes(0x6B20_6574))
        var (x4, x5, x6, x7) = (lanes(key[0]), lanes(key[1]), lanes(key[2]), lanes(key[3]))
        var (x8, x9, x10, x11) = (lanes(key[4]), lanes(key[5]), lanes(key[6]), lanes(key[7]))
        var (x12, x13, x14, x15) = (count, Lanes(), Lanes(), Lanes())
        let start = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15]
        for _ in 0..<10 {
            quarter(&x0, &x4, &x8, &x12)
            quarter(&x1, &x5, &x9, &x13)
            quarter(&x2, &x6, &x10, &x14)
            quarter(&x3, &x7, &x11, &x15)
            quarter(&x0, &x5, &x10, &x15)
            quarter(&x1, &x6, &x11, &x12)
            quarter(&x2, &x7, &x8, &x13)
            quarter(&x3, &x4, &x9, &x14)
        }
        let end = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15]
        for word in 0..<16 {
            let sum = start[word] &+ end[word]
            for block in 0..<8 {
                target.storeBytes(of: sum[block].littleEndian, toByteOffset: 64 * block + 4 * word, as: UInt32.self)
            }
        }
    }
}
