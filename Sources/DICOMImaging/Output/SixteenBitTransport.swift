public import ByteIO

/// How a frame's stored values travel to the viewer: `Docs/Formats/viewer-frame.md`.
///
/// The predictor is the median of left, above and left + above − above-left, which is JPEG-LS's. An encoder knows all
/// of them beforehand, so the loop over a row has no dependency and is vectorised.
public enum SixteenBitTransport {
    /// Media type of the body.
    public static let mediaType = "application/vnd.tarn.frame"

    /// Bytes before the planes.
    static let headerSize = 16

    /// Whether `frame` can be sent: one sample a pixel, at most 16 bits.
    public static func canEncode(_ frame: StoredFrame) -> Bool {
        frame.samplesPerPixel == 1 && frame.bytesPerSample <= 2
    }

    /// The body of version 1, before any content encoding.
    /// - Throws: `ImagingError.unsupported` for colour and for more than 16 bits.
    public static func encode(_ frame: StoredFrame) throws(ImagingError) -> Bytes {
        guard canEncode(frame) else {
            throw ImagingError(.unsupported, "frames of several samples or more than 16 bits are not sent as values")
        }
        let frame = frame.normalised()
        let wide = frame.bitsStored > 8
        guard frame.bytesPerSample == 2 || !wide else {
            throw ImagingError(.invalidDescription, "Bits Stored is more than Bits Allocated")
        }
        let pixels = frame.rows * frame.columns
        return unsafe Bytes(count: headerSize + pixels * (wide ? 2 : 1)) { target in
            unsafe target.copyBytes(from: header(frame, wide: wide))
            guard let low = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            let planes = unsafe (low + headerSize, low + headerSize + pixels)
            switch (frame.bytesPerSample, frame.isSigned) {
            case (1, false): unsafe frame.withSamples(as: UInt8.self) { unsafe narrow($0, frame, planes.0) }
            case (1, true): unsafe frame.withSamples(as: Int8.self) { unsafe narrow($0, frame, planes.0) }
            case (_, false):
                unsafe frame.withSamples(as: UInt16.self) {
                    unsafe wide ? self.wide($0, frame, planes.0, planes.1) : narrow($0, frame, planes.0)
                }
            case (_, true):
                unsafe frame.withSamples(as: Int16.self) {
                    unsafe wide ? self.wide($0, frame, planes.0, planes.1) : narrow($0, frame, planes.0)
                }
            }
        }
    }

    private static func header(_ frame: StoredFrame, wide: Bool) -> [UInt8] {
        let rows = UInt16(truncatingIfNeeded: frame.rows)
        let columns = UInt16(truncatingIfNeeded: frame.columns)
        return Array("TRNF".utf8) + [
            1, frame.isSigned ? 1 : 0, wide ? 16 : 8, UInt8(truncatingIfNeeded: frame.bitsStored),
            UInt8(truncatingIfNeeded: rows), UInt8(truncatingIfNeeded: rows >> 8),
            UInt8(truncatingIfNeeded: columns), UInt8(truncatingIfNeeded: columns >> 8), 0, 0, 0, 0,
        ]
    }

    /// Calls `emit` with the index and residual of every sample; always inlined, so that it costs nothing.
    @inline(__always)
    private static func forEachResidual<T: FixedWidthInteger>(
        _ samples: UnsafePointer<T>, _ frame: StoredFrame, _ emit: (Int, Int32) -> Void
    ) {
        let columns = frame.columns
        unsafe emit(0, Int32(truncatingIfNeeded: samples[0]))
        for x in 1..<max(columns, 1) {
            unsafe emit(x, Int32(truncatingIfNeeded: samples[x]) &- Int32(truncatingIfNeeded: samples[x &- 1]))
        }
        for y in 1..<max(frame.rows, 1) {
            let row = unsafe samples + y &* columns
            let above = unsafe row - columns
            let start = y &* columns
            unsafe emit(start, Int32(truncatingIfNeeded: row[0]) &- Int32(truncatingIfNeeded: above[0]))
            for x in 1..<max(columns, 1) {
                let a = unsafe Int32(truncatingIfNeeded: row[x &- 1])
                let b = unsafe Int32(truncatingIfNeeded: above[x])
                let c = unsafe Int32(truncatingIfNeeded: above[x &- 1])
                let low = min(a, b)
                let high = max(a, b)
                let predicted = max(low, min(high, a &+ b &- c))
                unsafe emit(start &+ x, Int32(truncatingIfNeeded: row[x]) &- predicted)
            }
        }
    }

    private static func wide<T: FixedWidthInteger>(
        _ samples: UnsafePointer<T>, _ frame: StoredFrame, _ low: UnsafeMutablePointer<UInt8>,
        _ high: UnsafeMutablePointer<UInt8>
    ) {
        unsafe forEachResidual(samples, frame) { index, difference in
            let residual = Int16(truncatingIfNeeded: difference)
            let zigzag = UInt16(truncatingIfNeeded: (residual &<< 1) ^ (residual &>> 15))
            unsafe low[index] = UInt8(truncatingIfNeeded: zigzag)
            unsafe high[index] = UInt8(truncatingIfNeeded: zigzag &>> 8)
        }
    }

    private static func narrow<T: FixedWidthInteger>(
        _ samples: UnsafePointer<T>, _ frame: StoredFrame, _ plane: UnsafeMutablePointer<UInt8>
    ) {
        unsafe forEachResidual(samples, frame) { index, difference in
            let residual = Int8(truncatingIfNeeded: difference)
            unsafe plane[index] = UInt8(truncatingIfNeeded: (residual &<< 1) ^ (residual &>> 7))
        }
    }
}
