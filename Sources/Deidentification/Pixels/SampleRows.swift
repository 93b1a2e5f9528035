import DICOMImaging

/// Rows of samples of one width, looked at many at once: the loops have no branch and no call in them, so that the
/// compiler makes vector instructions of them.
///
/// Made for `UInt8` and `Int16`, of which every processor finds the greatest fastest: samples that are signed and those
/// that are not are in the same order once their highest bit is turned over.
@safe struct SampleRows<Sample: FixedWidthInteger & BitwiseCopyable> {
    typealias Amount = Sample.Magnitude

    let rows: Int
    let columns: Int
    private let bytes: UnsafeRawBufferPointer
    private let flip: Sample

    /// - Parameter bytes: the samples of `frame`, one a pixel; they must live as long as this is used.
    @unsafe init(_ bytes: UnsafeRawBufferPointer, of frame: StoredFrame) {
        columns = frame.columns
        rows = min(frame.rows, bytes.count / MemoryLayout<Sample>.size / max(1, frame.columns))
        unsafe self.bytes = bytes
        flip = frame.isSigned == Sample.isSigned ? 0 : 1 << (Sample.bitWidth - 1)
    }

    /// The least and the greatest sample of a row, their highest bits turned over as need be.
    func extent(ofRow row: Int) -> (least: Sample, greatest: Sample) {
        let pixels = pixels(ofRow: row)
        var (least, greatest) = (Sample.max, Sample.min)
        for index in pixels {
            let value = sample(index)
            least = min(least, value)
            greatest = max(greatest, value)
        }
        return (least, greatest)
    }

    /// How many samples of a row are at least `level` above `least`, and more than `contrast` above the one two before
    /// or the one two behind.
    func brightPixels(inRow row: Int, above least: Sample, level: Amount, contrast: Amount) -> Int {
        let pixels = pixels(ofRow: row).dropFirst(2).dropLast(2)
        var total = 0
        var start = pixels.startIndex
        while start < pixels.endIndex {
            // As many as a sample's width can count: wider counters would halve what fits into a vector.
            let end = min(pixels.endIndex, start + Int(Amount.max))
            var found: Amount = 0
            for index in start..<end {
                let value = Amount(truncatingIfNeeded: sample(index) &- least)
                let before = Amount(truncatingIfNeeded: sample(index &- 2) &- least)
                let after = Amount(truncatingIfNeeded: sample(index &+ 2) &- least)
                let darker = min(before, after)
                let drop = max(value, darker) &- darker
                found &+= (value >= level ? 1 : 0) & (drop > contrast ? 1 : 0)
            }
            total += Int(found)
            start = end
        }
        return total
    }

    /// The row's samples, by their numbers in the frame.
    private func pixels(ofRow row: Int) -> Range<Int> {
        precondition((0..<rows).contains(row), "a row outside the frame")
        return (row &* columns)..<((row &+ 1) &* columns)
    }

    @inline(__always) private func sample(_ index: Int) -> Sample {
        // In bounds: `pixels(ofRow:)` has seen to the row, and `init` to the number of rows.
        unsafe bytes.baseAddress.unsafelyUnwrapped
            .loadUnaligned(fromByteOffset: index &* MemoryLayout<Sample>.size, as: Sample.self) ^ flip
    }
}
