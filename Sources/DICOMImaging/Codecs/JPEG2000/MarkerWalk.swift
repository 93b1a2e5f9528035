import ByteIO

/// Goes from marker to marker through a JPEG 2000 codestream, never beyond its end.
struct MarkerWalk {
    /// The markers that are looked at (ISO/IEC 15444-1 table A.2, 15444-2 table A.2).
    enum Marker: Int {
        case startOfCodestream = 0xFF4F
        case size = 0xFF51
        case codingStyle = 0xFF52
        case componentCodingStyle = 0xFF53
        case transform = 0xFF74
        case transformCollection = 0xFF75
        case transformOrder = 0xFF77
        case startOfTilePart = 0xFF90
        case startOfData = 0xFF93
        case endOfCodestream = 0xFFD9
        /// Any other marker with a segment.
        case other = 0
    }

    private let codestream: Bytes
    private(set) var offset: Int

    init(_ codestream: Bytes, at offset: Int = 0) {
        self.codestream = codestream
        self.offset = offset
    }

    /// The marker here; the walk goes on behind it.
    mutating func marker() throws(ImagingError) -> Marker {
        guard offset >= 0, offset <= codestream.count - 2 else {
            throw ImagingError(.truncated, at: offset, "the JPEG 2000 codestream ends within its headers")
        }
        let code = Int(codestream[offset]) << 8 | Int(codestream[offset + 1])
        guard code >= 0xFF01 else {
            throw ImagingError(.corrupt, at: offset, "no marker where the JPEG 2000 codestream needs one")
        }
        offset += 2
        return Marker(rawValue: code) ?? .other
    }

    /// The segment of the marker before; the walk goes on behind it.
    mutating func segment() throws(ImagingError) -> Segment {
        guard offset <= codestream.count - 2 else {
            throw ImagingError(.truncated, at: offset, "the JPEG 2000 codestream ends within its headers")
        }
        let length = Int(codestream[offset]) << 8 | Int(codestream[offset + 1])
        guard length >= 2, let content = codestream.slice((offset + 2)..<(offset + length)) else {
            throw ImagingError(.truncated, at: offset, "a JPEG 2000 marker segment leaves the codestream")
        }
        defer { offset += length }
        return Segment(content, start: offset)
    }
}

/// The content of a marker segment, field by field.
struct Segment {
    private let content: Bytes
    private var position = 0
    /// Where in the codestream the segment begins.
    let start: Int

    init(_ content: Bytes, start: Int) {
        self.content = content
        self.start = start
    }

    mutating func uint8() throws(ImagingError) -> Int { try number(bytes: 1) }
    mutating func uint16() throws(ImagingError) -> Int { try number(bytes: 2) }
    mutating func uint32() throws(ImagingError) -> Int { try number(bytes: 4) }

    private mutating func number(bytes: Int) throws(ImagingError) -> Int {
        guard position <= content.count - bytes else {
            throw ImagingError(.corrupt, at: start + position, "a JPEG 2000 marker segment is too short")
        }
        var value = 0
        for index in position..<(position + bytes) { value = value << 8 | Int(content[index]) }
        position += bytes
        return value
    }
}
