import ByteIO

extension Window {
    /// The window from the 0.1 to the 99.9 percentile of `frame`'s values without its padding: for files that have
    /// none of their own.
    public init(percentilesOf frame: StoredFrame, _ parameters: DisplayParameters) {
        let frame = frame.normalised()
        self.init(percentilesOf: frame, parameters, extremes: frame.extremes())
    }

    /// - Parameter extremes: smallest and largest value of the frame, which is normalised.
    init(percentilesOf frame: StoredFrame, _ parameters: DisplayParameters, extremes: ClosedRange<Int>) {
        let (low, high) = Self.percentiles(frame, parameters.padding, extremes)
        let ends = [parameters.modalityValue(of: low), parameters.modalityValue(of: high)].sorted()
        // C.11.2.1.2.1 reaches white at centre − 0.5 + (width − 1) / 2: both ends are hit exactly. A range of less
        // than 1, as dose grids and quantitative maps have it, needs the exact function.
        let span = ends[1] - ends[0]
        let center = (ends[0] + ends[1]) / 2
        let window =
            span >= 1
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
