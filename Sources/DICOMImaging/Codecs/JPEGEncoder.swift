public import ByteIO
import CJPEG

/// Writes an image as baseline JPEG.
public enum JPEGEncoder {
    /// - Parameter quality: 1 … 100, as libjpeg counts it.
    public static func encode(_ image: RenderedImage, quality: Int = 90) throws(ImagingError) -> Bytes {
        guard (1...100).contains(quality) else {
            throw ImagingError(.invalidRequest, "the quality must lie between 1 and 100")
        }
        guard image.rows <= 65500, image.columns <= 65500 else {
            throw ImagingError(.tooLarge, "JPEG holds at most 65500 rows and columns")
        }
        var output: UnsafeMutablePointer<UInt8>?
        var size = 0
        let (status, message) = unsafe image.pixels.withUnsafeBytes { bytes in
            unsafe JPEGCodec.withMessage { text in
                unsafe tarn_jpeg_encode(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(image.rows), UInt32(image.columns),
                    Int32(image.channels), Int32(quality), &output, &size, text)
            }
        }
        guard status == 0, let output = unsafe output else {
            throw ImagingError(.invalidRequest, "the image cannot be written as JPEG: \(message)")
        }
        defer { unsafe tarn_jpeg_free(output) }
        return unsafe Bytes(count: size) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: output, count: size))
        }
    }
}
