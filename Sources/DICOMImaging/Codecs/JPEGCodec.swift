import ByteIO
import CJPEG

/// Baseline JPEG (ISO/IEC 10918-1 process 1, 8 bits) without colour conversion, by libjpeg.
struct JPEGBaselineCodestream: Codestream {
    let header: CodestreamHeader
    private let data: Bytes

    init(_ data: Bytes) throws(ImagingError) {
        self.data = data
        let read = try JPEGCodec.header(data)
        guard read.precision == 8 else {
            throw ImagingError(.unsupported, "JPEG with \(read.precision) bits is not supported yet")
        }
        header = CodestreamHeader(
            rows: read.rows, columns: read.columns, components: read.components, precision: read.precision,
            colour: read.isMarkedRGB ? .rgb : read.isMarkedYCbCr ? .ybrFull : nil)
    }

    func samples() throws(ImagingError) -> Bytes {
        try JPEGCodec.decode(data, rows: header.rows, columns: header.columns, components: header.components)
    }
}

/// libjpeg behind its shim.
enum JPEGCodec {
    struct Header {
        let rows: Int
        let columns: Int
        let components: Int
        let precision: Int
        /// The three components are YCbCr, and a marker says so rather than libjpeg's guess.
        let isMarkedYCbCr: Bool
        /// The three components are RGB for certain: Adobe's transform 0 or components named R, G, B.
        let isMarkedRGB: Bool
    }

    static func header(_ data: Bytes) throws(ImagingError) -> Header {
        var raw = tarn_jpeg_header()
        let (status, message) = unsafe data.withUnsafeBytes { bytes in
            unsafe withMessage { text in
                unsafe tarn_jpeg_read_header(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &raw, text)
            }
        }
        guard status == 0 else { throw ImagingError(.corrupt, "the JPEG codestream is invalid: \(message)") }
        let adobe = raw.saw_adobe != 0
        return Header(
            rows: Int(raw.rows), columns: Int(raw.columns), components: Int(raw.components),
            precision: Int(raw.precision),
            isMarkedYCbCr: raw.is_ycc != 0 && (raw.saw_jfif != 0 || (adobe && raw.adobe_transform == 1)),
            isMarkedRGB: raw.components == 3 && raw.is_ycc == 0)
    }

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
