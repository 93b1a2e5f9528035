public import ByteIO
import COpenJPEG

/// Writes a frame as a JPEG 2000 codestream (ISO/IEC 15444-1), by OpenJPEG.
public enum JPEG2000Encoder {
    /// How much may be lost.
    public enum Quality: Sendable, Hashable {
        /// Nothing: reversible wavelet and, for RGB, reversible colour transformation. For …4.90 and …4.91.
        case lossless
        /// Irreversible, aiming at this ratio of uncompressed to compressed bytes; above 1. For …4.91.
        case ratio(Double)
    }

    /// One frame's codestream.
    ///
    /// Three components are transformed together where they are RGB; the photometric interpretation of the result is
    /// YBR_RCT, or YBR_ICT with a ratio (PS3.3 C.7.6.3.1.2).
    /// - Throws: `ImagingError.unsupported` for samples of more than 24 bits; `.invalidRequest` for a ratio that is none.
    public static func encode(_ frame: StoredFrame, quality: Quality = .lossless) throws(ImagingError) -> Bytes {
        var ratio = 0.0
        if case .ratio(let wanted) = quality {
            guard wanted > 1, wanted <= 1000 else {
                throw ImagingError(.invalidRequest, "the ratio must lie between 1 and 1000")
            }
            ratio = wanted
        }
        let frame = try frame.forWavelets()
        var image = tarn_j2k_image(
            columns: UInt32(frame.columns), rows: UInt32(frame.rows), components: Int32(frame.samplesPerPixel),
            precision: Int32(frame.bitsStored), is_signed: frame.isSigned ? 1 : 0, is_rgb: frame.isRGB ? 1 : 0)
        var output: UnsafeMutablePointer<UInt8>?
        var size = 0
        let (status, message) = unsafe frame.samples.withUnsafeBytes { bytes in
            unsafe OpenJPEG.withMessage { text in
                unsafe tarn_j2k_encode(bytes.baseAddress, &image, ratio, 0, &output, &size, text)
            }
        }
        guard status == Int32(tarn_j2k_ok), let output = unsafe output else {
            throw ImagingError(.invalidRequest, "the frame cannot be written as JPEG 2000: \(message)")
        }
        defer { unsafe tarn_j2k_free(output) }
        return unsafe Bytes(count: size) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: output, count: size))
        }
    }
}
