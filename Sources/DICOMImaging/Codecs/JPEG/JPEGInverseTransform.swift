/// The inverse discrete cosine transform of T.81 §A.3.3 in integers, by the algorithm of Loeffler, Ligtenberg and
/// Moschytz (1989): eleven multiplications for eight values.
///
/// Constants have 13 fractional bits and the first pass keeps one more bit than the samples (two for 8 bits), as in the
/// Independent JPEG Group's accurate transform, so that equal codestreams give equal samples.
struct JPEGInverseTransform {
    typealias Block = InlineArray<8, SIMD8<Int32>>

    private static let fraction: Int32 = 13
    private let kept: Int32
    private let centre: Int32

    init(precision: Int) {
        kept = precision <= 8 ? 2 : 1
        centre = 1 << Int32(precision - 1)
    }

    /// Dequantised coefficients, row by row, become samples.
    func samples(of coefficients: Block) -> Block {
        var block = coefficients
        Self.pass(&block, Self.fraction - kept)
        block = Self.transposed(block)
        Self.pass(&block, Self.fraction + kept + 3)
        block = Self.transposed(block)
        let limit = SIMD8<Int32>(repeating: 2 * centre - 1)
        for row in 0..<8 { block[row] = (block[row] &+ centre).clamped(lowerBound: .zero, upperBound: limit) }
        return block
    }

    /// What all samples are of a block that has no other coefficient than the first, dequantised one.
    func sample(of first: Int32) -> Int32 {
        // Both passes leave it as it is but for the bits that the first keeps and the second drops.
        let sample = ((first &<< kept) &+ (1 << (kept + 2))) >> (kept + 3) &+ centre
        return min(max(sample, 0), 2 * centre - 1)
    }

    /// Three times the perfect shuffle of the upper with the lower four rows.
    private static func transposed(_ block: Block) -> Block { shuffled(shuffled(shuffled(block))) }

    @inline(__always)
    private static func shuffled(_ x: Block) -> Block {
        var result = x
        for row in 0..<4 {
            result[2 * row].evenHalf = x[row].lowHalf
            result[2 * row].oddHalf = x[row + 4].lowHalf
            result[2 * row + 1].evenHalf = x[row].highHalf
            result[2 * row + 1].oddHalf = x[row + 4].highHalf
        }
        return result
    }

    /// Eight columns at once. Arithmetic wraps, as coefficients may be anything.
    @inline(__always)
    private static func pass(_ x: inout Block, _ shift: Int32) {
        let round = SIMD8<Int32>(repeating: 1 << (shift - 1))
        let turned = (x[2] &+ x[6]) &* 4433
        let low = turned &- x[6] &* 15137
        let high = turned &+ x[2] &* 6270
        let sum = (x[0] &+ x[4]) &<< fraction
        let difference = (x[0] &- x[4]) &<< fraction
        let even: InlineArray<4, SIMD8<Int32>> = [sum &+ high, difference &+ low, difference &- low, sum &- high]

        let all = (x[7] &+ x[3] &+ x[5] &+ x[1]) &* 9633
        let near = all &- (x[7] &+ x[3]) &* 16069
        let far = all &- (x[5] &+ x[1]) &* 3196
        let outer = (x[7] &+ x[1]) &* -7373
        let inner = (x[5] &+ x[3]) &* -20995
        let odd: InlineArray<4, SIMD8<Int32>> = [
            x[1] &* 12299 &+ outer &+ far, x[3] &* 25172 &+ inner &+ near,
            x[5] &* 16819 &+ inner &+ far, x[7] &* 2446 &+ outer &+ near,
        ]
        for index in 0..<4 {
            x[index] = (even[index] &+ odd[index] &+ round) &>> shift
            x[7 - index] = (even[index] &- odd[index] &+ round) &>> shift
        }
    }
}
