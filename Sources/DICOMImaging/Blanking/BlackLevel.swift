import DICOM

/// The stored value that stands for black in the frames of a file.
struct BlackLevel {
    private let isInverted: Bool
    private let palette: Palette?

    init(_ file: DICOMFile) {
        let parameters = DisplayParameters(file, frame: 1)
        isInverted = parameters.isInverted
        palette = parameters.palette
    }

    /// Whether a frame's own samples have to be known: monochrome ones have no value that is black in every image, and
    /// one beyond all others would change how the rest is shown.
    func dependsOnFrame(_ description: PixelDescription) -> Bool { description.samplesPerPixel == 1 }

    /// One number for each sample of a pixel: the darkest that `frame` has, where it is grey.
    /// - Parameter frame: normalised; `nil` where `dependsOnFrame` is false.
    func values(_ description: PixelDescription, _ photometric: PhotometricInterpretation, in frame: StoredFrame?)
        -> [Int]
    {
        let half = description.bitsStored < 63 ? 1 << (description.bitsStored - 1) : 0
        switch (description.samplesPerPixel, photometric) {
        case (1, .paletteColor): return [darkestIndex(frame?.extremes() ?? 0...0)]
        case (1, _):
            guard let extremes = frame?.extremes() else { return [0] }
            return [isInverted ? extremes.upperBound : extremes.lowerBound]
        case (3, .ybrFull), (3, .ybrFull422): return [0, half, half]
        // Luminance from 16 to 235 (PS3.3 C.7.6.3.1.2).
        case (3, .ybrPartial422), (3, .ybrPartial420): return [half / 8, half, half]
        case (4, .cmyk): return [0, 0, 0, max(0, 2 * half - 1)]
        default: return [Int](repeating: 0, count: description.samplesPerPixel)
        }
    }

    /// Of the indices within `range`, the one whose colour is darkest.
    private func darkestIndex(_ range: ClosedRange<Int>) -> Int {
        guard let palette, range.count <= 1 << 16 else { return range.lowerBound }
        func brightness(_ index: Int) -> Double {
            Double(palette.red[index]) / Double(palette.red.maximum) + 2 * Double(palette.green[index])
                / Double(palette.green.maximum) + Double(palette.blue[index]) / Double(palette.blue.maximum)
        }
        return range.min { brightness($0) < brightness($1) } ?? range.lowerBound
    }
}

extension StoredFrame {
    /// The smallest finite sample of a frame of floating point numbers; 0 where there is none.
    func smallestNumber() -> Double {
        var smallest = Double.infinity
        if bytesPerSample == 8 {
            unsafe withSamples(as: Double.self) { samples in
                for index in 0..<sampleCount where unsafe samples[index].isFinite {
                    smallest = unsafe min(smallest, samples[index])
                }
            }
        } else {
            unsafe withSamples(as: Float.self) { samples in
                for index in 0..<sampleCount where unsafe samples[index].isFinite {
                    smallest = unsafe min(smallest, Double(samples[index]))
                }
            }
        }
        return smallest.isFinite ? smallest : 0
    }
}
