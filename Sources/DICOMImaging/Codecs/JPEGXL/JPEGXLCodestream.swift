import ByteIO
import CJPEGXL

/// JPEG XL (ISO/IEC 18181), bare or in its container, of up to 16 bits, by libjxl.
///
/// A recompressed JPEG (…4.111) comes out as its pixels, colour converted to RGB as the codestream says.
struct JPEGXLCodestream: Codestream {
    let header: CodestreamHeader
    private let data: Bytes

    /// Most samples of a frame: the decoder needs some twenty bytes for each.
    private static let maximumSamples = 1 << 26

    init(_ data: Bytes) throws(ImagingError) {
        let read = try JPEGXLHeader(try JPEGXLFile.codestream(in: data))
        guard !read.isFloat, read.precision <= 16 else {
            throw ImagingError(
                .unsupported, "JPEG XL with \(read.isFloat ? "floating point" : "\(read.precision) bit") samples")
        }
        guard read.orientation == 1 else {
            throw ImagingError(.unsupported, "a turned or mirrored JPEG XL image is not supported")
        }
        let components = (read.isGrey ? 1 : 3) + read.extraChannels
        guard read.rows <= 65535, read.columns <= 65535, read.rows * read.columns * components <= Self.maximumSamples
        else { throw ImagingError(.tooLarge, "a JPEG XL frame of more than \(Self.maximumSamples) samples") }
        self.data = data
        header = CodestreamHeader(
            rows: read.rows, columns: read.columns, components: components, precision: read.precision,
            colour: components >= 3 ? .rgb : nil)
    }

    func samples() throws(ImagingError) -> Bytes {
        try ForeignFrame(library: .jpegXL, header: header, data: data).decodeIsolated()
    }
}

/// The container of JPEG XL (ISO/IEC 18181-2).
enum JPEGXLFile {
    private static let signature: [UInt8] = [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]

    /// The codestream's beginning, at least as far as its headers; `data` itself where there is no container.
    static func codestream(in data: Bytes) throws(ImagingError) -> Bytes {
        guard data[clamping: 0..<12].array == signature else { return data }
        var offset = 0
        while offset <= data.count - 8 {
            let length = bigEndian32(data, offset)
            let type = String(decoding: data[clamping: (offset + 4)..<(offset + 8)].array, as: UTF8.self)
            let end = length == 0 ? data.count : min(offset + length, data.count)
            if length == 1 {
                throw ImagingError(.unsupported, "a JPEG XL box of more than 4 GiB is not supported")
            }
            guard end >= offset + 8 else { break }
            switch type {
            case "jxlc": return data[clamping: (offset + 8)..<end]
            // A part of the codestream, behind its number; the headers are at the beginning of the first.
            case "jxlp": return data[clamping: (offset + 12)..<max(end, offset + 12)]
            default: offset = end
            }
        }
        throw ImagingError(.corrupt, "the JPEG XL file has no codestream")
    }

    private static func bigEndian32(_ bytes: Bytes, _ offset: Int) -> Int {
        bytes[clamping: offset..<(offset + 4)].array.reduce(0) { $0 << 8 | Int($1) }
    }
}

extension ForeignFrame {
    func decodeWithJPEGXL() throws(ImagingError) -> Bytes {
        var expected = tarn_jxl_image(
            columns: UInt32(header.columns), rows: UInt32(header.rows), components: Int32(header.components),
            precision: Int32(header.precision))
        var status: Int32 = 0
        let samples = unsafe Bytes(count: sampleBytes) { target in
            status = unsafe data.withUnsafeBytes { bytes in
                unsafe tarn_jxl_decode(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &expected, target.baseAddress,
                    target.count)
            }
        }
        switch status {
        case Int32(tarn_jxl_ok): return samples
        case Int32(tarn_jxl_incomplete): throw ImagingError(.truncated, "the JPEG XL codestream ends early")
        case Int32(tarn_jxl_no_memory): throw ImagingError(.tooLarge, "no memory to decode JPEG XL")
        case Int32(tarn_jxl_missing):
            throw ImagingError(.unsupported, "JPEG XL needs libjxl 0.7: apt-get install libjxl0.7")
        case Int32(tarn_jxl_mismatch):
            throw ImagingError(.corrupt, "the JPEG XL codestream contradicts its own header")
        default: throw ImagingError(.corrupt, "the JPEG XL codestream is invalid")
        }
    }
}
