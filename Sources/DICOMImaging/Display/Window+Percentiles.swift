import ByteIO

extension Window {
    /// The window from the 0.1 to the 99.9 percentile of `frame`'s values without its padding: for files that have
    /// none of their own.
    public init(percentilesOf frame: StoredFrame, _ parameters: DisplayParameters) {
        let frame = frame.normalised()
        self.init(percentilesOf: frame, parameters, extremes: frame.isFloat ? 0...0 : frame.extremes())
    }

    /// - Parameter extremes: smallest and largest value of the frame, which is normalised; not looked at for floats.
    init(percentilesOf frame: StoredFrame, _ parameters: DisplayParameters, extremes: ClosedRange<Int>) {
        let ends: [Double]
        if frame.isFloat {
            ends = Self.realPercentiles(frame, parameters.floatPadding).map { parameters.modalityValue(of: $0) }
                .sorted()
        } else if frame.bitsStored == 1, !frame.isSigned {
            // Masks: an empty one is black, a full one white.
            ends = [parameters.modalityValue(of: 0), parameters.modalityValue(of: 1)].sorted()
        } else {
            let (low, high) = Self.percentiles(frame, parameters.padding, extremes)
            ends = [parameters.modalityValue(of: low), parameters.modalityValue(of: high)].sorted()
        }
        // C.11.2.1.2.1 reaches white at centre − 0.5 + (width − 1) / 2: both ends are hit exactly. A range of less
        // than 1, as dose grids and quantitative maps have it, needs the exact function.
        let span = ends[1] - ends[0]
        let center = (ends[0] + ends[1]) / 2
        let window =
            span >= 1 && !frame.isFloat
            ? try? Window(center: center + 0.5, width: span + 1)
            : try? Window(center: center, width: max(span, 1e-9), function: .linearExact)
        self = window ?? .identity
    }

    /// For values that are no numbers.
    private static var identity: Window { Window(unchecked: 128, width: 256) }

    private init(unchecked center: Double, width: Double) {
        self.center = center
        self.width = width
        function = .linear
        explanation = nil
    }

    /// Of at most a million finite samples, evenly spread: a histogram's bins would be ruled by a single 1e30.
    private static func realPercentiles(_ frame: StoredFrame, _ padding: ClosedRange<Double>?) -> [Double] {
        let step = frame.sampleCount / (1 << 20) + 1
        func sorted<T: BinaryFloatingPoint & BitwiseCopyable>(_ type: T.Type) -> [Double] {
            unsafe frame.withSamples(as: type) { samples in
                stride(from: 0, to: frame.sampleCount, by: step).compactMap { index in
                    let value = unsafe Double(samples[index])
                    return value.isFinite && padding?.contains(value) != true ? value : nil
                }.sorted()
            }
        }
        let values = frame.bytesPerSample == 8 ? sorted(Double.self) : sorted(Float.self)
        guard !values.isEmpty else { return [0, 1] }
        let rank = values.count / 1000
        return [values[rank], values[values.count - 1 - rank]]
    }

    private static func percentiles(
        _ frame: StoredFrame, _ padding: ClosedRange<Int>?, _ extremes: ClosedRange<Int>
    ) -> (Int, Int) {
        let (span, overflow) = extremes.upperBound.subtractingReportingOverflow(extremes.lowerBound)
        guard !overflow else { return (extremes.lowerBound, extremes.upperBound) }
        let binWidth = span / 65536 + 1
        let bins = frame.histogram(from: extremes.lowerBound, binWidth: binWidth, bins: span / binWidth + 1, padding)
        let total = bins.reduce(0, +)
        guard total > 0 else { return (extremes.lowerBound, extremes.upperBound) }
        let rank = total / 1000
        var below = 0
        let low =
            bins.firstIndex {
                below += $0
                return below > rank
            } ?? 0
        var above = 0
        let high =
            bins.lastIndex {
                above += $0
                return above > rank
            } ?? bins.count - 1
        return (extremes.lowerBound + low * binWidth, min(extremes.upperBound, extremes.lowerBound + high * binWidth))
    }
}
