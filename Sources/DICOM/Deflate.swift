internal import ByteIO
internal import CZlib

/// The deflate compression of deflated transfer syntaxes: RFC 1951 without a header (PS3.5 §A.5).
enum Deflate {
    /// What came out, how much went in, and whether the end was reached.
    struct Inflated {
        let bytes: Bytes
        let consumed: Int
        let isComplete: Bool
    }

    private static let chunk = 256 << 10

    /// Inflates `range` of `source` to at most `limit` bytes. Where the compressed data end or break too early, what
    /// came out before is returned.
    static func inflate(_ source: any ByteSource, _ range: Range<Int>, limit: Int) throws(DICOMError) -> Inflated {
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DICOMError(.sourceFailed, offset: range.lowerBound, reason: "inflation cannot start")
        }
        defer { unsafe inflateEnd(&stream) }
        var output: [UInt8] = []
        var offset = range.lowerBound
        var status = Z_OK
        while status == Z_OK, offset < range.upperBound {
            let input: Bytes
            do {
                input = try source.read(offset..<min(offset + chunk, range.upperBound))
            } catch {
                throw DICOMError(.sourceFailed, offset: offset, reason: "the source \(error.code.rawValue)")
            }
            let rest = unsafe run(&stream, input, into: &output, limit: limit, &status) {
                unsafe CZlib.inflate($0, Z_NO_FLUSH)
            }
            offset += input.count - rest
            guard output.count <= limit else {
                throw DICOMError(
                    .limitReached, offset: offset, reason: "the data set inflates to more than \(limit) bytes")
            }
        }
        return Inflated(
            bytes: Bytes(output), consumed: offset - range.lowerBound, isComplete: status == Z_STREAM_END)
    }

    /// `bytes` compressed, padded to an even length.
    static func deflate(_ bytes: Bytes) throws(DICOMError) -> Bytes {
        var stream = unsafe z_stream()
        guard
            unsafe deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw DICOMError(.notEncodable, reason: "deflation cannot start") }
        defer { unsafe deflateEnd(&stream) }
        var output: [UInt8] = []
        var status = Z_OK
        var offset = 0
        repeat {
            let input = bytes[clamping: offset..<min(offset + chunk, bytes.count)]
            offset += input.count
            let flush = offset == bytes.count ? Z_FINISH : Z_NO_FLUSH
            _ = unsafe run(&stream, input, into: &output, limit: .max, &status) { unsafe CZlib.deflate($0, flush) }
        } while status == Z_OK && offset < bytes.count
        guard status == Z_STREAM_END else { throw DICOMError(.notEncodable, reason: "deflation failed") }
        if !output.count.isMultiple(of: 2) { output.append(0) }
        return Bytes(output)
    }

    /// Feeds `input` to `step` until it is used up or the stream ends; returns how much of it is left.
    private static func run(
        _ stream: inout z_stream, _ input: Bytes, into output: inout [UInt8], limit: Int, _ status: inout Int32,
        _ step: (z_streamp) -> Int32
    ) -> Int {
        var buffer = [UInt8](repeating: 0, count: chunk)
        return unsafe input.withUnsafeBytes { input in
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.avail_in = UInt32(input.count)
            repeat {
                let produced = unsafe buffer.withUnsafeMutableBufferPointer { target in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    unsafe status = step(&stream)
                    return unsafe target.count - Int(stream.avail_out)
                }
                output += buffer.prefix(produced)
                if unsafe status != Z_OK || output.count > limit || (stream.avail_in == 0 && produced < buffer.count) {
                    break
                }
            } while true
            return unsafe Int(stream.avail_in)
        }
    }
}
