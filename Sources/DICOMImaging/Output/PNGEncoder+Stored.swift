public import ByteIO

extension PNGEncoder {
    /// Stored values as 16-bit grey or RGB, without any transformation but one: PNG knows no sign, so signed samples
    /// are raised by 32768.
    /// - Throws: `ImagingError.invalidRequest` for floats and for samples of more than 16 bits: PNG cannot hold those.
    public static func encode(stored frame: StoredFrame, level: Int = 1) throws(ImagingError) -> Bytes {
        guard frame.bytesPerSample <= 2, frame.samplesPerPixel == 1 || frame.samplesPerPixel == 3 else {
            throw ImagingError(.invalidRequest, "only samples of at most 16 bits can be written as 16-bit PNG")
        }
        let words =
            switch (frame.bytesPerSample, frame.isSigned) {
            case (1, false): unsafe frame.withSamples(as: UInt8.self) { unsafe bigEndian($0, frame.sampleCount) }
            case (1, true): unsafe frame.withSamples(as: Int8.self) { unsafe bigEndian($0, frame.sampleCount) }
            case (_, false): unsafe frame.withSamples(as: UInt16.self) { unsafe bigEndian($0, frame.sampleCount) }
            case (_, true): unsafe frame.withSamples(as: Int16.self) { unsafe bigEndian($0, frame.sampleCount) }
            }
        let layout = Layout(
            rows: frame.rows, columns: frame.columns, depth: 16, colourType: frame.samplesPerPixel == 1 ? 0 : 2,
            stride: frame.columns * frame.samplesPerPixel * 2, isFiltered: true)
        return try encode(words, layout, [], level)
    }

    private static func bigEndian<T: FixedWidthInteger>(_ samples: UnsafePointer<T>, _ count: Int) -> Bytes {
        let raise: UInt16 = T.isSigned ? 32768 : 0
        return unsafe Bytes(count: count * 2) { target in
            guard let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt16.self) else { return }
            for index in 0..<count {
                unsafe output[index] = (UInt16(truncatingIfNeeded: samples[index]) &+ raise).bigEndian
            }
        }
    }
}
