import ByteIO
import CJPEG

/// libjpeg behind its shim.
enum JPEGCodec {
    /// rows × columns × components samples, colour by pixel.
    static func decode(_ data: Bytes, rows: Int, columns: Int, components: Int) throws(ImagingError) -> Bytes {
        var failure: (Int32, String) = (0, "")
        let samples = unsafe Bytes(count: rows * columns * components) { target in
            failure = unsafe data.withUnsafeBytes { bytes in
                unsafe withMessage { text in
                    unsafe tarn_jpeg_decode(
                        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, UInt32(rows),
                        UInt32(columns), Int32(components), target.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        target.count, text)
                }
            }
        }
        switch failure.0 {
        case 0: return samples
        case Int32(tarn_jpeg_incomplete): throw ImagingError(.truncated, "the JPEG data is damaged: \(failure.1)")
        default: throw ImagingError(.corrupt, "the JPEG codestream is invalid: \(failure.1)")
        }
    }

    /// Calls `body` with room for libjpeg's message, which names markers and tables, never content.
    static func withMessage(_ body: (UnsafeMutablePointer<CChar>) -> Int32) -> (Int32, String) {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(tarn_jpeg_message_size)) { text in
            guard let base = text.baseAddress else { return (Int32(tarn_jpeg_no_memory), "") }
            unsafe base.initialize(repeating: 0, count: text.count)
            let status = unsafe body(base)
            return unsafe (status, String(cString: base))
        }
    }
}
