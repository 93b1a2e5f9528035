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
        let factors = steps.map(Int32.init)
        var samples = [UInt16](repeating: 0, count: width * component.blockRows * 8)
        var block = JPEGInverseTransform.Block(repeating: .zero)
        for row in 0..<component.blockRows {
            for column in 0..<component.blockColumns {
                let start = component.block(row, column)
                for line in 0..<8 {
                    for place in 0..<8 {
                        let index = 8 &* line &+ place
                        block[line][place] = Int32(coefficients[start &+ index]) &* factors[index]
                    }
                }
                transform.apply(&block)
                for line in 0..<8 {
                    let target = (8 &* row &+ line) &* width &+ 8 &* column
                    for place in 0..<8 {
                        samples[target &+ place] = UInt16(truncatingIfNeeded: block[line][place])
                    }
                }
            }
        }
        stride = width
        self.samples = samples
    }
}
