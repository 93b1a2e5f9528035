import ByteIO
import COpenJPEG

extension ForeignFrame {
    func decodeWithOpenJPEG() throws(ImagingError) -> Bytes {
        var expected = tarn_j2k_image(
            columns: UInt32(header.columns), rows: UInt32(header.rows), components: Int32(header.components),
            precision: Int32(header.precision), is_signed: header.isSigned ? 1 : 0, is_rgb: 0)
        var outcome: (status: Int32, message: String) = (0, "")
        let samples = unsafe Bytes(count: sampleBytes) { target in
            outcome = unsafe data.withUnsafeBytes { bytes in
                unsafe OpenJPEG.withMessage { text in
                    unsafe tarn_j2k_decode(
                        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &expected, Int32(threads),
                        target.baseAddress, target.count, text)
                }
            }
        }
        switch outcome.status {
        case Int32(tarn_j2k_ok): return samples
        case Int32(tarn_j2k_no_memory): throw ImagingError(.tooLarge, "no memory to decode JPEG 2000")
        case Int32(tarn_j2k_mismatch):
            throw ImagingError(.corrupt, "the JPEG 2000 codestream contradicts its own header")
        default: throw ImagingError(.corrupt, "the JPEG 2000 codestream is invalid: \(outcome.message)")
        }
    }
}

enum OpenJPEG {
    /// Calls `body` with room for OpenJPEG's message, which names markers and lengths, never content.
    static func withMessage(_ body: (UnsafeMutablePointer<CChar>) -> Int32) -> (Int32, String) {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(tarn_j2k_message_size)) { text in
            guard let base = text.baseAddress else { return (Int32(tarn_j2k_no_memory), "") }
            unsafe base.initialize(repeating: 0, count: text.count)
            let status = unsafe body(base)
            return unsafe (status, String(cString: base))
        }
    }
}
