import ByteIO

/// Stored value to grey: modality LUT, VOI LUT, presentation LUT and inversion in one step, as a table where the values
/// allow it.
struct GreyMap {
    enum VOI {
        case window(Window)
        case table(LookupTable)
    }

    private let parameters: DisplayParameters
    private let voi: VOI

    init(_ parameters: DisplayParameters, _ voi: VOI) {
        self.parameters = parameters
        self.voi = voi
    }

    /// What `options` choose, else the file's first VOI LUT, else its first window.
    /// - Returns: `nil` where neither has any.
    /// - Throws: `ImagingError.invalidRequest` for the number of a window or VOI LUT that the file has not.
    static func voi(
        _ frame: StoredFrame, _ parameters: DisplayParameters, _ options: RenderOptions
    ) throws(ImagingError) -> VOI? {
        func chosen<T>(_ list: [T], _ number: Int, _ name: String) throws(ImagingError) -> T {
            guard number >= 1, number <= list.count else {
                throw ImagingError(.invalidRequest, "there is no \(name) \(number): the frame has \(list.count)")
            }
            return list[number - 1]
        }
        var window = options.window
        if window == nil, let number = options.windowNumber {
            window = try chosen(parameters.windows, number, "window")
        } else if window == nil, let number = options.tableNumber {
            return .table(try chosen(parameters.voiTables, number, "VOI LUT").table)
        } else if window == nil, let table = parameters.voiTables.first?.table, options.function == nil {
            return .table(table)
        }
        guard let window = window ?? parameters.windows.first else { return nil }
        // LINEAR with a width of 1 is a threshold between two integers (C.11.2.1.2.1). Real parametric maps have it and
        // mean the whole of 0 … 1.
        let isFraction = frame.isFloat && window.function == .linear && window.width == 1
        return .window(try window.with(options.function ?? (isFraction ? .linearExact : nil)))
    }

    /// The grey of `stored`. Padding is black even where the image is inverted.
    func level(_ stored: Int) -> UInt8 {
        if let padding = parameters.padding, padding.contains(stored) { return 0 }
        return grey(ofModality: parameters.modalityValue(of: stored))
    }

    /// The grey of a stored number; black for what is none.
    func level(_ stored: Double) -> UInt8 {
        if stored.isNaN || parameters.floatPadding?.contains(stored) == true { return 0 }
        return grey(ofModality: parameters.modalityValue(of: stored))
    }

    private func grey(ofModality value: Double) -> UInt8 {
        var fraction =
            switch voi {
            case .window(let window): window.level(of: value)
            case .table(let table):
                Double(table[Int(exactly: value.rounded()) ?? (value < 0 ? .min : .max)]) / Double(table.maximum)
            }
        fraction = min(max(fraction, 0), 1)
        if let table = parameters.presentationTable { fraction = min(table.output(ofFraction: fraction), 1) }
        let grey = UInt8(fraction * 255 + 0.5)
        return parameters.isInverted ? 255 - grey : grey
    }

    /// The greys of all samples of `frame`, which lie within `extremes`.
    func apply(_ frame: StoredFrame, _ extremes: ClosedRange<Int>) -> Bytes {
        let count = frame.sampleCount
        switch (frame.bytesPerSample, frame.isSigned, frame.isFloat) {
        case (4, _, true): return unsafe frame.withSamples(as: Float.self) { unsafe applyReal($0, count) }
        case (_, _, true): return unsafe frame.withSamples(as: Double.self) { unsafe applyReal($0, count) }
        case (1, false, _): return unsafe frame.withSamples(as: UInt8.self) { unsafe apply($0, count, extremes) }
        case (1, true, _): return unsafe frame.withSamples(as: Int8.self) { unsafe apply($0, count, extremes) }
        case (2, false, _): return unsafe frame.withSamples(as: UInt16.self) { unsafe apply($0, count, extremes) }
        case (2, true, _): return unsafe frame.withSamples(as: Int16.self) { unsafe apply($0, count, extremes) }
        case (4, false, _): return unsafe frame.withSamples(as: UInt32.self) { unsafe apply($0, count, extremes) }
        case (4, true, _): return unsafe frame.withSamples(as: Int32.self) { unsafe apply($0, count, extremes) }
        case (_, false, _): return unsafe frame.withSamples(as: UInt64.self) { unsafe apply($0, count, extremes) }
        case (_, true, _): return unsafe frame.withSamples(as: Int64.self) { unsafe apply($0, count, extremes) }
        }
    }

    private func applyReal<T: BinaryFloatingPoint>(_ samples: UnsafePointer<T>, _ count: Int) -> Bytes {
        unsafe Bytes(count: count) { target in
            for index in 0..<count { unsafe target[index] = level(Double(samples[index])) }
        }
    }

    private func apply<T: FixedWidthInteger>(
        _ samples: UnsafePointer<T>, _ count: Int, _ extremes: ClosedRange<Int>
    ) -> Bytes {
        let (span, overflow) = extremes.upperBound.subtractingReportingOverflow(extremes.lowerBound)
        // One grey for each value, where that is less than asking for each pixel.
        let table = !overflow && span < 1 << 16 ? extremes.map(level) : []
        return unsafe Bytes(count: count) { target in
            guard let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            guard !table.isEmpty else {
                for index in 0..<count { unsafe output[index] = level(Int(clamping: samples[index])) }
                return
            }
            // Every sample lies within the extremes, which were taken from these samples: no index leaves the table.
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
