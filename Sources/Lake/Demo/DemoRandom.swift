/// SplitMix64: the same numbers on every machine.
struct DemoRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in −1 … 1.
    mutating func signed() -> Float { Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23) }

    /// About normal, with standard deviation 1: the sum of 12 uniform numbers.
    mutating func normal() -> Float {
        var sum: Float = 0
        for _ in 0..<6 {
            let bits = next()
            sum += Float(bits & 0xFFFF_FFFF) + Float(bits >> 32)
        }
        return sum / Float(UInt32.max) - 6
    }
}

/// Noise as a reconstruction leaves it: neighbours are correlated. A tile that repeats, made once.
struct DemoNoise: Sendable {
    static let side = 512
    /// Standard deviation 1.
    let tile: [Float]

    static let shared = DemoNoise()

    private init() {
        let side = Self.side
        var random = DemoRandom(seed: 0x7A51)
        let white = (0..<(side * side)).map { _ in random.normal() }
        // A kernel with small negative lobes, as a body kernel has.
        let kernel: [Float] = [-0.08, 0.24, 0.68, 0.24, -0.08]
        var across = [Float](repeating: 0, count: side * side)
        var both = across
        for y in 0..<side {
            for x in 0..<side {
                for step in 0..<5 { across[y * side + x] += kernel[step] * white[y * side + (x + step - 2) & 511] }
            }
        }
        for y in 0..<side {
            for step in 0..<5 {
                let source = ((y + step - 2) & 511) * side
                for x in 0..<side { both[y * side + x] += kernel[step] * across[source + x] }
            }
        }
        let variance = both.reduce(0) { $0 + $1 * $1 } / Float(both.count)
        let scale = 1 / variance.squareRoot()
        tile = both.map { $0 * scale }
    }

    /// Two shifts of the tile, of which the sum is new for every slice.
    struct Shift {
        let first: (x: Int, y: Int)
        let second: (x: Int, y: Int)

        init(seed: UInt64) {
            var random = DemoRandom(seed: seed)
            let bits = random.next()
            func part(_ shift: UInt64) -> Int { Int(truncatingIfNeeded: bits >> shift) & 511 }
            first = (part(0), part(9))
            second = (part(18), part(27))
        }
    }

    /// Noise of standard deviation 1 for a row of `count` pixels.
    func fill(_ row: inout [Float], y: Int, _ shift: Shift) {
        let side = Self.side
        let first = ((y + shift.first.y) & 511) * side
        // The second is transposed in y, so that the two never line up.
        let second = ((shift.second.y - y) & 511) * side
        tile.withUnsafeBufferPointer { tile in
            for x in 0..<row.count {
                row[x] = (tile[first + (x + shift.first.x) & 511] + tile[second + (x + shift.second.x) & 511]) * 0.7071
            }
        }
    }
}
