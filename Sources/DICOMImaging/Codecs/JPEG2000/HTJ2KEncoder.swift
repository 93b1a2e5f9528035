public import ByteIO
import COpenJPH

/// Writes a frame as a reversible HTJ2K codestream (ISO/IEC 15444-15), by OpenJPH.
public enum HTJ2KEncoder {
    /// One frame's codestream in the order RPCL, fit for …4.201 and …4.202.
    ///
    /// RGB is transformed as with `JPEG2000Encoder`: the photometric interpretation of the result is YBR_RCT.
    /// - Throws: `ImagingError.unsupported` for samples of more than 24 bits.
    public static func encode(_ frame: StoredFrame) throws(ImagingError) -> Bytes {
        let frame = try frame.forWavelets()
        var image = tarn_ojph_image(
            columns: UInt32(frame.columns), rows: UInt32(frame.rows), components: Int32(frame.samplesPerPixel),
            precision: Int32(frame.bitsStored), is_signed: frame.isSigned ? 1 : 0, is_rgb: frame.isRGB ? 1 : 0)
        var output: UnsafeMutablePointer<UInt8>?
        var size = 0
        let (status, message) = unsafe frame.samples.withUnsafeBytes { bytes in
            unsafe OpenJPH.withMessage { text in
                unsafe tarn_ojph_encode(bytes.baseAddress, &image, &output, &size, text)
            }
        }
        guard status == Int32(tarn_ojph_ok), let output = unsafe output else {
            throw ImagingError(.invalidRequest, "the frame cannot be written as HTJ2K: \(message)")
        }
        defer { unsafe tarn_ojph_free(output) }
        return unsafe Bytes(count: size) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: output, count: size))
        }
    }
}
