import ByteIO
import DICOM

extension DemoTorso {
    /// The image of slice `number` (from 1).
    func dataSet(_ number: Int) -> DataSet {
        let canvas = canvas(number)
        let z = z(number)
        var dataSet = DemoHeader.torso(study).dataSet(series: 1, number: number)
        dataSet.setGeometry(
            x: canvas.origin, y: canvas.origin, z: z, pixel: Self.pixel, thickness: study.spacing,
            spacing: study.spacing)
        dataSet.set(.SliceLocation, .DS, doubles: [Double(z)])
        dataSet.setPixels(side: Self.side, stored: 12, samples: samples(canvas, number))
        dataSet.set(.WindowCenter, .DS, "40", "-600")
        dataSet.set(.WindowWidth, .DS, "400", "1500")
        dataSet.set(.WindowCenterWidthExplanation, .LO, "SOFT TISSUE", "LUNG")
        dataSet.set(.RescaleIntercept, .DS, "-1024")
        dataSet.set(.RescaleSlope, .DS, "1")
        dataSet.set(.RescaleType, .LO, "HU")
        return dataSet
    }

    /// 12-bit values with the noise that a scanner adds: most in the middle, where the least radiation arrives.
    private func samples(_ canvas: DemoCanvas, _ number: Int) -> [UInt8] {
        let side = Self.side
        let shift = DemoNoise.Shift(seed: UInt64(study.rawValue) << 32 | UInt64(number))
        // A thicker slice collects more radiation.
        let level: Float = study == .priorChestAbdomen ? 0.75 : 1
        var noise = [Float](repeating: 0, count: side)
        return [UInt8](unsafeUninitializedCapacity: side * side * 2) { bytes, count in
            count = side * side * 2
            for row in 0..<side {
                DemoNoise.shared.fill(&noise, y: row, shift)
                let y = canvas.origin + Float(row) * Self.pixel
                for column in 0..<side {
                    let index = row &* side &+ column
                    let x = canvas.origin + Float(column) * Self.pixel
                    let distance = x * x + y * y
                    var stored: Float = 0
                    // Outside the circle that was reconstructed there is nothing.
                    if distance < 191 * 191 {
                        let sigma = level * (6 + 8 / (1 + distance / 8000))
                        stored = canvas.values[index] + 1024 + noise[column] * sigma
                        // The lower lung is denser in a patient who lies.
                        if canvas.tissues[index] == DemoCanvas.Tissue.lung.rawValue {
                            stored += y * 0.35 + noise[column] * sigma * 0.8
                        }
                    }
                    let sample = UInt16(max(0, min(4095, stored.rounded())))
                    bytes[index * 2] = UInt8(truncatingIfNeeded: sample)
                    bytes[index * 2 + 1] = UInt8(truncatingIfNeeded: sample >> 8)
                }
            }
        }
    }
}
