/// How prediction errors and samples become each other (ITU-T T.87 §A.4.4, §A.4.5). A generic parameter of the decoding
/// and encoding loops, so that lossless pictures do not pay for the others.
protocol JPEGLSReconstruction {
    init(_ parameters: JPEGLSParameters)

    var isLossless: Bool { get }
    var maximum: Int { get }
    var near: Int { get }
    /// 2 × NEAR + 1.
    var step: Int { get }

    /// The sample at `error` (quantised, in the sign of the samples) from `prediction`, 0 … MAXVAL.
    func sample(_ prediction: Int, _ error: Int) -> Int

    /// The quantised error of a difference, within RANGE.
    func error(_ difference: Int) -> Int
}

/// NEAR is 0 and MAXVAL all ones: reduction modulo RANGE is a mask.
struct JPEGLSLossless: JPEGLSReconstruction {
    let maximum: Int

    init(_ parameters: JPEGLSParameters) { maximum = parameters.maximum }

    @inline(__always) var isLossless: Bool { true }
    @inline(__always) var near: Int { 0 }
    @inline(__always) var step: Int { 1 }

    @inline(__always)
    func sample(_ prediction: Int, _ error: Int) -> Int { (prediction &+ error) & maximum }

    @inline(__always)
    func error(_ difference: Int) -> Int {
        let reduced = difference & maximum
        return reduced > maximum &>> 1 ? reduced &- maximum &- 1 : reduced
    }
}

/// Any NEAR and MAXVAL.
struct JPEGLSNearLossless: JPEGLSReconstruction {
    let maximum: Int
    let near: Int
    let step: Int
    private let range: Int

    init(_ parameters: JPEGLSParameters) {
        maximum = parameters.maximum
        near = parameters.near
        step = parameters.step
        range = parameters.range
    }

    @inline(__always) var isLossless: Bool { near == 0 }

    @inline(__always)
    func sample(_ prediction: Int, _ error: Int) -> Int {
        var sample = prediction &+ error &* step
        if sample < 0 &- near {
            sample &+= range &* step
        } else if sample > maximum &+ near {
            sample &-= range &* step
        }
        // A damaged codestream's errors reach further than one range: whatever comes is brought within.
        return min(max(sample, 0), maximum)
    }

    @inline(__always)
    func error(_ difference: Int) -> Int {
        // At most 2¹⁶ + 2⁸: half as wide a division takes half as long.
        let magnitude = UInt32(truncatingIfNeeded: abs(difference) &+ near) / UInt32(truncatingIfNeeded: step)
        let quantised = difference > 0 ? Int(magnitude) : 0 &- Int(magnitude)
        let wrapped = quantised < 0 ? quantised &+ range : quantised
        return wrapped >= (range &+ 1) / 2 ? wrapped &- range : wrapped
    }
}
