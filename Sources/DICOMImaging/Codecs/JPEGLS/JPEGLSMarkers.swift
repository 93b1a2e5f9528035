import ByteIO

/// The marker segments of a JPEG-LS codestream (ITU-T T.87 Annex C, T.81 §B.1.1).
struct JPEGLSMarkers: Sendable {
    /// One marker and its parameters.
    struct Segment {
        let marker: UInt8
        /// Without the length.
        let payload: Bytes
        /// Of the marker, within the codestream.
        let offset: Int
    }

    static let startOfImage: UInt8 = 0xD8
    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA
    static let numberOfLines: UInt8 = 0xDC
    static let restartInterval: UInt8 = 0xDD
    static let application8: UInt8 = 0xE8
    static let startOfFrame: UInt8 = 0xF7
    static let preset: UInt8 = 0xF8

    private let data: Bytes
    /// Where the next marker is expected.
    private(set) var offset = 0

    init(_ data: Bytes, at offset: Int = 0) {
        self.data = data
        self.offset = offset
    }

    /// The next segment; `nil` at EOI and at the end of the data.
    mutating func next() throws(ImagingError) -> Segment? {
        let start = offset
        guard let marker = try Self.marker(in: data, at: &offset), marker != Self.endOfImage else { return nil }
        if marker == Self.startOfImage || (0xD0...0xD7).contains(marker) {
            return Segment(marker: marker, payload: Bytes(), offset: start)
        }
        guard offset + 2 <= data.count else { throw Self.cut(offset) }
        let length = Int(data[offset]) << 8 | Int(data[offset + 1])
        guard length >= 2, let payload = data.slice(from: offset + 2, count: length - 2) else {
            throw Self.cut(offset)
        }
        offset += length
        return Segment(marker: marker, payload: payload, offset: start)
    }

    /// The marker at `offset`, any number of 0xFF before its code; `nil` where the data ends.
    private static func marker(in data: Bytes, at offset: inout Int) throws(ImagingError) -> UInt8? {
        guard offset < data.count else { return nil }
        guard data[offset] == 0xFF else {
            throw ImagingError(.corrupt, at: offset, "the JPEG-LS codestream has no marker where one is due")
        }
        while offset < data.count, data[offset] == 0xFF { offset += 1 }
        guard offset < data.count else { return nil }
        defer { offset += 1 }
        return data[offset]
    }

    /// Passes the restart marker RSTm, m = `number` modulo 8, at `offset`.
    static func restart(_ number: Int, in data: Bytes, at offset: Int) throws(ImagingError) -> Int {
        var end = offset
        guard let marker = try marker(in: data, at: &end) else { throw cut(offset) }
        guard marker == 0xD0 | UInt8(number & 7) else {
            throw ImagingError(.corrupt, at: offset, "the JPEG-LS codestream lacks a restart marker")
        }
        return end
    }

    /// The lines that a DNL segment behind the first scan's data says, for a frame header that leaves them open.
    func linesBehindScan() throws(ImagingError) -> Int {
        var position = offset
        while position + 1 < data.count {
            guard data[position] == 0xFF, data[position + 1] >= 0x80, data[position + 1] != 0xFF else {
                position += 1
                continue
            }
            if (0xD0...0xD7).contains(data[position + 1]) {
                position += 2
                continue
            }
            var markers = JPEGLSMarkers(data, at: position)
            guard let segment = try markers.next(), segment.marker == Self.numberOfLines else { break }
            return Self.number(segment.payload)
        }
        throw ImagingError(.corrupt, "the JPEG-LS codestream does not say how many lines it has")
    }

    /// Big-endian bytes as a number, at most four of them; 0 where there are more.
    static func number(_ bytes: Bytes) -> Int {
        bytes.count > 4 ? 0 : bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    static func cut(_ offset: Int) -> ImagingError {
        ImagingError(.truncated, at: offset, "the JPEG-LS codestream is cut short")
    }
}

extension Bytes {
    /// `count` bytes from `start`; `nil` where they are not all there.
    fileprivate func slice(from start: Int, count: Int) -> Bytes? {
        guard start >= 0, count >= 0, start <= self.count, count <= self.count - start else { return nil }
        return slice(start..<(start + count))
    }
}
