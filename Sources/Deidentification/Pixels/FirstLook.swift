import ByteIO
import DICOMImaging

/// Whether a frame may show text, and how bright: a look that costs little more than reading the samples twice.
///
/// Rows of text have some pixels that are far brighter than those beside them, and either nearly as bright as the
/// brightest of all, or all as bright as each other: what is drawn has one value, what is measured hardly ever has the
/// same in so many places.
struct FirstLook {
    /// What seems to be drawn with one value.
    struct Drawing {
        /// Brightness above that of the darkest pixel.
        let value: UInt16
        /// Where enough of it stands together; there may be more beyond.
        var rows: Range<Int>
    }

    /// Some rows look like text that is as bright as anything in the frame.
    private(set) var isBright = false
    private(set) var drawings: [Drawing] = []

    var mayBeText: Bool { isBright || !drawings.isEmpty }

    /// Of a line of four letters of 5 × 7 dots: pixels in a row, and rows, of eight that follow each other.
    private static let brightPixels = 4
    private static let brightRows = 4
    /// Of such a line, in every other row: pixels as bright as the one below.
    private static let drawnPixels = 3
    /// Of such a line, in four rows: of these, pixels of one brightness.
    private static let equalPixels = 6
    /// Where there are more, the image is of few values, or drawn itself.
    private static let drawnLimit = 8

    /// `nil` for colours, and for samples of more than two bytes.
    init?(_ frame: StoredFrame) {
        guard frame.samplesPerPixel == 1, frame.photometric != .paletteColor, !frame.isFloat, frame.bytesPerSample <= 2
        else { return nil }
        let (columns, isSigned) = (frame.columns, frame.isSigned)
        unsafe frame.samples.withUnsafeBytes { bytes in
            if frame.bytesPerSample == 1 {
                look(at: unsafe SampleRows<UInt8>(bytes, columns: columns, isSigned: isSigned))
            } else {
                look(at: unsafe SampleRows<Int16>(bytes, columns: columns, isSigned: isSigned))
            }
        }
    }

    init(_ plane: GreyPlane) {
        unsafe plane.values.withUnsafeBytes { bytes in
            look(at: unsafe SampleRows<Int16>(bytes, columns: plane.columns, isSigned: false))
        }
    }

    private mutating func look<Sample>(at samples: SampleRows<Sample>) {
        let extents = (0..<samples.rows).map { samples.extent(ofRow: $0) }
        guard let least = extents.lazy.map(\.least).min(), let greatest = extents.lazy.map(\.greatest).max(),
            greatest > least
        else { return }
        let span = greatest - least
        let level = greatest - span / 16
        var last = RowWindow(8)
        isBright = extents.indices.contains { row in
            // Few rows of an image have anything so bright.
            guard extents[row].greatest >= level,
                samples.brightPixels(inRow: row, from: level, contrast: span / 3) >= Self.brightPixels
            else { return false }
            return last.add(row) >= Self.brightRows
        }
        drawings = Self.drawings(samples, above: least, contrast: span / 16)
    }

    private static func drawings<Sample>(
        _ samples: SampleRows<Sample>, above least: Sample.Magnitude, contrast: Sample.Magnitude
    ) -> [Drawing] {
        var found: [Drawing] = []
        var last = RowWindow(8)
        for row in stride(from: 0, to: samples.rows - 2, by: 2) {
            guard samples.drawnPixels(inRow: row, contrast: contrast) >= drawnPixels, last.add(row) >= 2,
                let first = last.rows.first,
                let value = commonest(last.rows.flatMap { samples.drawnValues(inRows: $0...($0 + 1), contrast) })
            else { continue }
            let above = UInt16(value - least)
            if let place = found.firstIndex(where: { $0.value == above }) {
                found[place].rows = found[place].rows.lowerBound..<(row + 2)
            } else {
                found.append(Drawing(value: above, rows: first..<(row + 2)))
            }
            if found.count > drawnLimit { return [] }
        }
        return found
    }

    /// The value that most have, where enough have it.
    private static func commonest<Value: FixedWidthInteger>(_ values: [Value]) -> Value? {
        guard values.count >= equalPixels else { return nil }
        var best: (count: Int, value: Value) = (0, 0)
        var run = (count: 0, value: Value.zero)
        for value in values.sorted() {
            run = value == run.value ? (run.count + 1, value) : (1, value)
            if run.count > best.count { best = run }
        }
        return best.count >= equalPixels ? best.value : nil
    }
}

/// The last rows of something that lie close together.
private struct RowWindow {
    private(set) var rows: [Int] = []
    private let height: Int

    init(_ height: Int) { self.height = height }

    /// How many lie close to `row`, with it.
    mutating func add(_ row: Int) -> Int {
        rows.removeAll { $0 <= row - height }
        rows.append(row)
        return rows.count
    }
}
