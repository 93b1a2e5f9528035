import ByteIO

/// JPEG of 8 bits, sequential or progressive (T.81 Processes 1, 2 and 10), without colour conversion, by libjpeg.
struct JPEGLibraryCodestream: Codestream {
    let header: CodestreamHeader
    private let start: JPEGStart

    init(_ start: JPEGStart) {
        self.start = start
        header = CodestreamHeader(start)
    }

    func samples() throws(ImagingError) -> Bytes {
        try start.requireBlocks()
        try requireScans()
        return try JPEGCodec.decode(
            start.segments.data, rows: header.rows, columns: header.columns, components: header.components)
    }

    /// libjpeg fills up what later scans would have told, and says nothing of it.
    private func requireScans() throws(ImagingError) {
        var progress = JPEGProgress(start)
        var segments = start.segments
        var next: JPEGScanHeader? = start.scan
        while let scan = next {
            try progress.admit(scan, at: segments.offset)
            next = progress.isComplete ? nil : try segments.nextScan()
        }
        try progress.requireEnd(of: segments)
    }
}

extension CodestreamHeader {
    /// What a DCT frame says.
    init(_ start: JPEGStart) {
        let frame = start.frame
        self.init(
            rows: frame.rows, columns: frame.columns, components: frame.components.count, precision: frame.precision,
            colour: start.segments.marks.colour(of: frame.components))
    }
}
