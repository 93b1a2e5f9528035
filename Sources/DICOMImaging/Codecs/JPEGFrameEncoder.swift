import ByteIO
import CJPEG

/// Writes a frame as baseline JPEG (ISO/IEC 10918-1 process 1): colour as YCbCr with half the chrominance.
enum JPEGFrameEncoder {
    /// - Parameter quality: 1 … 100, as libjpeg counts it.
    static func encode(_ frame: StoredFrame, quality: Int) throws(ImagingError) -> Bytes {
        guard frame.bytesPerSample == 1, [1, 3].contains(frame.samplesPerPixel) else {
            throw ImagingError(.unsupported, "baseline JPEG takes one or three samples of 8 bits")
        }
        guard frame.rows <= 65500, frame.columns <= 65500 else {
            throw ImagingError(.tooLarge, "JPEG holds at most 65500 rows and columns")
        }
        var output: UnsafeMutablePointer<UInt8>?
        var size = 0
        let isYCbCr: Int32 = frame.photometric == .ybrFull ? 1 : 0
        let (status, message) = unsafe frame.samples.withUnsafeBytes { bytes in
            unsafe JPEGCodec.withMessage { text in
                unsafe tarn_jpeg_encode_422(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(frame.rows), UInt32(frame.columns),
                    Int32(frame.samplesPerPixel), isYCbCr, Int32(quality), &output, &size, text)
            }
        }
        guard status == 0, let output = unsafe output else {
            throw ImagingError(.invalidRequest, "the frame cannot be written as JPEG: \(message)")
        }
        defer { unsafe tarn_jpeg_free(output) }
        return unsafe Bytes(count: size) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: output, count: size))
        }
    }
}
