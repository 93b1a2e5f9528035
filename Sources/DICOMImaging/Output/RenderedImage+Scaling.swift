import ByteIO

extension RenderedImage {
    /// The part that `viewport` shows, as large as fits into it. Shrinking averages the area that a pixel covers,
    /// enlarging interpolates linearly.
    public func scaled(to viewport: Viewport) throws(ImagingError) -> RenderedImage {
        let region = viewport.region ?? [0, 0, Double(columns), Double(rows)]
        let (horizontal, vertical) = (Span(region[0], region[2], columns), Span(region[1], region[3], rows))
        guard let horizontal, let vertical else {
            throw ImagingError(.invalidRequest, "the viewport's region lies outside the image")
        }
        let scale = min(
            Double(viewport.columns) / horizontal.length, Double(viewport.rows) / vertical.length)
        let newColumns = max(1, min(viewport.columns, Int((horizontal.length * scale).rounded())))
        let newRows = max(1, min(viewport.rows, Int((vertical.length * scale).rounded())))
        let across = Resampling(horizontal, source: columns, target: newColumns)
        let down = Resampling(vertical, source: rows, target: newRows)
        let narrowed = resampledColumns(across)
        let pixels = resampledRows(narrowed, down, columns: newColumns)
        return try RenderedImage(rows: newRows, columns: newColumns, channels: channels, pixels: pixels)
    }

    private func resampledColumns(_ resampling: Resampling) -> [UInt16] {
        let target = resampling.taps.count
        var output = [UInt16](repeating: 0, count: rows * target * channels)
        unsafe pixels.withUnsafeBytes { source in
            for row in 0..<rows {
                for (column, tap) in resampling.taps.enumerated() {
                    for channel in 0..<channels {
                        var sum: Int32 = 0
                        var offset = (row * columns + tap.start) * channels + channel
                        for weight in resampling.weights[tap.weights] {
                            sum &+= unsafe weight &* Int32(source[offset])
                            offset += channels
                        }
                        // 8 bits of fraction are kept for the second pass.
                        output[(row * target + column) * channels + channel] = UInt16(clamping: (sum + 32) >> 6)
                    }
                }
            }
        }
        return output
    }

    private func resampledRows(_ input: [UInt16], _ resampling: Resampling, columns: Int) -> Bytes {
        let width = columns * channels
        return unsafe Bytes(count: resampling.taps.count * width) { target in
            var sums = [Int64](repeating: 0, count: width)
            for (row, tap) in resampling.taps.enumerated() {
                for index in 0..<width { sums[index] = 1 << 21 }
                for (step, weight) in resampling.weights[tap.weights].enumerated() {
                    let start = (tap.start + step) * width
                    for index in 0..<width { sums[index] &+= Int64(weight) &* Int64(input[start + index]) }
                }
                for index in 0..<width {
                    unsafe target[row * width + index] = UInt8(clamping: sums[index] >> 22)
                }
            }
        }
    }
}

/// A stretch of one axis, possibly mirrored, cut to what exists of it.
struct Span {
    let start: Double
    let length: Double
    let isMirrored: Bool

    /// `nil` where nothing of the stretch lies within 0 … `limit`.
    init?(_ start: Double, _ length: Double, _ limit: Int) {
        let low = max(0, start)
        let high = min(Double(limit), start + abs(length))
        guard high - low >= 1 else { return nil }
        self.start = low
        self.length = high - low
        isMirrored = length < 0
    }
}

/// Which source pixels make each target pixel along one axis, with weights that add up to 2¹⁴.
struct Resampling {
    struct Tap {
        let start: Int
        let weights: Range<Int>
    }

    private(set) var taps: [Tap] = []
    private(set) var weights: [Int32] = []

    init(_ span: Span, source: Int, target: Int) {
        let step = span.length / Double(target)
        for index in 0..<target {
            let place = Double(span.isMirrored ? target - 1 - index : index)
            if step > 1 {
                let low = span.start + place * step
                append(area: low, min(low + step, Double(source)), source)
            } else {
                append(linear: span.start + (place + 0.5) * step - 0.5, source)
            }
        }
    }

    /// Each source pixel weighs as much as it overlaps.
    private mutating func append(area low: Double, _ high: Double, _ source: Int) {
        let first = min(Int(low), source - 1)
        let last = max(first, min(source - 1, Int(high.rounded(.up)) - 1))
        let overlaps = (first...last).map { max(0, min(high, Double($0 + 1)) - max(low, Double($0))) }
        append(first, overlaps)
    }

    private mutating func append(linear position: Double, _ source: Int) {
        let clamped = min(max(position, 0), Double(source - 1))
        let first = min(Int(clamped), max(0, source - 2))
        let fraction = clamped - Double(first)
        append(first, source > 1 ? [1 - fraction, fraction] : [1])
    }

    private mutating func append(_ start: Int, _ shares: [Double]) {
        let total = shares.reduce(0, +)
        var rest: Int32 = 1 << 14
        let begin = weights.count
        for share in shares {
            let weight = total > 0 ? Int32(share / total * 16384) : 0
            weights.append(weight)
            rest -= weight
        }
        // What rounding left over goes to the largest, so that a flat area stays flat.
        if let largest = (begin..<weights.count).max(by: { weights[$0] < weights[$1] }) { weights[largest] += rest }
        taps.append(Tap(start: start, weights: begin..<weights.count))
    }
}
