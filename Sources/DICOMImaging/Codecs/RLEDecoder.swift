import ByteIO
import Glibc

/// RLE Lossless (PS3.5 Annex G): byte planes, most significant first, each run-length coded.
enum RLEDecoder {
    /// Samples as `StoredFrame` wants them: colour by pixel, little-endian.
    /// - Parameters:
    ///   - pixels: rows × columns.
    ///   - samples: samples a pixel.
    ///   - width: bytes a sample.
    static func decode(_ data: Bytes, pixels: Int, samples: Int, width: Int) throws(ImagingError) -> Bytes {
        let segments = try segmentRanges(data, expected: samples * width)
        let (product, overflow) = pixels.multipliedReportingOverflow(by: samples * width)
        // A run of two bytes gives at most 128: less data than that cannot fill the frame (PS3.5 §G.3.1).
        guard !overflow, product / 64 <= data.count else {
            throw ImagingError(.truncated, "the RLE data is too short for the frame")
        }
        if segments.count == 1 {
            return try plane(data, segments[0], pixels)
        }
        var planes: [Bytes] = []
        for segment in segments { planes.append(try plane(data, segment, pixels)) }
        return interleave(planes, pixels: pixels, samples: samples, width: width)
    }

    /// The header of §G.5: the number of segments and 15 offsets.
    private static func segmentRanges(_ data: Bytes, expected: Int) throws(ImagingError) -> [Range<Int>] {
        guard data.count >= 64 else { throw ImagingError(.truncated, "the RLE header is cut short") }
        let count = Int(data.littleEndian32(at: 0))
        guard count == expected, count <= 15 else {
            throw ImagingError(.corrupt, at: 0, "the RLE header has \(count) segments where \(expected) are needed")
        }
        let offsets = (0..<count).map { Int(data.littleEndian32(at: 4 + 4 * $0)) } + [data.count]
        var ranges: [Range<Int>] = []
        for index in 0..<count {
            guard offsets[index] >= 64, offsets[index] <= offsets[index + 1] else {
                throw ImagingError(.corrupt, at: 4 + 4 * index, "RLE segment \(index + 1) has an impossible offset")
            }
            ranges.append(offsets[index]..<offsets[index + 1])
        }
        return ranges
    }

    private static func plane(_ data: Bytes, _ range: Range<Int>, _ count: Int) throws(ImagingError) -> Bytes {
        guard let segment = data.slice(range) else {
            throw ImagingError(.truncated, at: range.lowerBound, "an RLE segment leaves the frame's data")
        }
        var written = 0
        let bytes = unsafe Bytes(count: count) { target in
            written = unsafe segment.withUnsafeBytes { unsafe unpack($0, into: target) }
        }
        guard written == count else {
            throw ImagingError(
                .truncated, at: range.lowerBound, "an RLE segment holds \(written) of \(count) bytes")
        }
        return bytes
    }

    /// §G.3.2; returns the bytes written. What a segment holds beyond the plane is padding.
    private static func unpack(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
        guard let input = source.baseAddress, let output = target.baseAddress else { return 0 }
        var read = 0
        var written = 0
        while written < target.count, read < source.count {
            let control = unsafe input.load(fromByteOffset: read, as: UInt8.self)
            read += 1
            if control < 128 {
                let run = min(Int(control) + 1, target.count - written, source.count - read)
                unsafe memcpy(output + written, input + read, run)
                written += run
                read += Int(control) + 1
            } else if control > 128, read < source.count {
                let run = min(257 - Int(control), target.count - written)
                unsafe memset(output + written, Int32(input.load(fromByteOffset: read, as: UInt8.self)), run)
                written += run
                read += 1
            }
        }
        return written
    }

    /// Byte planes, of each sample the most significant first, to samples side by side.
    private static func interleave(_ planes: [Bytes], pixels: Int, samples: Int, width: Int) -> Bytes {
        unsafe Bytes(count: pixels * samples * width) { target in
            guard let output = target.baseAddress else { return }
            if samples == 1, width == 2 {
                unsafe planes[0].withUnsafeBytes { high in
                    unsafe planes[1].withUnsafeBytes { low in
                        let words = unsafe output.assumingMemoryBound(to: UInt16.self)
                        for index in 0..<min(pixels, high.count, low.count) {
                            unsafe words[index] = UInt16(high[index]) << 8 | UInt16(low[index])
                        }
                    }
                }
                return
            }
            let step = samples * width
            for (number, plane) in planes.enumerated() {
                let start = number / width * width + (width - 1 - number % width)
                unsafe plane.withUnsafeBytes { bytes in
                    for index in 0..<min(pixels, bytes.count) {
                        unsafe output.storeBytes(of: bytes[index], toByteOffset: start + index &* step, as: UInt8.self)
                    }
                }
            }
        }
    }
}
