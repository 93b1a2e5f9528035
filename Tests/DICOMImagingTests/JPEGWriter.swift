/// Writes JPEG codestreams for tests (ITU-T T.81), knowing nothing of the decoder.
struct JPEGWriter {
    private(set) var bytes: [UInt8] = [0xFF, 0xD8]

    mutating func marker(_ code: UInt8) { bytes += [0xFF, code] }

    mutating func segment(_ code: UInt8, _ body: [UInt8]) {
        marker(code)
        bytes += Self.word(body.count + 2) + body
    }

    mutating func append(_ other: [UInt8]) { bytes += other }

    static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

    mutating func frame(
        _ code: UInt8, precision: Int, rows: Int, columns: Int, factors: [(Int, Int)], identifiers: [UInt8]? = nil
    ) {
        var body = [UInt8(precision)] + Self.word(rows) + Self.word(columns) + [UInt8(factors.count)]
        for (index, factor) in factors.enumerated() {
            body += [identifiers?[index] ?? UInt8(index + 1), UInt8(factor.0 << 4 | factor.1), 0]
        }
        segment(code, body)
    }

    /// - Parameter components: identifiers and table selectors.
    mutating func scan(_ components: [(UInt8, UInt8)], _ start: Int, _ end: Int, high: Int = 0, low: Int = 0) {
        segment(
            0xDA,
            [UInt8(components.count)] + components.flatMap { [$0.0, $0.1] }
                + [UInt8(start), UInt8(end), UInt8(high << 4 | low)])
    }
}

/// A Huffman code made of symbols in order and how many of them have 1 … 16 bits.
struct TestCode {
    let counts: [UInt8]
    let symbols: [UInt8]
    private var codes: [UInt8: (code: Int, length: Int)] = [:]

    init(_ counts: [UInt8], _ symbols: [UInt8]) {
        self.counts = counts
        self.symbols = symbols
        var (code, place) = (0, 0)
        for length in 1...16 {
            for _ in 0..<counts[length - 1] {
                codes[symbols[place]] = (code, length)
                code += 1
                place += 1
            }
            code <<= 1
        }
    }

    /// Every length of a difference, those in front of `order` with short codes: 2, 3, 3, 4, 4, 4, 5, 6 … 15 bits.
    static func differences(_ order: [UInt8] = Array(0...16)) -> TestCode {
        TestCode([0, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0], order)
    }

    /// The lengths of DC differences.
    static let dc = TestCode([0, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], Array(0...15))

    /// Every symbol of an AC band, with codes of 3, 9, 12 and 16 bits.
    static let bands = TestCode([0, 0, 2, 0, 0, 0, 0, 0, 200, 0, 0, 30, 0, 0, 0, 24], Array(0...255))

    func body(_ selector: UInt8) -> [UInt8] { [selector] + counts + symbols }

    func put(symbol: UInt8, into bits: inout TestBits) {
        guard let (code, length) = codes[symbol] else { preconditionFailure("no code for \(symbol)") }
        bits.put(code, length)
    }

    /// A symbol that is a length (plus a run in its upper half) and the number of that length (T.81 §F.1.2.1).
    func put(number: Int, run: Int = 0, into bits: inout TestBits) {
        let length = Int.bitWidth - abs(number).leadingZeroBitCount
        put(symbol: UInt8(run << 4 | length), into: &bits)
        bits.put(number < 0 ? number - 1 : number, length)
    }
}

/// Entropy-coded data: bits from the top, a zero byte after each 0xFF.
struct TestBits {
    private(set) var bytes: [UInt8] = []
    private var accumulator = 0
    private var count = 0

    /// The lowest `length` bits of `value`.
    mutating func put(_ value: Int, _ length: Int) {
        for bit in stride(from: length - 1, through: 0, by: -1) {
            accumulator = accumulator << 1 | value >> bit & 1
            count += 1
            if count == 8 { flush() }
        }
    }

    /// Pads the last byte with ones (§F.1.2.3).
    mutating func finish() {
        while count > 0 { put(1, 1) }
    }

    mutating func restart(_ number: Int) {
        finish()
        bytes += [0xFF, 0xD0 + UInt8(number % 8)]
    }

    private mutating func flush() {
        let byte = UInt8(accumulator & 255)
        bytes.append(byte)
        if byte == 0xFF { bytes.append(0) }
        (accumulator, count) = (0, 0)
    }
}

/// Numbers that look random and are the same every time.
struct TestNoise: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
