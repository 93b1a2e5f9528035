import ByteIO

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
        return try unsafe Bytes(count: product) { (target) throws(ImagingError) in
            try unsafe data.withUnsafeBytes { (source) throws(ImagingError) in
                let planes = segments.map { unsafe RLESegment(source, $0) }
                try unsafe RLEStrips(samples: samples, width: width).decode(planes, pixels: pixels, into: target)
            }
        }
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
            guard offsets[index] >= 64, offsets[index] <= offsets[index + 1], offsets[index + 1] <= data.count else {
                throw ImagingError(.corrupt, at: 4 + 4 * index, "RLE segment \(index + 1) has an impossible offset")
            }
            ranges.append(offsets[index]..<offsets[index + 1])
        }
        return ranges
    }
}
