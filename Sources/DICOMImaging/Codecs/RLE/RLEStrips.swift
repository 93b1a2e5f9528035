/// Puts the byte planes of a frame together (PS3.5 §G.2), a strip of each at a time, so that they stay in the cache.
struct RLEStrips {
    /// Pixels at a time.
    private static let length = 4096

    /// Samples a pixel.
    let samples: Int
    /// Bytes a sample.
    let width: Int

    /// Decodes a frame of `pixels` pixels: samples side by side, little-endian.
    /// - Parameters:
    ///   - planes: `samples` × `width`, of each sample the most significant first.
    ///   - target: as long as all planes. What a segment holds beyond its plane is padding.
    func decode(
        _ planes: [RLESegment], pixels: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        guard let output = target.baseAddress, planes.count == samples * width,
            target.count == pixels * planes.count
        else { return }
        var planes = planes
        let step = Self.length + RLESegment.slack
        let strips = UnsafeMutableRawPointer.allocate(byteCount: planes.count * step, alignment: 16)
        defer { unsafe strips.deallocate() }
        /// Bytes that the last run left for the next strip.
        var kept = [Int](repeating: 0, count: planes.count)
        for first in stride(from: 0, to: pixels, by: Self.length) {
            let count = min(Self.length, pixels - first)
            for plane in planes.indices {
                let strip = unsafe strips + plane * step
                let found = unsafe planes[plane].unpack(into: strip, from: kept[plane], upTo: count)
                guard found >= count else {
                    throw ImagingError(
                        .truncated, at: planes[plane].start,
                        "an RLE segment holds \(first + found) of \(pixels) bytes")
                }
                kept[plane] = found - count
            }
            unsafe interleave(strips, step, count, into: output + first * planes.count)
            for plane in planes.indices where kept[plane] > 0 {
                // `kept` is less than a run: what moves lies within the strip.
                let strip = unsafe strips + plane * step
                unsafe strip.copyMemory(from: strip + count, byteCount: kept[plane])
            }
        }
    }

    private func interleave(
        _ strips: UnsafeMutableRawPointer, _ step: Int, _ count: Int, into output: UnsafeMutableRawPointer
    ) {
        func strip(_ plane: Int) -> UnsafePointer<UInt8> {
            unsafe UnsafePointer((strips + plane * step).assumingMemoryBound(to: UInt8.self))
        }
        let bytes = unsafe output.assumingMemoryBound(to: UInt8.self)
        switch (samples, width) {
        case (1, 1): unsafe output.copyMemory(from: strips, byteCount: count)
        case (1, 2): unsafe Self.words(strip(0), strip(1), count, into: output)
        case (3, 1): unsafe Self.triples(strip(0), strip(1), strip(2), count, into: bytes)
        default:
            let pixel = samples * width
            for plane in 0..<pixel {
                let start = unsafe bytes + (plane / width * width + (width - 1 - plane % width))
                let source = unsafe strip(plane)
                for index in 0..<count { unsafe start[index &* pixel] = source[index] }
            }
        }
    }

    /// One sample of 16 bits.
    private static func words(
        _ high: UnsafePointer<UInt8>, _ low: UnsafePointer<UInt8>, _ count: Int, into output: UnsafeMutableRawPointer
    ) {
        let words = unsafe output.assumingMemoryBound(to: UInt16.self)
        for index in 0..<count { unsafe words[index] = UInt16(high[index]) &<< 8 | UInt16(low[index]) }
    }

    /// Three samples of 8 bits.
    private static func triples(
        _ red: UnsafePointer<UInt8>, _ green: UnsafePointer<UInt8>, _ blue: UnsafePointer<UInt8>, _ count: Int,
        into output: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<count {
            unsafe output[3 &* index] = red[index]
            unsafe output[3 &* index &+ 1] = green[index]
            unsafe output[3 &* index &+ 2] = blue[index]
        }
    }
}
