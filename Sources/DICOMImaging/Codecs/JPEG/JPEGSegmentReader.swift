import ByteIO

/// Reads a JPEG codestream from marker to marker (T.81 Annex B) and keeps the tables defined on the way.
struct JPEGSegmentReader: Sendable {
    /// What a decoder has to act upon.
    enum Segment {
        case frame(JPEGFrameHeader)
        case scan(JPEGScanHeader)
        /// DNL: the number of lines (§B.2.5).
        case lines(Int)
        case endOfImage
        /// The data end where a marker should be: some writers leave the EOI out.
        case endOfData
    }

    let data: Bytes
    /// Where the next marker is looked for.
    var offset = 2
    private(set) var tables = JPEGTables()
    private(set) var marks = JPEGColourMarks()
    /// The EOI was read.
    private(set) var hasEnded = false
    private var frame: JPEGFrameHeader?

    init(_ data: Bytes) throws(ImagingError) {
        self.data = data
        guard data.count >= 2 else { throw ImagingError(.truncated, at: 0, "the JPEG codestream is cut short") }
        guard data[0] == 0xFF, data[1] == 0xD8 else {
            throw ImagingError(.corrupt, at: 0, "the JPEG codestream does not begin with SOI")
        }
    }

    /// The next segment that is more than a table or a comment.
    mutating func next() throws(ImagingError) -> Segment {
        while let marker = nextMarker() {
            switch marker {
            case 0x01, 0xD0...0xD7: continue
            case 0xD8: throw ImagingError(.corrupt, at: offset, "a second JPEG image begins before the first ends")
            case 0xD9:
                hasEnded = true
                return .endOfImage
            default: break
            }
            let start = offset
            let body = try segment()
            do {
                if let segment = try read(marker, body) { return segment }
            } catch { throw ImagingError(error.code, at: start, error.reason) }
        }
        return .endOfData
    }

    /// The next scan; `nil` at the end of the image.
    mutating func nextScan() throws(ImagingError) -> JPEGScanHeader? {
        while true {
            switch try next() {
            case .scan(let scan): return scan
            case .endOfImage, .endOfData: return nil
            // Only of use where the frame header left the number out.
            case .lines: continue
            case .frame: throw ImagingError(.corrupt, at: offset, "a second JPEG frame header")
            }
        }
    }

    /// Skips to the next marker: fill bytes (§B.1.1.2), and what a scan left unread.
    private mutating func nextMarker() -> UInt8? {
        while offset + 1 < data.count {
            if data[offset] == 0xFF, data[offset + 1] != 0, data[offset + 1] != 0xFF {
                offset += 2
                return data[offset - 1]
            }
            offset += 1
        }
        return nil
    }

    private mutating func segment() throws(ImagingError) -> Bytes {
        guard offset + 2 <= data.count else {
            throw ImagingError(.truncated, at: offset, "a JPEG marker segment is cut short")
        }
        let length = data.bigEndian16(at: offset)
        guard length >= 2 else { throw ImagingError(.corrupt, at: offset, "a JPEG marker segment has no length") }
        guard let body = data.slice((offset + 2)..<(offset + length)) else {
            throw ImagingError(.truncated, at: offset, "a JPEG marker segment is cut short")
        }
        offset += length
        return body
    }

    private mutating func read(_ marker: UInt8, _ body: Bytes) throws(ImagingError) -> Segment? {
        switch marker {
        case 0xC4: try tables.readHuffmanCodes(body)
        case 0xDB: try tables.readQuantisation(body)
        case 0xDD:
            guard body.count >= 2 else { throw ImagingError(.corrupt, "a DRI segment is too short") }
            tables.restartInterval = body.bigEndian16(at: 0)
        case 0xDA:
            guard let frame else { throw ImagingError(.corrupt, "a JPEG scan stands before the frame header") }
            return .scan(try JPEGScanHeader(body, of: frame))
        case 0xDC:
            guard body.count >= 2 else { throw ImagingError(.corrupt, "a DNL segment is too short") }
            return .lines(body.bigEndian16(at: 0))
        case 0xE0 where body.starts(with: Array("JFIF\0".utf8)) && body.count >= 14: marks.isJFIF = true
        case 0xEE where body.starts(with: Array("Adobe".utf8)) && body.count >= 12: marks.adobeTransform = body[11]
        default:
            guard let process = try JPEGProcess(marker: marker) else { return nil }
            guard frame == nil else { throw ImagingError(.corrupt, "a second JPEG frame header") }
            let header = try JPEGFrameHeader(body, process)
            frame = header
            return .frame(header)
        }
        return nil
    }
}
