import ByteIO
import DICOMImaging

/// Whether some rows of a frame have as many pixels that are nearly as bright as its brightest, and far brighter than
/// those beside them, as a line of text would: a look that costs little more than reading the samples once.
struct BrightValues {
    let mayBeText: Bool

    /// Of a line of six letters of 5 × 7 dots: pixels in a row, and rows.
    private static let fewestPixels = 7
    private static let fewestRows = 4

    init(_ frame: StoredFrame) {
        // Colours are rare in images that are looked at quickly.
        guard frame.samplesPerPixel == 1, !frame.isFloat, frame.bytesPerSample <= 2 else {
            mayBeText = true
            return
        }
        let rows = unsafe frame.samples.withUnsafeBytes { bytes in
            frame.bytesPerSample == 1
                ? Self.brightRows(unsafe SampleRows<UInt8>(bytes, of: frame))
                : Self.brightRows(unsafe SampleRows<Int16>(bytes, of: frame))
        }
        mayBeText = rows >= Self.fewestRows
    }

    /// How many rows have enough samples that are within a sixteenth of the range of all of the greatest, and a third of
    /// it above the number two before or behind them.
    private static func brightRows<Sample>(_ samples: SampleRows<Sample>) -> Int {
        guard samples.rows > 0, samples.columns > 4 else { return 0 }
        // Few rows of an image have anything so bright.
        var brightest: [Sample] = []
        brightest.reserveCapacity(samples.rows)
        var (least, greatest) = (Sample.max, Sample.min)
        for row in 0..<samples.rows {
            let extent = samples.extent(ofRow: row)
            brightest.append(extent.greatest)
            least = min(least, extent.least)
            greatest = max(greatest, extent.greatest)
        }
        let span = Sample.Magnitude(truncatingIfNeeded: greatest &- least)
        guard span > 0 else { return 0 }
        let level = span - span / 16
        return brightest.indices.count { row in
            Sample.Magnitude(truncatingIfNeeded: brightest[row] &- least) >= level
                && samples.brightPixels(inRow: row, above: least, level: level, contrast: span / 3) >= fewestPixels
        }
    }
}
