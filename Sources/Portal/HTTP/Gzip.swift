public import ByteIO
import CDeflate

/// The gzip content coding (RFC 1952), whole buffers at a time.
public enum Gzip {
    /// `bytes` compressed; `nil` when memory is short.
    /// - Parameter level: 1 (fast) to 12 (small).
    public static func compress(_ bytes: Bytes, level: Int32) -> Bytes? {
        guard let compressor = libdeflate_alloc_compressor(level) else { return nil }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        var array = [UInt8](repeating: 0, count: bound)
        let count = array.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                libdeflate_gzip_compress(
                    compressor, source.baseAddress, source.count, target.baseAddress, target.count)
            }
        }
        guard count > 0 else { return nil }
        return Bytes(array)[clamping: 0..<count]
    }

    /// Whether an `Accept-Encoding` field takes gzip (RFC 9110 §12.5.3).
    public static func isAccepted(_ header: String?) -> Bool {
        guard let header else { return false }
        var wildcard = false
        for element in HeaderList.split(header, at: ",") {
            let pieces = HeaderList.split(element, at: ";")
            let quality =
                pieces.dropFirst().first { $0.lowercased().hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            switch pieces[0].lowercased() {
            case "gzip", "x-gzip": return quality > 0
            case "*": wildcard = quality > 0
            default: continue
            }
        }
        return wildcard
    }
}
