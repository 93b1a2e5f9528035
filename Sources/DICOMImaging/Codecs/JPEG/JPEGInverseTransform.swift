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
    func apply(_ block: inout Block) {
        Self.pass(&block, Self.fraction - kept)
        Self.transpose(&block)
        Self.pass(&block, Self.fraction + kept + 3)
        Self.transpose(&block)
        let limit = SIMD8<Int32>(repeating: 2 * centre - 1)
        for row in 0..<8 { block[row] = (block[row] &+ centre).clamped(lowerBound: .zero, upperBound: limit) }
    }

    private static func transpose(_ block: inout Block) {
        for row in 0..<8 {
            for column in 0..<row {
                let kept = block[row][column]
                block[row][column] = block[column][row]
                block[column][row] = kept
            }
        }
    }

    /// Eight columns at once. Arithmetic wraps, as coefficients may be anything.
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
