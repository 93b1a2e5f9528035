import ByteIO

/// The marker segments that say how large a JPEG 2000 codestream is and how finely it is cut (ISO/IEC 15444-1 Annex A).
///
/// Read by ourselves, so that what a library would reserve is known before it is called.
struct JPEG2000Header {
    /// Image and tile size on the reference grid (SIZ, A.5.1).
    struct Size {
        var image: (left: Int, top: Int, right: Int, bottom: Int)
        var tile: (left: Int, top: Int, width: Int, height: Int)
        var components: [Component]

        var columns: Int { image.right - image.left }
        var rows: Int { image.bottom - image.top }
        var tilesAcross: Int { (image.right - tile.left + tile.width - 1) / tile.width }
        var tilesDown: Int { (image.bottom - tile.top + tile.height - 1) / tile.height }
    }

    struct Component {
        let precision: Int
        let isSigned: Bool
        let stepX: Int
        let stepY: Int
    }

    /// How the packets of a tile-component come about (COD and COC, A.6.1 and A.6.2).
    struct Coding: Hashable {
        var decompositions: Int
        /// High-throughput block coding (15444-15, table A.20).
        var isHighThroughput = false
        /// Wavelet 5-3.
        var isReversible = false
        /// Exponents of width and height of the precincts, for each resolution; empty where all are 2¹⁵.
        var precincts: [UInt8]
    }

    /// COD's own part, for all components.
    struct Style {
        var layers = 1
        /// Multiple component transformation: the components are not those that are coded (A.6.1, table A.17).
        var transforms = false
        var coding = Coding(decompositions: 0, precincts: [])
        /// Components of which COC says otherwise.
        var exceptions: [Int: Coding] = [:]
    }

    let size: Size
    private(set) var style = Style()
    /// Transformations of Part 2 are announced (MCT, MCC or MCO, ISO/IEC 15444-2 Annex A).
    private(set) var hasPart2Transform = false
    /// Where the first tile-part begins.
    private(set) var firstTilePart = 0

    /// Reads the main header of `codestream`, from SOC up to the first SOT.
    init(_ codestream: Bytes) throws(ImagingError) {
        var walk = MarkerWalk(codestream)
        guard try walk.marker() == .startOfCodestream, try walk.marker() == .size else {
            throw ImagingError(.corrupt, at: 0, "the JPEG 2000 codestream does not begin with SOC and SIZ")
        }
        size = try Self.size(try walk.segment())
        var hasStyle = false
        while true {
            let start = walk.offset
            let marker = try walk.marker()
            if marker == .startOfTilePart {
                firstTilePart = start
                break
            }
            let segment = try walk.segment()
            if marker == .codingStyle { hasStyle = true }
            if [.transform, .transformCollection, .transformOrder].contains(marker) { hasPart2Transform = true }
            try style.read(marker, segment, components: size.components.count)
        }
        guard hasStyle else { throw ImagingError(.corrupt, "the JPEG 2000 codestream has no COD") }
    }

    private static func size(_ segment: Segment) throws(ImagingError) -> Size {
        var fields = segment
        _ = try fields.uint16()
        let right = try fields.uint32()
        let bottom = try fields.uint32()
        let left = try fields.uint32()
        let top = try fields.uint32()
        let tileWidth = try fields.uint32()
        let tileHeight = try fields.uint32()
        let tileLeft = try fields.uint32()
        let tileTop = try fields.uint32()
        let count = try fields.uint16()
        guard left < right, top < bottom, tileWidth > 0, tileHeight > 0, tileLeft <= left, tileTop <= top,
            tileLeft + tileWidth > left, tileTop + tileHeight > top, count >= 1
        else { throw ImagingError(.corrupt, at: segment.start, "the JPEG 2000 image has no size") }
        guard count <= 4 else {
            throw ImagingError(.unsupported, "JPEG 2000 with \(count) components is not supported")
        }
        guard right - left <= 65535, bottom - top <= 65535 else {
            throw ImagingError(.corrupt, at: segment.start, "the JPEG 2000 image is larger than an image can be")
        }
        var components: [Component] = []
        for _ in 0..<count {
            let depth = try fields.uint8()
            let component = Component(
                precision: (depth & 127) + 1, isSigned: depth > 127, stepX: try fields.uint8(),
                stepY: try fields.uint8())
            guard component.stepX > 0, component.stepY > 0, component.precision <= 38 else {
                throw ImagingError(.corrupt, at: segment.start, "a JPEG 2000 component has no size")
            }
            components.append(component)
        }
        return Size(
            image: (left, top, right, bottom), tile: (tileLeft, tileTop, tileWidth, tileHeight),
            components: components)
    }
}

extension JPEG2000Header.Style {
    /// Takes what a COD or COC says; other marker segments change nothing.
    mutating func read(
        _ marker: MarkerWalk.Marker, _ segment: Segment, components: Int
    ) throws(ImagingError) {
        var fields = segment
        switch marker {
        case .codingStyle:
            let flags = try fields.uint8()
            _ = try fields.uint8()
            layers = try fields.uint16()
            transforms = try fields.uint8() != 0
            coding = try JPEG2000Header.Coding(&fields, hasPrecincts: flags & 1 != 0)
            // In a tile-part header it holds for all components, whatever the main header said of some (A.6.1).
            exceptions = [:]
            guard layers >= 1 else { throw ImagingError(.corrupt, at: segment.start, "JPEG 2000 without layers") }
        case .componentCodingStyle:
            let component = try components < 257 ? fields.uint8() : fields.uint16()
            let flags = try fields.uint8()
            exceptions[component] = try JPEG2000Header.Coding(&fields, hasPrecincts: flags & 1 != 0)
        default: break
        }
    }
}

extension JPEG2000Header.Coding {
    /// SPcod and SPcoc (table A.20).
    init(_ fields: inout Segment, hasPrecincts: Bool) throws(ImagingError) {
        decompositions = try fields.uint8()
        guard decompositions <= 32 else {
            throw ImagingError(.corrupt, at: fields.start, "JPEG 2000 with \(decompositions) decompositions")
        }
        _ = try fields.uint16()
        isHighThroughput = try fields.uint8() & 0x40 != 0
        isReversible = try fields.uint8() == 1
        precincts = []
        guard hasPrecincts else { return }
        for _ in 0...decompositions { precincts.append(UInt8(try fields.uint8())) }
    }
}
