import ByteIO
import COpenJPH

extension ForeignFrame {
    func decodeWithOpenJPH() throws(ImagingError) -> Bytes {
        var expected = OpenJPH.image(header)
        var outcome: (status: Int32, message: String) = (0, "")
        let samples = unsafe Bytes(count: sampleBytes) { target in
            outcome = unsafe data.withUnsafeBytes { bytes in
                unsafe OpenJPH.withMessage { text in
                    unsafe tarn_ojph_decode(
                        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &expected,
                        target.baseAddress, target.count, text)
                }
            }
        }
        switch outcome.status {
        case Int32(tarn_ojph_ok): return samples
        case Int32(tarn_ojph_no_memory): throw ImagingError(.tooLarge, "no memory to decode HTJ2K")
        case Int32(tarn_ojph_mismatch):
            throw ImagingError(.corrupt, "the HTJ2K codestream contradicts its own header")
        default: throw ImagingError(.corrupt, "the HTJ2K codestream is invalid: \(outcome.message)")
        }
    }
}

enum OpenJPH {
    static func image(_ header: CodestreamHeader) -> tarn_ojph_image {
        tarn_ojph_image(
            columns: UInt32(header.columns), rows: UInt32(header.rows), components: Int32(header.components),
            precision: Int32(header.precision), is_signed: header.isSigned ? 1 : 0, is_rgb: 0)
    }

    /// Calls `body` with room for OpenJPH's message.
    static func withMessage(_ body: (UnsafeMutablePointer<CChar>) -> Int32) -> (Int32, String) {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(tarn_ojph_message_size)) { text in
            guard let base = text.baseAddress else { return (Int32(tarn_ojph_no_memory), "") }
            unsafe base.initialize(repeating: 0, count: text.count)
            let status = unsafe body(base)
            return unsafe (status, String(cString: base))
        }
    }
}
