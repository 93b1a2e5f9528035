/// Rows of samples of one width, looked at many at once: the loops have no branch and no call in them, so that the
/// compiler makes vector instructions of them.
///
/// Made for `UInt8` and `Int16`, of which every processor finds the greatest fastest: samples that are signed and those
/// that are not are in the same order once their highest bit is turned over. Brightness is always without a sign.
@safe struct SampleRows<Sample: FixedWidthInteger & BitwiseCopyable> where Sample.Magnitude: BitwiseCopyable {
    typealias Brightness = Sample.Magnitude

    let rows: Int
    let columns: Int
    private let bytes: UnsafeRawBufferPointer
    /// What turns the order of the stored samples into that of `Sample`, and into that of `Brightness`.
    private let flip: Sample
    private let lift: Brightness

    /// - Parameter bytes: samples of one frame, one a pixel; they must live as long as this is used.
    @unsafe init(_ bytes: UnsafeRawBufferPointer, columns: Int, isSigned: Bool) {
        self.columns = columns
        rows = bytes.count / MemoryLayout<Sample>.size / max(1, columns)
        unsafe self.bytes = bytes
        flip = isSigned == Sample.isSigned ? 0 : 1 << (Sample.bitWidth - 1)
        lift = isSigned ? 1 << (Sample.bitWidth - 1) : 0
    }

    /// The least and the greatest brightness in a row.
    func extent(ofRow row: Int) -> (least: Brightness, greatest: Brightness) {
        var (least, greatest) = (Sample.max, Sample.min)
        for index in pixels(ofRow: row) {
            let value = load(index, as: Sample.self) ^ flip
            least = min(least, value)
            greatest = max(greatest, value)
        }
        let turn = Brightness(truncatingIfNeeded: flip) ^ lift
        return (Brightness(truncatingIfNeeded: least) ^ turn, Brightness(truncatingIfNeeded: greatest) ^ turn)
    }

    /// How many pixels of a row have at least the brightness `level`, and more than `contrast` above that of the pixel
    /// two before or two behind.
    func brightPixels(inRow row: Int, from level: Brightness, contrast: Brightness) -> Int {
        edges(inRow: row, contrast) { value, _ in value >= level }
    }

    /// How many pixels of a row, which is not the last, are as bright as the one below, and more than `contrast` above
    /// the one two before or two behind.
    func drawnPixels(inRow row: Int, contrast: Brightness) -> Int {
        edges(inRow: row, contrast) { value, index in value == brightness(index &+ columns) }
    }

    /// The brightness of each of the drawn pixels of some rows.
    func drawnValues(inRows rows: ClosedRange<Int>, _ contrast: Brightness) -> [Brightness] {
        var found: [Brightness] = []
        for row in rows {
            for index in inner(row) {
                let value = brightness(index)
                guard value == brightness(index &+ columns), stands(value, at: index, contrast) else { continue }
                found.append(value)
            }
        }
        return found
    }

    /// How many pixels of a row stand out from those beside them and fulfil a condition.
    @inline(__always) private func edges(
        inRow row: Int, _ contrast: Brightness, where holds: (Brightness, Int) -> Bool
    ) -> Int {
        let pixels = inner(row)
        var total = 0
        var start = pixels.lowerBound
        while start < pixels.upperBound {
            // As many as a sample's width can count: wider counters would halve what fits into a vector.
            let end = min(pixels.upperBound, start + Int(Brightness.max))
            var found: Brightness = 0
            for index in start..<end {
                let value = brightness(index)
                found &+= (holds(value, index) ? 1 : 0) & (stands(value, at: index, contrast) ? 1 : 0)
            }
            total += Int(found)
            start = end
        }
        return total
    }

    /// Whether a pixel is more than `contrast` brighter than one of those two beside it.
    @inline(__always) private func stands(_ value: Brightness, at index: Int, _ contrast: Brightness) -> Bool {
        // Subtractions that end at nothing, as processors have them: comparisons without a sign they have not.
        let rest = max(value, contrast) &- contrast
        let (before, after) = (brightness(index &- 2), brightness(index &+ 2))
        return (max(rest, before) &- before) | (max(rest, after) &- after) != 0
    }

    /// The row's pixels, by their numbers in the frame.
    private func pixels(ofRow row: Int) -> Range<Int> {
        precondition((0..<rows).contains(row), "a row outside the frame")
        return (row &* columns)..<((row &+ 1) &* columns)
    }

    /// Those that have two before them and two behind.
    private func inner(_ row: Int) -> Range<Int> {
        let all = pixels(ofRow: row)
        return columns > 4 ? (all.lowerBound + 2)..<(all.upperBound - 2) : all.lowerBound..<all.lowerBound
    }

    @inline(__always) private func brightness(_ index: Int) -> Brightness { load(index, as: Brightness.self) ^ lift }

    @inline(__always) private func load<Stored: BitwiseCopyable>(_ index: Int, as type: Stored.Type) -> Stored {
        // In bounds: `pixels(ofRow:)` has seen to the row, and `init` to the number of rows.
        unsafe bytes.baseAddress.unsafelyUnwrapped
            .loadUnaligned(fromByteOffset: index &* MemoryLayout<Stored>.size, as: type)
    }
}
