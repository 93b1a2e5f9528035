import ByteIO
import DICOM

/// What a codestream says of the picture in it.
struct CodestreamHeader: Sendable, Hashable {
    /// What the components mean, where the codestream itself says it.
    enum Colour: Sendable, Hashable { case rgb, ybrFull }

    var rows: Int
    var columns: Int
    var components: Int
    /// Bits of a sample.
    var precision: Int
    var isSigned = false
    /// `nil` where the data set's Photometric Interpretation decides.
    var colour: Colour?

    /// Width of a decoded sample in bytes: 1 up to 8 bits, 2 up to 16, else 4.
    var bytesPerSample: Int { precision <= 8 ? 1 : precision <= 16 ? 2 : 4 }
}

/// One compressed frame, of which the headers have been read: nothing is reserved before they were compared with what
/// the data set promises.
protocol Codestream {
    var header: CodestreamHeader { get }

    /// Rows × columns × components samples, colour by pixel, little endian, `header.bytesPerSample` wide, sign-extended
    /// where signed.
    func samples() throws(ImagingError) -> Bytes

    /// Bytes that a picture of this size takes at the least, so that nothing is reserved for what cannot be one.
    var leastBytes: Int { get }
}

extension Codestream {
    /// Even an empty block costs bits.
    var leastBytes: Int {
        let (pixels, overflow) = header.rows.multipliedReportingOverflow(by: header.columns)
        return overflow ? Int.max : pixels / 65536 * header.components * header.bytesPerSample
    }
}

extension FrameDecoder {
    /// How the frames of `transferSyntax` are compressed; `nil` where nobody here can decode them.
    static func codestream(of transferSyntax: String) -> (@Sendable (Bytes) throws(ImagingError) -> any Codestream)? {
        switch transferSyntax {
        case let uid where JPEGCodestream.transferSyntaxes.contains(uid):
            { (data) throws(ImagingError) in try JPEGCodestream.open(data) }
        case UID.JPEGLSLossless, UID.JPEGLSNearLossless:
            { (data) throws(ImagingError) in try JPEGLSCodestream(data) }
        case UID.JPEG2000Lossless, UID.JPEG2000, UID.JPEG2000MCLossless, UID.JPEG2000MC, UID.HTJ2KLossless,
            UID.HTJ2KLosslessRPCL, UID.HTJ2K:
            { (data) throws(ImagingError) in try JPEG2000Codestream(data) }
        case UID.JPEGXLLossless, UID.JPEGXLJPEGRecompression, UID.JPEGXL:
            { (data) throws(ImagingError) in try JPEGXLCodestream(data) }
        default: nil
        }
    }

    /// A frame whose codestream knows its own dimensions.
    func decodeCodestream(
        _ data: Bytes, _ open: (Bytes) throws(ImagingError) -> any Codestream
    ) throws(ImagingError) -> StoredFrame {
        let codestream = try open(data)
        let header = codestream.header
        guard header.rows == description.rows, header.columns == description.columns,
            header.components == description.samplesPerPixel, header.precision <= description.bytesPerSample * 8
        else {
            throw ImagingError(
                .corrupt,
                "the codestream has \(header.rows) × \(header.columns) pixels of \(header.components) samples of "
                    + "\(header.precision) bits, other than the data set")
        }
        guard codestream.leastBytes <= data.count else {
            throw ImagingError(.truncated, "the codestream is too short for the frame")
        }
        let samples = try codestream.samples()
        return try frame(
            Self.widened(samples, header, to: description.bytesPerSample), photometric: photometric(of: header))
    }

    /// What the components are: the codestream knows it better than a data set that was not updated when its pixels
    /// were compressed.
    private func photometric(of header: CodestreamHeader) -> PhotometricInterpretation {
        guard header.components == 3 else { return description.photometric }
        switch (header.colour, description.photometric) {
        case (.rgb, _): return .rgb
        case (.ybrFull, .rgb): return .ybrFull
        case (_, .ybrFull422): return .ybrFull
        case (_, let described): return described
        }
    }

    /// Samples in words as wide as Bits Allocated says.
    private static func widened(_ samples: Bytes, _ header: CodestreamHeader, to width: Int) -> Bytes {
        let from = header.bytesPerSample
        guard width > from else { return samples }
        return unsafe Bytes(count: samples.count / from * width) { target in
            unsafe samples.withUnsafeBytes { source in
                for index in 0..<(source.count / from) {
                    for byte in 0..<from { unsafe target[index &* width &+ byte] = source[index &* from &+ byte] }
                    guard header.isSigned, unsafe source[index &* from &+ from &- 1] >= 0x80 else { continue }
                    for byte in from..<width { unsafe target[index &* width &+ byte] = 0xFF }
                }
            }
        }
    }
}
