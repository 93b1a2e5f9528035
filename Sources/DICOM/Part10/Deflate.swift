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
    ///
    /// Inflates twice: the first time only counts, so that a bomb costs no memory and the rest no second copy.
    static func inflate(_ source: any ByteSource, _ range: Range<Int>, limit: Int) throws(DICOMError) -> Inflated {
        var count = 0
        let (consumed, isComplete) = try inflate(source, range) { (chunk, offset) throws(DICOMError) in
            count += chunk.count
            guard count > limit else { return }
            throw DICOMError(
                .limitReached, offset: offset, reason: "the data set inflates to more than \(limit) bytes")
        }
        let bytes = try unsafe Bytes(count: count) { (target: UnsafeMutableRawBufferPointer) throws(DICOMError) in
            var filled = 0
            _ = try inflate(source, range) { (chunk, offset) throws(DICOMError) in
                guard filled + chunk.count <= count else {
                    throw DICOMError(.sourceFailed, offset: offset, reason: "the source changed while it was read")
                }
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyBytes(from: chunk)
                filled += chunk.count
            }
        }
        return Inflated(bytes: bytes, consumed: consumed, isComplete: isComplete)
    }

    /// Inflates `range` of `source` and gives what comes out to `body`, with the place in the source.
    private static func inflate(
        _ source: any ByteSource, _ range: Range<Int>,
        _ body: (ArraySlice<UInt8>, Int) throws(DICOMError) -> Void
    ) throws(DICOMError) -> (consumed: Int, isComplete: Bool) {
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DICOMError(.sourceFailed, offset: range.lowerBound, reason: "inflation cannot start")
        }
        defer { unsafe inflateEnd(&stream) }
        var offset = range.lowerBound
        var status = Z_OK
        while status == Z_OK, offset < range.upperBound {
            let input: Bytes
            do {
                input = try source.read(offset..<min(offset + chunk, range.upperBound))
            } catch {
                throw DICOMError(.sourceFailed, offset: offset, reason: "the source \(error.code.rawValue)")
            }
            let place = offset
            let rest = try unsafe run(&stream, input, &status) {
                unsafe CZlib.inflate($0, Z_NO_FLUSH)
            } output: { (chunk) throws(DICOMError) in
                try body(chunk, place)
            }
            offset += input.count - rest
        }
        return (offset - range.lowerBound, status == Z_STREAM_END)
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
            _ = try unsafe run(&stream, input, &status) {
                unsafe CZlib.deflate($0, flush)
            } output: { (chunk) throws(DICOMError) in
                output += chunk
            }
        } while status == Z_OK && offset < bytes.count
        guard status == Z_STREAM_END else { throw DICOMError(.notEncodable, reason: "deflation failed") }
        if !output.count.isMultiple(of: 2) { output.append(0) }
        return Bytes(output)
    }

    /// Feeds `input` to `step` until it is used up or the stream ends; returns how much of it is left.
    private static func run(
        _ stream: inout z_stream, _ input: Bytes, _ status: inout Int32, _ step: (z_streamp) -> Int32,
        output: (ArraySlice<UInt8>) throws(DICOMError) -> Void
    ) throws(DICOMError) -> Int {
        var buffer = [UInt8](repeating: 0, count: chunk)
        return try unsafe input.withUnsafeBytes { (input) throws(DICOMError) in
            let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe stream.next_in = UnsafeMutablePointer(mutating: start)
            unsafe stream.avail_in = UInt32(input.count)
            while true {
                let produced = unsafe buffer.withUnsafeMutableBufferPointer { target in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    unsafe status = step(&stream)
                    return unsafe target.count - Int(stream.avail_out)
                }
                if produced > 0 { try output(buffer[..<produced]) }
                // Not an error: the step before had used up everything and filled the buffer to its end.
                if unsafe status == Z_BUF_ERROR && stream.avail_in == 0 { status = Z_OK }
                let isUsedUp = unsafe stream.avail_in == 0 && produced < buffer.count
                if status != Z_OK || isUsedUp { return unsafe Int(stream.avail_in) }
            }
        }
    }
}
