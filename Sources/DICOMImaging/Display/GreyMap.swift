import ByteIO

/// Stored value to grey: modality LUT, VOI LUT and inversion in one step, as a table where the values allow it.
struct GreyMap {
    private enum VOI {
        case window(Window)
        case table(LookupTable)
    }

    private let parameters: DisplayParameters
    private let voi: VOI
    private let extremes: ClosedRange<Int>
    /// One grey for each value of `extremes`; empty where those are too many.
    private var table: [UInt8] = []

    /// - Parameter extremes: smallest and largest value of the frame.
    init(_ frame: StoredFrame, _ parameters: DisplayParameters, window: Window?, extremes: ClosedRange<Int>) {
        self.parameters = parameters
        self.extremes = extremes
        if let window = window {
            voi = .window(window)
        } else if let table = parameters.voiTables.first?.table {
            voi = .table(table)
        } else if let window = parameters.windows.first {
            voi = .window(window)
        } else {
            voi = .window(Window(percentilesOf: frame, parameters, extremes: extremes))
        }
        let (span, overflow) = extremes.upperBound.subtractingReportingOverflow(extremes.lowerBound)
        if !overflow, span < 1 << 16 { table = extremes.map(level) }
    }

    /// The grey of `stored`. Padding is black even where the image is inverted.
    func level(_ stored: Int) -> UInt8 {
        if let padding = parameters.padding, padding.contains(stored) { return 0 }
        let value = parameters.modalityValue(of: stored)
        let fraction =
            switch voi {
            case .window(let window): window.level(of: value)
            case .table(let table):
                Double(table[Int(exactly: value.rounded()) ?? (value < 0 ? .min : .max)]) / Double(table.maximum)
            }
        let grey = UInt8(min(max(fraction, 0), 1) * 255 + 0.5)
        return parameters.isInverted ? 255 - grey : grey
    }

    /// The greys of `count` samples, which lie within `extremes`.
    func apply<T: FixedWidthInteger>(_ samples: UnsafePointer<T>, _ count: Int) -> Bytes {
        unsafe Bytes(count: count) { target in
            guard let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            guard !table.isEmpty else {
                for index in 0..<count { unsafe output[index] = level(Int(clamping: samples[index])) }
                return
            }
            let lowest = T(truncatingIfNeeded: extremes.lowerBound)
            unsafe table.withUnsafeBufferPointer { greys in
                guard let greys = greys.baseAddress else { return }
                for index in 0..<count {
                    unsafe output[index] = greys[Int(T.Magnitude(truncatingIfNeeded: samples[index] &- lowest))]
                }
            }
        }
    }
}
