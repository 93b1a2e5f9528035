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
        if segments.count == 1 {
            return try unsafe Bytes(count: pixels) { (target) throws(ImagingError) in
                try unsafe plane(data, segments[0], into: target)
            }
        }
        let planes = UnsafeMutableRawBufferPointer.allocate(byteCount: product, alignment: 16)
        defer { unsafe planes.deallocate() }
        for (index, segment) in segments.enumerated() {
            let target = unsafe UnsafeMutableRawBufferPointer(
                rebasing: planes[(index * pixels)..<((index + 1) * pixels)])
            try unsafe plane(data, segment, into: target)
        }
        return unsafe Bytes(count: product) { target in
            unsafe RLEPlanes(UnsafeRawBufferPointer(planes), pixels: pixels, samples: samples, width: width)
                .interleave(into: target)
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
            guard offsets[index] >= 64, offsets[index] <= offsets[index + 1] else {
                throw ImagingError(.corrupt, at: 4 + 4 * index, "RLE segment \(index + 1) has an impossible offset")
            }
            ranges.append(offsets[index]..<offsets[index + 1])
        }
        return ranges
    }

    /// One plane, as long as `target`. What a segment holds beyond it is padding.
    private static func plane(
        _ data: Bytes, _ segment: Range<Int>, into target: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        guard segment.upperBound <= data.count else {
            throw ImagingError(.truncated, at: segment.lowerBound, "an RLE segment leaves the frame's data")
        }
        let written = unsafe data.withUnsafeBytes { unsafe unpack($0, segment, into: target) }
        guard written == target.count else {
            throw ImagingError(
                .truncated, at: segment.lowerBound, "an RLE segment holds \(written) of \(target.count) bytes")
        }
    }

    /// §G.3.2; returns the bytes written.
    private static func unpack(
        _ data: UnsafeRawBufferPointer, _ segment: Range<Int>, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let input = data.baseAddress, let output = target.baseAddress else { return 0 }
        var read = segment.lowerBound
        var written = 0
        // While a longest run, and the 16 bytes behind it that a block may touch, fit into both sides, nothing else
        // needs to be looked at. A literal and a repeated run go the same way, since no predictor tells them apart.
        let lastRead = segment.upperBound - 160
        let lastWritten = target.count - 160
        while read <= lastRead, written <= lastWritten {
            let control = unsafe Int(input.load(fromByteOffset: read, as: Int8.self))
            read &+= 1
            if control == -128 { continue }
            let repeats = control &>> 63
            let count = ((control ^ repeats) &- repeats) &+ 1
            let source = unsafe input + read
            let mask = SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: repeats))
            let first = unsafe source.loadUnaligned(as: SIMD16<UInt8>.self)
            let block = (SIMD16(repeating: first[0]) & mask) | (first & ~mask)
            unsafe (output + written).storeBytes(of: block, as: SIMD16<UInt8>.self)
            if count > 16 { unsafe fill(output + written, from: source, block, count, repeats: repeats != 0) }
            read &+= 1 &+ (control & ~repeats)
            written &+= count
        }
        return unsafe unpackEnd(data, read..<segment.upperBound, into: target, from: written)
    }

    /// The part of a run behind its first block, in blocks of 16.
    @inline(__always)
    private static func fill(
        _ output: UnsafeMutableRawPointer, from source: UnsafeRawPointer, _ block: SIMD16<UInt8>, _ count: Int,
        repeats: Bool
    ) {
        var at = 16
        if repeats {
            while at < count {
                unsafe (output + at).storeBytes(of: block, as: SIMD16<UInt8>.self)
                at &+= 16
            }
        } else {
            while at < count {
                unsafe (output + at).storeBytes(
                    of: (source + at).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
                at &+= 16
            }
        }
    }

    /// The same, looking at every bound.
    private static func unpackEnd(
        _ data: UnsafeRawBufferPointer, _ segment: Range<Int>, into target: UnsafeMutableRawBufferPointer,
        from start: Int
    ) -> Int {
        guard let output = target.baseAddress else { return 0 }
        var read = segment.lowerBound
        var written = start
        while written < target.count, read < segment.upperBound {
            let control = unsafe Int(data[read])
            read += 1
            if control < 128 {
                let run = min(control + 1, target.count - written, segment.upperBound - read)
                unsafe (output + written).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: data[read..<(read + run)]), count: run)
                written += run
                read += control + 1
            } else if control > 128, read < segment.upperBound {
                let run = min(257 - control, target.count - written)
                unsafe (output + written).initializeMemory(as: UInt8.self, repeating: data[read], count: run)
                written += run
                read += 1
            }
        }
        return written
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyMemory(from source: UnsafeRawBufferPointer, count: Int) {
        guard let base = source.baseAddress, count <= source.count else { return }
        unsafe copyMemory(from: base, byteCount: count)
    }
}
