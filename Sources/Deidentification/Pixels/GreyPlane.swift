import ByteIO
import DICOMImaging

/// A frame as one brightness a pixel, 0 for the darkest: what a text detector looks at.
struct GreyPlane {
    let rows: Int
    let columns: Int
    /// Row by row.
    private(set) var values: [UInt16]

    /// Brightness of a pixel: its grey, its luminance, or its brightest colour, since text may be of any.
    /// `nil` for samples that are no whole numbers.
    init?(_ frame: StoredFrame, palette: Palette? = nil) {
        guard !frame.isFloat, frame.rows * frame.columns > 0 else { return nil }
        rows = frame.rows
        columns = frame.columns
        if frame.samplesPerPixel == 1, frame.photometric != .paletteColor, frame.bytesPerSample <= 2 {
            values = unsafe frame.samples.withUnsafeBytes { bytes in
                switch (frame.bytesPerSample, frame.isSigned) {
                case (1, false): unsafe Self.lifted(bytes, UInt8.self)
                case (1, true): unsafe Self.lifted(bytes, Int8.self)
                case (_, false): unsafe Self.lifted(bytes, UInt16.self)
                case (_, true): unsafe Self.lifted(bytes, Int16.self)
                }
            }
            return
        }
        let stride = frame.samplesPerPixel
        let taken = frame.photometric == .rgb && stride == 3 ? 3 : 1
        var wide = Self.brightness(frame, stride: stride, taken: taken)
        if let palette, frame.photometric == .paletteColor {
            wide = wide.map { max(palette.red[$0], palette.green[$0], palette.blue[$0]) }
        }
        let lowest = wide.min() ?? 0
        let span = (wide.max() ?? 0).subtractingReportingOverflow(lowest).partialValue
        // Values that need more than 16 bits lose their lowest.
        var shift = 0
        while shift < 63, span >> shift > 0xFFFF { shift += 1 }
        values = wide.map { UInt16(truncatingIfNeeded: ($0 &- lowest) >> shift) }
    }

    /// Greys of at most 16 bits, the darkest as 0.
    private static func lifted<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, _ type: T.Type)
        -> [UInt16]
    {
        let width = MemoryLayout<T>.size
        let total = bytes.count / width
        var lowest = T.max
        for index in 0..<total {
            lowest = min(lowest, unsafe bytes.loadUnaligned(fromByteOffset: index &* width, as: T.self))
        }
        let base = UInt16(truncatingIfNeeded: lowest)
        return unsafe [UInt16](unsafeUninitializedCapacity: total) { target, count in
            for index in 0..<total {
                let value = unsafe bytes.loadUnaligned(fromByteOffset: index &* width, as: T.self)
                unsafe target.initializeElement(at: index, to: UInt16(truncatingIfNeeded: value) &- base)
            }
            count = total
        }
    }

    private init(rows: Int, columns: Int, values: [UInt16]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    private static func brightness(_ frame: StoredFrame, stride: Int, taken: Int) -> [Int] {
        let width = frame.bytesPerSample
        let pixels = frame.rows * frame.columns
        let bits = UInt64(8 * width)
        return unsafe frame.samples.withUnsafeBytes { source in
            func sample(_ index: Int) -> Int {
                var word: UInt64 = 0
                for byte in 0..<width { unsafe word |= UInt64(source[index &* width &+ byte]) << UInt64(8 * byte) }
                let isNegative = frame.isSigned && bits < 64 && word >> (bits - 1) & 1 == 1
                return Int(truncatingIfNeeded: isNegative ? word | ~0 << bits : word)
            }
            return (0..<pixels).map { pixel in
                var value = sample(pixel &* stride)
                for other in 1..<max(1, taken) { value = max(value, sample(pixel &* stride &+ other)) }
                return value
            }
        }
    }

    /// Makes the regions as dark as the darkest pixel.
    mutating func blank(_ regions: [PixelRegion]) {
        for region in regions.compactMap({ $0.clipped(rows: rows, columns: columns) }) {
            for row in region.rows {
                for column in region.columns { values[row * columns + column] = 0 }
            }
        }
    }

    /// Some of its rows.
    func band(_ rows: Range<Int>) -> GreyPlane {
        let rows = rows.clamped(to: 0..<self.rows)
        return GreyPlane(
            rows: rows.count, columns: columns,
            values: Array(values[(rows.lowerBound * columns)..<(rows.upperBound * columns)]))
    }

    /// What stands beside pixels of one value: the median of the darker of those two before and two behind.
    func ground(beside value: UInt16) -> UInt16 {
        var found: [UInt16] = []
        for row in 0..<rows where columns > 4 {
            for index in (row * columns + 2)..<((row + 1) * columns - 2) where values[index] == value {
                found.append(min(values[index - 2], values[index + 2]))
            }
        }
        found = found.filter { $0 < value }.sorted()
        return found.isEmpty ? value : found[found.count / 2]
    }

    /// Bright for dark.
    func inverted() -> GreyPlane {
        var out = self
        let highest = values.max() ?? 0
        out.values = values.map { highest - $0 }
        return out
    }
}
