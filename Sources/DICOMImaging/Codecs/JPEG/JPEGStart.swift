import ByteIO

/// A JPEG codestream up to its first scan: all that decides who decodes it and how much memory that takes.
struct JPEGStart: Sendable {
    /// Stands behind the header of the first scan.
    let segments: JPEGSegmentReader
    /// With its number of lines.
    let frame: JPEGFrameHeader
    let scan: JPEGScanHeader
    /// The number of lines came from a DNL segment.
    let needsLines: Bool

    init(_ data: Bytes) throws(ImagingError) {
        var segments = try JPEGSegmentReader(data)
        guard case .frame(var frame) = try segments.next() else {
            throw ImagingError(.truncated, at: segments.offset, "the JPEG codestream has no frame header")
        }
        guard let scan = try segments.nextScan() else {
            throw ImagingError(.truncated, at: segments.offset, "the JPEG codestream has no scan")
        }
        needsLines = frame.rows == 0
        if needsLines { frame.rows = try Self.lines(segments) }
        self.segments = segments
        self.frame = frame
        self.scan = scan
    }

    /// The DNL segment that has to follow the first scan where the frame header left the number of lines out (§B.2.5).
    private static func lines(_ segments: JPEGSegmentReader) throws(ImagingError) -> Int {
        var segments = segments
        guard case .lines(let rows) = try segments.next(), rows > 0 else {
            throw ImagingError(.corrupt, at: segments.offset, "the JPEG codestream does not tell its number of lines")
        }
        return rows
    }

    /// Blocks that the components of a DCT frame have.
    var blocks: Int {
        JPEGTransformComponent.all(of: frame).components.reduce(0) { $0 + $1.blockColumns * $1.blockRows }
    }

    /// Each block takes a DC code, and of a sequential frame an AC code.
    func requireBlocks() throws(ImagingError) { try require(bits: frame.process == .progressive ? blocks : 2 * blocks) }

    /// The shortest code has one bit. Data that have less than `bits` cannot fill the frame: nothing is reserved.
    func require(bits: Int) throws(ImagingError) {
        guard bits / 8 <= segments.data.count else {
            throw ImagingError(.truncated, "the JPEG codestream is too short for its frame")
        }
    }
}
