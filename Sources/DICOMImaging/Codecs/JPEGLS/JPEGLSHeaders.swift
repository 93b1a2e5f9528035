import ByteIO

/// The frame header, SOF₅₅ (ITU-T T.87 §C.2.2).
struct JPEGLSFrame: Sendable, Hashable {
    var precision: Int
    var rows: Int
    var columns: Int
    /// Identifiers.
    var components: [UInt8]

    var bytesPerSample: Int { precision <= 8 ? 1 : 2 }

    init(_ segment: JPEGLSMarkers.Segment) throws(ImagingError) {
        let payload = segment.payload
        guard payload.count >= 6, payload.count == 6 + 3 * Int(payload[5]) else {
            throw ImagingError(.corrupt, at: segment.offset, "the JPEG-LS frame header has a wrong length")
        }
        precision = Int(payload[0])
        rows = Int(payload[1]) << 8 | Int(payload[2])
        columns = Int(payload[3]) << 8 | Int(payload[4])
        components = (0..<Int(payload[5])).map { payload[6 + 3 * $0] }
        guard (2...16).contains(precision), Set(components).count == components.count, !components.isEmpty else {
            throw ImagingError(.corrupt, at: segment.offset, "the JPEG-LS frame header is impossible")
        }
        guard components.count <= 4 else {
            throw ImagingError(.unsupported, "JPEG-LS with \(components.count) components is not supported")
        }
        let sampling = Set((0..<components.count).map { payload[7 + 3 * $0] })
        guard sampling.count == 1 else {
            throw ImagingError(.unsupported, "JPEG-LS with subsampled components is not supported")
        }
    }
}

/// What the marker segments up to a scan say.
struct JPEGLSHeaders: Sendable, Hashable {
    private(set) var frame: JPEGLSFrame?
    private var preset = JPEGLSPreset()
    private var restartInterval = 0

    /// Takes in one segment before a scan.
    mutating func read(_ segment: JPEGLSMarkers.Segment) throws(ImagingError) {
        switch segment.marker {
        case JPEGLSMarkers.startOfFrame:
            guard frame == nil else {
                throw ImagingError(.corrupt, at: segment.offset, "the JPEG-LS codestream has two frame headers")
            }
            frame = try JPEGLSFrame(segment)
        case JPEGLSMarkers.preset: try readPreset(segment)
        case JPEGLSMarkers.restartInterval:
            guard (2...4).contains(segment.payload.count) else { throw Self.wrongLength(segment) }
            restartInterval = JPEGLSMarkers.number(segment.payload)
        case JPEGLSMarkers.application8: try checkTransform(segment)
        case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF9:
            throw ImagingError(.unsupported, at: segment.offset, "the codestream is JPEG, but not JPEG-LS part 1")
        default: break
        }
    }

    /// LSE (§C.2.4).
    private mutating func readPreset(_ segment: JPEGLSMarkers.Segment) throws(ImagingError) {
        let payload = segment.payload
        func number(_ index: Int) -> Int { Int(payload[1 + 2 * index]) << 8 | Int(payload[2 + 2 * index]) }
        switch payload.first {
        case 1:
            guard payload.count == 11 else { throw Self.wrongLength(segment) }
            preset = JPEGLSPreset(
                maximum: number(0), t1: number(1), t2: number(2), t3: number(3), reset: number(4))
        case 2, 3: break  // A mapping table; a scan that uses one is refused.
        case 4:
            guard payload.count >= 2, payload.count == 2 + 2 * Int(payload[1]), (1...4).contains(payload[1]),
                frame != nil
            else { throw Self.wrongLength(segment) }
            let width = Int(payload[1])
            let rows = JPEGLSMarkers.number(payload[clamping: 2..<(2 + width)])
            let columns = JPEGLSMarkers.number(payload[clamping: (2 + width)..<payload.count])
            if frame?.rows == 0 { frame?.rows = rows }
            if frame?.columns == 0 { frame?.columns = columns }
        default:
            throw ImagingError(.unsupported, at: segment.offset, "JPEG-LS part 2 is not supported")
        }
    }

    /// A private application marker announces colours mixed after a scheme of the format's inventors.
    private func checkTransform(_ segment: JPEGLSMarkers.Segment) throws(ImagingError) {
        let payload = segment.payload
        guard payload.count == 5, payload.starts(with: Array("mrfx".utf8)), payload[4] != 0 else { return }
        throw ImagingError(.unsupported, at: segment.offset, "JPEG-LS with HP's colour transform is not supported")
    }

    /// Takes in the lines that a DNL segment tells.
    mutating func setRows(_ rows: Int) { frame?.rows = rows }

    /// The scan that an SOS segment (§C.2.3) begins.
    func scan(_ segment: JPEGLSMarkers.Segment) throws(ImagingError) -> JPEGLSScan {
        let payload = segment.payload
        guard let frame else {
            throw ImagingError(.corrupt, at: segment.offset, "a JPEG-LS scan has no frame header before it")
        }
        guard let count = payload.first.map(Int.init), (1...4).contains(count), payload.count == 4 + 2 * count else {
            throw Self.wrongLength(segment)
        }
        var components: [Int] = []
        for index in 0..<count {
            guard let place = frame.components.firstIndex(of: payload[1 + 2 * index]), !components.contains(place)
            else { throw ImagingError(.corrupt, at: segment.offset, "a JPEG-LS scan names an impossible component") }
            guard payload[2 + 2 * index] == 0 else {
                throw ImagingError(.unsupported, at: segment.offset, "JPEG-LS mapping tables are not supported")
            }
            components.append(place)
        }
        let near = Int(payload[1 + 2 * count])
        guard let interleave = JPEGLSScan.Interleave(rawValue: payload[2 + 2 * count]),
            interleave != .none || count == 1
        else { throw ImagingError(.corrupt, at: segment.offset, "a JPEG-LS scan has an impossible interleave mode") }
        guard payload[3 + 2 * count] & 0x0F == 0 else {
            throw ImagingError(.unsupported, at: segment.offset, "JPEG-LS with a point transform is not supported")
        }
        return JPEGLSScan(
            components: components, interleave: interleave,
            parameters: try JPEGLSParameters(precision: frame.precision, near: near, preset: preset),
            restartInterval: restartInterval, frame: frame)
    }

    private static func wrongLength(_ segment: JPEGLSMarkers.Segment) -> ImagingError {
        ImagingError(.corrupt, at: segment.offset, "a JPEG-LS marker segment has a wrong length")
    }
}
