import ByteIO

/// Lossless JPEG (T.81 Annex H, Process 14): 2 … 16 bits, any predictor, Huffman coded.
///
/// The codestream knows nothing of signs: what is signed is coded as its two's complement bits.
struct JPEGLosslessCodestream: Codestream {
    let header: CodestreamHeader
    private let start: JPEGStart

    init(_ start: JPEGStart) throws(ImagingError) {
        let frame = start.frame
        guard Set(frame.components.map { [$0.horizontal, $0.vertical] }).count == 1 else {
            throw ImagingError(.unsupported, "lossless JPEG with subsampled components is not supported")
        }
        self.start = start
        // No colour: writers mark what is RGB in the data set as YCbCr (JFIF) and the other way round; lossless
        // coding changes no colour, so the data set is right (PS3.5 §8.2.1).
        header = CodestreamHeader(
            rows: frame.rows, columns: frame.columns, components: frame.components.count, precision: frame.precision)
    }

    func samples() throws(ImagingError) -> Bytes {
        let count = header.rows * header.columns * header.components
        try start.require(bits: count)
        return try unsafe Bytes(count: count * header.bytesPerSample) { (target) throws(ImagingError) in
            guard let output = target.baseAddress else { return }
            try unsafe decode(into: output)
        }
    }

    /// All scans; together they must have every component once.
    /// - Parameter output: room for rows × columns × components samples of `header.bytesPerSample`.
    private func decode(into output: UnsafeMutableRawPointer) throws(ImagingError) {
        var segments = start.segments
        var next: JPEGScanHeader? = start.scan
        var missing = Set(start.frame.components.indices)
        while let scan = next {
            let components = Set(scan.components.map(\.index))
            guard components.isSubset(of: missing) else {
                throw ImagingError(.corrupt, at: segments.offset, "a second scan of the same JPEG component")
            }
            missing.subtract(components)
            let decoder = try JPEGLosslessScan(scan, of: start.frame, segments.tables)
            segments.offset = try unsafe segments.data.withUnsafeBytes { (bytes) throws(ImagingError) -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                var reader = unsafe JPEGBitReader(
                    base.assumingMemoryBound(to: UInt8.self), end: bytes.count, offset: segments.offset)
                if header.bytesPerSample == 1 {
                    try unsafe decoder.decode(&reader, into: output.assumingMemoryBound(to: UInt8.self))
                } else {
                    try unsafe decoder.decode(&reader, into: output.assumingMemoryBound(to: UInt16.self))
                }
                return reader.offset
            }
            // What follows the last scan, an EOI or not, changes no sample.
            if missing.isEmpty { return }
            next = try segments.nextScan()
        }
        throw ImagingError(.truncated, at: segments.offset, "the JPEG codestream ends before its last component")
    }
}
