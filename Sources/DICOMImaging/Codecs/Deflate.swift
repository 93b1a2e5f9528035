public import ByteIO
import CDeflate

/// libdeflate for whole buffers.
public enum Deflate {
    /// How the compressed bytes are wrapped.
    enum Wrapping { case raw, zlib, gzip }

    /// `bytes` as one gzip member (RFC 1952), for `Content-Encoding: gzip`.
    /// - Parameter level: 1 (fast, and already most of the gain) … 12.
    public static func gzip(_ bytes: Bytes, level: Int = 1) throws(ImagingError) -> Bytes {
        try unsafe bytes.withUnsafeBytes { (source) throws(ImagingError) in
            try unsafe compress(source, as: .gzip, level: level)
        }
    }

    static func compress(
        _ source: UnsafeRawBufferPointer, as wrapping: Wrapping, level: Int
    ) throws(ImagingError) -> Bytes {
        guard let compressor = unsafe libdeflate_alloc_compressor(Int32(clamping: level)) else {
            throw ImagingError(.invalidRequest, "there is no compression level \(level)")
        }
        defer { unsafe libdeflate_free_compressor(compressor) }
        let (bound, compress) =
            switch wrapping {
            case .raw:
                unsafe (libdeflate_deflate_compress_bound(compressor, source.count), libdeflate_deflate_compress)
            case .zlib: unsafe (libdeflate_zlib_compress_bound(compressor, source.count), libdeflate_zlib_compress)
            case .gzip: unsafe (libdeflate_gzip_compress_bound(compressor, source.count), libdeflate_gzip_compress)
            }
        var size = 0
        let output = unsafe Bytes(count: bound) { target in
            size = unsafe compress(compressor, source.baseAddress, source.count, target.baseAddress, bound)
        }
        return output[clamping: 0..<size]
    }

    /// Inflates raw deflate data of which the size is known: a frame of Deflated Image Frame Compression.
    static func inflate(_ bytes: Bytes, count: Int) throws(ImagingError) -> Bytes {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else {
            throw ImagingError(.tooLarge, "no memory to inflate a frame")
        }
        defer { unsafe libdeflate_free_decompressor(decompressor) }
        // Deflate gains at most 1032:1 (RFC 1951): less data than that cannot fill the frame.
        guard count / 1032 <= bytes.count else { throw ImagingError(.truncated, "the frame's data is too short") }
        var written = 0
        var result = LIBDEFLATE_SUCCESS
        let output = unsafe Bytes(count: count) { target in
            result = unsafe bytes.withUnsafeBytes {
                unsafe libdeflate_deflate_decompress(
                    decompressor, $0.baseAddress, $0.count, target.baseAddress, target.count, &written)
            }
        }
        guard result == LIBDEFLATE_SUCCESS, written == count else {
            throw ImagingError(.corrupt, "a deflated frame does not inflate to the frame's size")
        }
        return output
    }
}
