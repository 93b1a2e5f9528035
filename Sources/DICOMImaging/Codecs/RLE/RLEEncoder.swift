public import ByteIO

/// Writes frames in RLE Lossless (PS3.5 Annex G).
public enum RLEEncoder {
    /// - Parameters:
    ///   - frame: all bits of its samples' containers are kept.
    ///   - bitsAllocated: 1 for a frame of samples 0 and 1 that is to be packed, eight pixels a byte; else as wide as
    ///     the frame's samples.
    /// - Returns: header and segments, of even length.
    /// - Throws: `.unsupported` for more than 15 bytes a pixel, which the header has no room for;
    ///   `.invalidRequest` where `bitsAllocated` does not fit the frame.
    public static func encode(_ frame: StoredFrame, bitsAllocated: Int? = nil) throws(ImagingError) -> Bytes {
        let planes = frame.samplesPerPixel * frame.bytesPerSample
        guard planes <= 15 else {
            throw ImagingError(.unsupported, "RLE Lossless holds at most 15 bytes a pixel")
        }
        if bitsAllocated == 1 { return try packed(frame) }
        guard (bitsAllocated ?? frame.bytesPerSample * 8) == frame.bytesPerSample * 8 else {
            throw ImagingError(.invalidRequest, "Bits Allocated is not what the frame's samples have")
        }
        let step = planes
        return segments(planes, rows: frame.rows, columns: frame.columns) { plane, row, line in
            // Of each sample the most significant byte comes first (§G.2).
            let width = frame.bytesPerSample
            let start = row * frame.columns * step + plane / width * width + (width - 1 - plane % width)
            unsafe frame.samples.withUnsafeBytes { samples in
                // In bounds: a StoredFrame has rows × columns × samplesPerPixel × bytesPerSample bytes.
                for x in line.indices { line[x] = unsafe samples[start &+ x &* step] }
            }
        }
    }

    /// Bits Allocated 1 (PS3.5 §8.1.1): one segment of packed pixels. A row that fills whole bytes is coded for
    /// itself; where rows share bytes there are none, and the frame is one.
    private static func packed(_ frame: StoredFrame) throws(ImagingError) -> Bytes {
        guard frame.bytesPerSample == 1, frame.samplesPerPixel == 1 else {
            throw ImagingError(.invalidRequest, "only one sample of one byte can be packed")
        }
        let isAligned = frame.columns.isMultiple(of: 8)
        let pixels = isAligned ? frame.columns : frame.rows * frame.columns
        return segments(1, rows: isAligned ? frame.rows : 1, columns: (pixels + 7) / 8) { _, row, line in
            for byte in line.indices {
                var bits: UInt8 = 0
                for bit in 0..<min(8, pixels - byte * 8) {
                    bits |= (frame.samples[row * pixels + byte * 8 + bit] & 1) << UInt8(bit)
                }
                line[byte] = bits
            }
        }
    }

    /// Header and segments (§G.4, §G.5).
    /// - Parameter fill: writes the bytes of one row of one plane.
    private static func segments(
        _ planes: Int, rows: Int, columns: Int, fill: (_ plane: Int, _ row: Int, _ line: inout [UInt8]) -> Void
    ) -> Bytes {
        var output = [UInt8](repeating: 0, count: 64)
        output.reserveCapacity(64 + planes * rows * columns / 2)
        output[0] = UInt8(planes)
        var line = [UInt8](repeating: 0, count: columns)
        for plane in 0..<planes {
            for byte in 0..<4 { output[4 + 4 * plane + byte] = UInt8(truncatingIfNeeded: output.count >> (8 * byte)) }
            for row in 0..<rows {
                fill(plane, row, &line)
                append(line, to: &output)
            }
            if !output.count.isMultiple(of: 2) { output.append(0) }
        }
        return Bytes(output)
    }

    /// One row (§G.3.1): three equal bytes are a repeated run, two of them only where no literal run is open.
    private static func append(_ line: [UInt8], to output: inout [UInt8]) {
        var literal = 0
        var at = 0
        func flush(_ end: Int) {
            var start = literal
            while start < end {
                let count = min(128, end - start)
                output.append(UInt8(count - 1))
                output += line[start..<(start + count)]
                start += count
            }
        }
        while at < line.count {
            let value = line[at]
            var end = at + 1
            let limit = min(line.count, at + 128)
            while end < limit, line[end] == value { end += 1 }
            let count = end - at
            if count >= 3 || count == 2 && literal == at {
                flush(at)
                output.append(UInt8(257 - count))
                output.append(value)
                literal = end
            }
            at = end
        }
        flush(line.count)
    }
}
