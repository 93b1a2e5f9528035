import ByteIO

extension RenderedImage {
    /// This grey image in colour: stored values from `first` on have the palette's, those below keep their grey.
    /// - Parameter extremes: smallest and largest value of `frame`, which has the same size.
    func coloured(
        _ frame: StoredFrame, _ palette: Palette, from first: Int, _ extremes: ClosedRange<Int>
    ) throws(ImagingError) -> RenderedImage {
        let lowest = max(first, extremes.lowerBound)
        let (span, overflow) = extremes.upperBound.subtractingReportingOverflow(lowest)
        guard channels == 1, frame.sampleCount == pixels.count, !overflow, (0..<1 << 16).contains(span) else {
            throw ImagingError(.unsupported, "a palette for values of more than 16 bits cannot be shown")
        }
        let tables = [palette.red, palette.green, palette.blue].map { $0.eightBit(lowest...extremes.upperBound) }
        let colours = (0...span).flatMap { value in tables.map { $0[value] } }
        let coloured =
            switch (frame.bytesPerSample, frame.isSigned) {
            case (1, false): unsafe frame.withSamples(as: UInt8.self) { unsafe looked(up: $0, colours, lowest) }
            case (1, true): unsafe frame.withSamples(as: Int8.self) { unsafe looked(up: $0, colours, lowest) }
            case (2, false): unsafe frame.withSamples(as: UInt16.self) { unsafe looked(up: $0, colours, lowest) }
            case (2, true): unsafe frame.withSamples(as: Int16.self) { unsafe looked(up: $0, colours, lowest) }
            case (4, false): unsafe frame.withSamples(as: UInt32.self) { unsafe looked(up: $0, colours, lowest) }
            case (4, true): unsafe frame.withSamples(as: Int32.self) { unsafe looked(up: $0, colours, lowest) }
            case (_, false): unsafe frame.withSamples(as: UInt64.self) { unsafe looked(up: $0, colours, lowest) }
            case (_, true): unsafe frame.withSamples(as: Int64.self) { unsafe looked(up: $0, colours, lowest) }
            }
        return try RenderedImage(rows: rows, columns: columns, channels: 3, pixels: coloured)
    }

    private func looked<T: FixedWidthInteger>(up samples: UnsafePointer<T>, _ colours: [UInt8], _ lowest: Int) -> Bytes
    {
        unsafe Bytes(count: pixels.count * 3) { target in
            unsafe pixels.withUnsafeBytes { greys in
                unsafe colours.withUnsafeBufferPointer { colours in
                    for index in 0..<greys.count {
                        // No sample lies above the largest, which the table was made for.
                        let entry = unsafe (Int(clamping: samples[index]) &- lowest) &* 3
                        let isGrey = unsafe Int(clamping: samples[index]) < lowest
                        unsafe target[index &* 3] = isGrey ? greys[index] : colours[entry]
                        unsafe target[index &* 3 &+ 1] = isGrey ? greys[index] : colours[entry &+ 1]
                        unsafe target[index &* 3 &+ 2] = isGrey ? greys[index] : colours[entry &+ 2]
                    }
                }
            }
        }
    }
}

extension LookupTable {
    /// The entries for the inputs of `range` in 8 bits.
    ///
    /// Some writers give 16 bits in the descriptor and fill only the lower 8; no palette means that as near black.
    fileprivate func eightBit(_ range: ClosedRange<Int>) -> [UInt8] {
        let isScaled = bits > 8 && entries.contains { $0 > 255 }
        return range.map { UInt8(truncatingIfNeeded: isScaled ? self[$0] >> (bits - 8) : self[$0]) }
    }
}
