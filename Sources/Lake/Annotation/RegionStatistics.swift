internal import ByteIO
internal import DICOMImaging

/// The samples whose centres lie within a rectangle or an ellipse, or the one that contains a point.
struct Region: Sendable {
    let rows: Range<Int>
    private let isEllipse: Bool
    private let columns: Range<Int>
    private let center: (x: Double, y: Double)
    private let half: (x: Double, y: Double)

    /// - Returns: `nil` for what has no inside.
    init?(_ annotation: Annotation, rows rowCount: Int, columns columnCount: Int) {
        guard annotation.type.hasValues, let first = annotation.points.first, let last = annotation.points.last,
            first.count == 2, last.count == 2, rowCount > 0, columnCount > 0
        else { return nil }
        guard annotation.type != .point else {
            // The far edge belongs to the last sample: there is no other.
            let column = min(max(Int(first[0]), 0), columnCount - 1)
            let row = min(max(Int(first[1]), 0), rowCount - 1)
            (rows, columns, isEllipse) = (row..<(row + 1), column..<(column + 1), false)
            (center, half) = ((first[0], first[1]), (0, 0))
            return
        }
        isEllipse = annotation.type == .ellipse
        columns = Self.samples(first[0], last[0], columnCount)
        rows = Self.samples(first[1], last[1], rowCount)
        center = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
        half = (abs(first[0] - last[0]) / 2, abs(first[1] - last[1]) / 2)
    }

    /// Samples i with a ≤ i + ½ ≤ b.
    private static func samples(_ a: Double, _ b: Double, _ count: Int) -> Range<Int> {
        let first = max(0, Int((min(a, b) - 0.5).rounded(.up)))
        let last = min(count - 1, Int((max(a, b) - 0.5).rounded(.down)))
        return first <= last ? first..<(last + 1) : 0..<0
    }

    /// The samples of a row that are within.
    func columns(inRow row: Int) -> Range<Int> {
        guard isEllipse else { return columns }
        var (first, end) = (columns.lowerBound, columns.upperBound)
        while first < end, !isInside(first, row) { first += 1 }
        while first < end, !isInside(end - 1, row) { end -= 1 }
        return first..<end
    }

    private func isInside(_ column: Int, _ row: Int) -> Bool {
        guard half.x > 0, half.y > 0 else { return false }
        let x = (Double(column) + 0.5 - center.x) / half.x
        let y = (Double(row) + 0.5 - center.y) / half.y
        return x * x + y * y <= 1
    }
}

/// Mean, deviation and extremes of the values in a region, after the modality LUT.
struct RegionStatistics: Sendable {
    let count: Int
    /// Absent without samples.
    private(set) var mean: Double?
    private(set) var standardDeviation: Double?
    private(set) var minimum: Double?
    private(set) var maximum: Double?

    /// - Returns: `nil` for colour, whose samples are no measurements.
    init?(_ frame: StoredFrame, _ region: Region, _ display: DisplayParameters) {
        guard frame.samplesPerPixel == 1, display.photometric.isMonochrome else { return nil }
        guard !frame.isFloat else {
            if frame.bytesPerSample == 8 {
                self.init(frame, region) { display.modalityValue(of: Double(bitPattern: $0)) }
            } else {
                self.init(frame, region) { display.modalityValue(of: Double(Float(bitPattern: $0))) }
            }
            return
        }
        func value<T: FixedWidthInteger>(_ stored: T) -> Double { display.modalityValue(of: Int(clamping: stored)) }
        switch (frame.bytesPerSample, frame.isSigned) {
        case (1, false): self.init(frame, region) { (stored: UInt8) in value(stored) }
        case (1, true): self.init(frame, region) { (stored: Int8) in value(stored) }
        case (2, false): self.init(frame, region) { (stored: UInt16) in value(stored) }
        case (2, true): self.init(frame, region) { (stored: Int16) in value(stored) }
        case (4, false): self.init(frame, region) { (stored: UInt32) in value(stored) }
        case (4, true): self.init(frame, region) { (stored: Int32) in value(stored) }
        case (_, false): self.init(frame, region) { (stored: UInt64) in value(stored) }
        case (_, true): self.init(frame, region) { (stored: Int64) in value(stored) }
        }
    }

    /// - Parameter value: of a stored word, after the modality LUT; those that are no numbers do not count.
    private init<T: FixedWidthInteger>(_ frame: StoredFrame, _ region: Region, _ value: (T) -> Double) {
        func each(_ body: (Double) -> Void) {
            frame.samples.withUnsafeBytes { samples in
                for row in region.rows {
                    for column in region.columns(inRow: row) {
                        let offset = (row * frame.columns + column) * MemoryLayout<T>.size
                        let stored = T(littleEndian: samples.loadUnaligned(fromByteOffset: offset, as: T.self))
                        let measured = value(stored)
                        if !measured.isNaN { body(measured) }
                    }
                }
            }
        }
        var (count, sum, low, high) = (0, 0.0, Double.infinity, -Double.infinity)
        each { value in
            count += 1
            sum += value
            low = min(low, value)
            high = max(high, value)
        }
        self.count = count
        guard count > 0 else { return }
        let mean = sum / Double(count)
        // A second time from the mean: the difference of two large sums would lose what a small deviation is made of.
        var squares = 0.0
        each { squares += ($0 - mean) * ($0 - mean) }
        self.mean = mean.finite
        standardDeviation = (squares / Double(count)).squareRoot().finite
        minimum = low.finite
        maximum = high.finite
    }
}
