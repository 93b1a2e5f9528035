/// The samples of one component.
struct JPEGPlane {
    /// Samples from one row to the next.
    let stride: Int
    var samples: [UInt16]

    init(stride: Int, samples: [UInt16]) {
        self.stride = stride
        self.samples = samples
    }

    /// - Parameters:
    ///   - coefficients: those of all components of the frame.
    ///   - steps: the component's quantisation table, row by row.
    init(_ component: JPEGTransformComponent, _ coefficients: [Int16], _ steps: [UInt16], precision: Int) {
        let transform = JPEGInverseTransform(precision: precision)
        let width = component.blockColumns * 8
        var factors = JPEGInverseTransform.Block(repeating: .zero)
        for (index, step) in steps.prefix(64).enumerated() { factors[index / 8][index % 8] = Int32(step) }
        var samples = [UInt16](repeating: 0, count: width * component.blockRows * 8)
        unsafe samples.withUnsafeMutableBufferPointer { target in
            unsafe coefficients.withUnsafeBufferPointer { source in
                guard let input = source.baseAddress, let output = target.baseAddress else { return }
                // A component's blocks lie within the coefficients, and eight rows of eight samples for each of them
                // within the plane, as both were counted by its blocks.
                for row in 0..<component.blockRows {
                    for column in 0..<component.blockColumns {
                        let first = unsafe input + component.block(row, column)
                        unsafe Self.block(first, factors, transform, output + 8 * (row * width + column), width)
                    }
                }
            }
        }
        stride = width
        self.samples = samples
    }

    /// One block.
    /// - Parameters:
    ///   - input: 64 coefficients.
    ///   - output: where its samples begin, of which rows are `stride` apart.
    @inline(__always)
    private static func block(
        _ input: UnsafePointer<Int16>, _ factors: JPEGInverseTransform.Block, _ transform: JPEGInverseTransform,
        _ output: UnsafeMutablePointer<UInt16>, _ stride: Int
    ) {
        var block = JPEGInverseTransform.Block(repeating: .zero)
        var rest = SIMD8<Int32>.zero
        for line in 0..<8 {
            let values = unsafe UnsafeRawPointer(input + 8 &* line).loadUnaligned(as: SIMD8<Int16>.self)
            block[line] = SIMD8<Int32>(truncatingIfNeeded: values)
            var others = block[line]
            if line == 0 { others[0] = 0 }
            rest |= others
        }
        if rest == .zero {
            let sample = transform.sample(of: block[0][0] &* factors[0][0])
            block = JPEGInverseTransform.Block(repeating: SIMD8(repeating: sample))
        } else {
            for line in 0..<8 { block[line] &*= factors[line] }
            block = transform.samples(of: block)
        }
        for line in 0..<8 {
            let samples = SIMD8<UInt16>(truncatingIfNeeded: block[line])
            unsafe UnsafeMutableRawPointer(output + line &* stride).storeBytes(of: samples, as: SIMD8<UInt16>.self)
        }
    }
}
