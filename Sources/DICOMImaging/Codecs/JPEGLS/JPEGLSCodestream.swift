import ByteIO

/// JPEG-LS (ITU-T T.87 | ISO/IEC 14495-1), lossless and near-lossless, of 2 to 16 bits and up to four components.
struct JPEGLSCodestream: Codestream {
    let header: CodestreamHeader
    private let data: Bytes
    private let headers: JPEGLSHeaders
    /// Behind the headers.
    private let firstScan: Int

    init(_ data: Bytes) throws(ImagingError) {
        var markers = JPEGLSMarkers(data)
        guard let start = try markers.next(), start.marker == JPEGLSMarkers.startOfImage else {
            throw ImagingError(.corrupt, at: 0, "the codestream is not JPEG-LS")
        }
        var headers = JPEGLSHeaders()
        var offset = markers.offset
        while let segment = try markers.next(), segment.marker != JPEGLSMarkers.startOfScan {
            try headers.read(segment)
            offset = markers.offset
        }
        if headers.frame?.rows == 0 { headers.setRows(try markers.linesBehindScan()) }
        guard let frame = headers.frame, frame.rows > 0, frame.columns > 0 else {
            throw ImagingError(.corrupt, "the JPEG-LS codestream has no dimensions")
        }
        self.data = data
        self.headers = headers
        firstScan = offset
        header = CodestreamHeader(
            rows: frame.rows, columns: frame.columns, components: frame.components.count, precision: frame.precision)
    }

    /// A line that repeats the one above takes a bit for each 32768 pixels.
    var leastBytes: Int { header.rows / 8 * (header.columns / 32768 + 1) }

    func samples() throws(ImagingError) -> Bytes {
        let rowBytes = header.columns * header.components * header.bytesPerSample
        let (count, overflow) = header.rows.multipliedReportingOverflow(by: rowBytes)
        guard !overflow, count <= PixelDescription.maximumFrameBytes else {
            throw ImagingError(.tooLarge, "the JPEG-LS picture is over the limit")
        }
        return try unsafe Bytes(count: count) { (target) throws(ImagingError) in
            try unsafe decode(into: target)
        }
    }

    /// Every scan, until each component has come once; a missing EOI does no harm.
    private func decode(into target: UnsafeMutableRawBufferPointer) throws(ImagingError) {
        var headers = headers
        var markers = JPEGLSMarkers(data, at: firstScan)
        var missing = Set(0..<header.components)
        while !missing.isEmpty {
            guard let segment = try markers.next() else {
                throw ImagingError(.truncated, at: data.count, "the JPEG-LS codestream lacks a component")
            }
            guard segment.marker == JPEGLSMarkers.startOfScan else {
                try headers.read(segment)
                continue
            }
            let scan = try headers.scan(segment)
            guard missing.isSuperset(of: scan.components) else {
                throw ImagingError(.corrupt, at: segment.offset, "two JPEG-LS scans hold the same component")
            }
            let end = try unsafe scan.decode(data, from: markers.offset, into: target)
            missing.subtract(scan.components)
            markers = JPEGLSMarkers(data, at: end)
        }
    }
}
