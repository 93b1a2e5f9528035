import DICOM

/// A head in an MR scanner, T1- and T2-weighted. Coordinates in mm (LPS), the middle of the brain at 0.
struct DemoHead: Sendable {
    static let side = 256
    /// mm.
    static let pixel: Float = 0.9

    /// Signal of each tissue.
    struct Contrast: Sendable {
        let fat: Float
        let bone: Float
        let muscle: Float
        let liquor: Float
        let grey: Float
        let white: Float
        let eye: Float
    }

    let number: Int
    let contrast: Contrast

    /// The series T1 (1) or T2 (2).
    static func series(_ number: Int) -> DemoHead {
        DemoHead(
            number: number,
            contrast: number == 1
                ? Contrast(fat: 980, bone: 70, muscle: 430, liquor: 190, grey: 500, white: 690, eye: 210)
                : Contrast(fat: 720, bone: 60, muscle: 260, liquor: 1180, grey: 640, white: 460, eye: 1230))
    }

    /// The image of slice `slice` (from 1).
    func dataSet(_ slice: Int) -> DataSet {
        let study = DemoStudies.Study.head
        let z = study.top - Float(slice - 1) * study.spacing
        let canvas = canvas(z)
        var dataSet = DemoHeader.head.dataSet(series: number, number: slice)
        dataSet.setGeometry(
            x: canvas.origin, y: canvas.origin, z: z, pixel: Self.pixel, thickness: 5, spacing: study.spacing)
        dataSet.setPixels(side: Self.side, stored: 12, samples: samples(canvas, slice))
        dataSet.set(.WindowCenter, .DS, number == 1 ? "480" : "620")
        dataSet.set(.WindowWidth, .DS, number == 1 ? "960" : "1240")
        return dataSet
    }

    private func canvas(_ z: Float) -> DemoCanvas {
        var canvas = DemoCanvas(side: Self.side, pixel: Self.pixel, z: z, background: 0, bend: 1.6)
        func part(
            _ center: (Float, Float, Float), _ radii: (Float, Float, Float), _ value: Float,
            _ tissue: DemoCanvas.Tissue, over: DemoCanvas.Tissue = .any
        ) {
            canvas.ellipsoid(center, radii, .init(value: value, tissue: tissue, over: over))
        }
        let below: Float = z < -20 ? 1 : 0
        part((0, 4, -14), (77, 97, 108), contrast.fat, .fat)
        part((0, 4, -14), (72, 92, 103), contrast.muscle, .muscle)
        paintFace(&canvas, z)
        part((0, 4, 2), (70, 90, 84), contrast.bone, .bone)
        part((0, 4, 2), (67.5, 87.5, 81.5), contrast.fat * 0.45, .bone, over: .bone)
        part((0, 4, 2), (65.5, 85.5, 79.5), contrast.bone, .bone, over: .bone)
        // Beneath the brain lies the base of the skull, and what hangs from it.
        part((0, 4, 2), (63.5, 83.5, 77.5), contrast.muscle * 0.9, .bone, over: .bone)
        part((0, 4, 10), (66, 86, 70.5), contrast.bone, .bone, over: .bone)
        part((0, 4, 10), (63.5, 83.5, 68), contrast.liquor, .cavity, over: .bone)
        part((0, 4, 10), (61, 81, 65.5), contrast.white, .organ, over: .cavity)
        if below > 0 {
            part((0, 46, -38), (50, 35, 32), contrast.liquor, .cavity, over: [.organ, .bone])
            part((0, 47, -37), (47, 31, 28), contrast.grey * 0.94, .liver, over: [.cavity, .organ, .bone])
            for side: Float in [-1, 1] {
                part((side * 40, -8, -26), (20, 34, 17), contrast.white, .organ, over: [.cavity, .bone])
            }
        }
        fold(&canvas)
        paintDeep(&canvas, z)
        return canvas
    }

    private func paintFace(_ canvas: inout DemoCanvas, _ z: Float) {
        for side: Float in [-1, 1] {
            canvas.ellipsoid((side * 31, -72, -34), (19, 20, 18), .init(value: contrast.fat, tissue: .fat))
            canvas.ellipsoid((side * 31, -76, -34), (12, 12.5, 12), .init(value: contrast.eye, tissue: .vessel))
            canvas.ellipsoid((side * 20, -62, -58), (14, 17, 14), .init(value: 20, tissue: .gas))
            canvas.ellipsoid((side * 56, 34, -48), (9, 13, 13), .init(value: 40, tissue: .bone))
        }
        canvas.ellipsoid((0, -66, -46), (9, 26, 22), .init(value: 30, tissue: .gas))
    }

    /// Gyri and sulci: where a wavy function of the place is near 0 there is liquor, around it cortex.
    private func fold(_ canvas: inout DemoCanvas) {
        let z = canvas.z
        let tissues = canvas.tissues
        let (grey, white, liquor) = (contrast.grey, contrast.white, contrast.liquor)
        canvas.adjust { index, x, y, value in
            if tissues[index] == DemoCanvas.Tissue.liver.rawValue {
                // The cerebellum's folia.
                return value + (white - value) * 0.35 * demoSine(y * 1.1 + z * 0.4 + 0.02 * x * x)
            }
            guard tissues[index] == DemoCanvas.Tissue.organ.rawValue else { return value }
            let depth = (x * x / 3721 + (y - 4) * (y - 4) / 6561 + (z - 10) * (z - 10) / 4290).squareRoot()
            let left = abs(x)
            let wave =
                demoSine(0.21 * left + 1.5 * demoSine(0.12 * y + 0.10 * z) + (x < 0 ? 0.6 : 0))
                + demoSine(0.20 * y + 1.4 * demoSine(0.14 * left - 0.09 * z) + 2)
                + 0.6 * demoSine(0.16 * z + 0.10 * (left + y))
            let isBase = z < -12
            let share = isBase ? max(depth, 0.86) : depth
            if left < 1.3, depth > 0.55, z > -5 { return liquor }
            let sulcus = 0.34 * max(0, share - 0.76) / 0.24
            if abs(wave) < sulcus { return liquor }
            if share > 0.94 || abs(wave) < sulcus + 0.62 * max(0, share - 0.66) / 0.34 { return grey }
            return white
        }
    }

    private func paintDeep(_ canvas: inout DemoCanvas, _ z: Float) {
        let brain: DemoCanvas.Tissue = [.organ, .cavity, .liver]
        let liquor = DemoCanvas.Paint(value: contrast.liquor, tissue: .cavity, over: brain)
        let grey = DemoCanvas.Paint(value: contrast.grey, tissue: .organ, over: brain)
        for side: Float in [-1, 1] {
            canvas.ellipsoid((side * 11, 8, 8), (9, 15, 10), grey)
            canvas.ellipsoid((side * 25, -2, 8), (6, 18, 12), grey)
            canvas.ellipsoid((side * 14, -24, 14), (5, 10, 12), grey)
            let horn = DemoTube.path(
                [
                    DemoTube.Point(side * 8, -30, 14), DemoTube.Point(side * 9, -10, 24),
                    DemoTube.Point(side * 15, 22, 22),
                    DemoTube.Point(side * 24, 36, 10), DemoTube.Point(side * 30, 18, -8),
                ], radii: [5, 5, 5.5, 6, 3])
            canvas.tube(horn, liquor)
        }
        canvas.ellipsoid((0, 4, 4), (2, 14, 12), liquor)
        let stem = DemoTube.path(
            [DemoTube.Point(0, 16, -4), DemoTube.Point(0, 18, -30), DemoTube.Point(0, 26, -90)], radii: [15, 13, 7])
        canvas.tube(
            stem, grow: 4, .init(value: contrast.liquor, tissue: .cavity, over: [.cavity, .organ, .liver, .bone]))
        canvas.tube(stem, .init(value: contrast.white * 0.93, tissue: .vessel))
        canvas.ellipsoid((0, 31, -32), (7, 4, 9), .init(value: contrast.liquor, tissue: .vessel))
    }

    /// Magnitude images have Rician noise; the coil receives more from nearby.
    private func samples(_ canvas: DemoCanvas, _ slice: Int) -> [UInt8] {
        let side = Self.side
        let seed = UInt64(9) << 32 | UInt64(number) << 16 | UInt64(slice)
        let shifts = (DemoNoise.Shift(seed: seed), DemoNoise.Shift(seed: seed | 1 << 40))
        var real = [Float](repeating: 0, count: side)
        var imaginary = real
        return [UInt8](unsafeUninitializedCapacity: side * side * 2) { bytes, count in
            count = side * side * 2
            for row in 0..<side {
                DemoNoise.shared.fill(&real, y: row, shifts.0)
                DemoNoise.shared.fill(&imaginary, y: row, shifts.1)
                let y = canvas.origin + Float(row) * Self.pixel
                for column in 0..<side {
                    let index = row &* side &+ column
                    let x = canvas.origin + Float(column) * Self.pixel
                    let coil = 0.88 + (x * x + y * y) / 60000 + 0.05 * demoSine(x * 0.02 + 0.5)
                    let signal = canvas.values[index] * coil + real[column] * 15
                    let other = imaginary[column] * 15
                    let sample = UInt16(min(4095, (signal * signal + other * other).squareRoot().rounded()))
                    bytes[index * 2] = UInt8(truncatingIfNeeded: sample)
                    bytes[index * 2 + 1] = UInt8(truncatingIfNeeded: sample >> 8)
                }
            }
        }
    }
}
