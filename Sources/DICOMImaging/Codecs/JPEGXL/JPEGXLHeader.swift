import ByteIO

/// The beginning of a JPEG XL codestream (ISO/IEC 18181-1 Annex D): dimensions, bit depth, channels.
///
/// Read by ourselves, so that what the library would reserve is known before it is called.
struct JPEGXLHeader {
    let columns: Int
    let rows: Int
    private(set) var precision = 8
    private(set) var isFloat = false
    private(set) var isGrey = false
    private(set) var extraChannels = 0
    private(set) var hasAlpha = false
    private(set) var isAnimation = false
    private(set) var orientation = 1

    init(_ codestream: Bytes) throws(ImagingError) {
        var bits = BitReader(codestream)
        guard try bits.read(16) == 0x0AFF else {
            throw ImagingError(.corrupt, at: 0, "the JPEG XL codestream has no signature")
        }
        (columns, rows) = try Self.size(&bits)
        // All default: 8 bits, three colours, nothing else.
        if try bits.flag() { return }
        try readExtraFields(&bits)
        (precision, isFloat) = try Self.depth(&bits)
        _ = try bits.flag()
        try readExtraChannels(&bits)
        _ = try bits.flag()
        if try bits.flag() { return }
        // An ICC profile may follow; that the colours are grey is said here all the same.
        _ = try bits.flag()
        isGrey = try bits.enumeration() == 1
    }

    /// SizeHeader (D.2).
    private static func size(_ bits: inout BitReader) throws(ImagingError) -> (columns: Int, rows: Int) {
        func length(_ bits: inout BitReader, isSmall: Bool) throws(ImagingError) -> Int {
            if isSmall { return 8 * (1 + (try bits.read(5))) }
            return 1 + (try bits.choice((0, 9), (0, 13), (0, 18), (0, 30)))
        }
        let isSmall = try bits.flag()
        let rows = try length(&bits, isSmall: isSmall)
        switch try bits.read(3) {
        case 1: return (rows, rows)
        case 2: return (rows * 12 / 10, rows)
        case 3: return (rows * 4 / 3, rows)
        case 4: return (rows * 3 / 2, rows)
        case 5: return (rows * 16 / 9, rows)
        case 6: return (rows * 5 / 4, rows)
        case 7: return (rows * 2, rows)
        default: return (try length(&bits, isSmall: isSmall), rows)
        }
    }

    /// Orientation, intrinsic size, preview and animation (D.3.2).
    private mutating func readExtraFields(_ bits: inout BitReader) throws(ImagingError) {
        guard try bits.flag() else { return }
        orientation = 1 + (try bits.read(3))
        if try bits.flag() { _ = try Self.size(&bits) }
        if try bits.flag() { throw ImagingError(.unsupported, "JPEG XL with a preview is not supported") }
        isAnimation = try bits.flag()
        if isAnimation { throw ImagingError(.unsupported, "an animated JPEG XL is no frame") }
    }

    /// BitDepth (D.3.4).
    private static func depth(_ bits: inout BitReader) throws(ImagingError) -> (Int, Bool) {
        if try bits.flag() {
            let precision = try bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
            _ = try bits.read(4)
            return (precision, true)
        }
        return (try bits.choice((8, 0), (10, 0), (12, 0), (1, 6)), false)
    }

    /// ExtraChannelInfo (D.3.6), as far as alpha; others are refused by name.
    private mutating func readExtraChannels(_ bits: inout BitReader) throws(ImagingError) {
        extraChannels = try bits.choice((0, 0), (1, 0), (2, 4), (1, 12))
        guard extraChannels <= 1 else {
            throw ImagingError(.unsupported, "JPEG XL with \(extraChannels) extra channels is not supported")
        }
        guard extraChannels == 1 else { return }
        hasAlpha = true
        if try bits.flag() { return }
        guard try bits.enumeration() == 0 else {
            throw ImagingError(.unsupported, "JPEG XL with an extra channel other than alpha is not supported")
        }
        _ = try Self.depth(&bits)
        _ = try bits.choice((0, 0), (3, 0), (4, 0), (1, 3))
        let name = try bits.choice((0, 0), (0, 4), (16, 5), (48, 10))
        for _ in 0..<name { _ = try bits.read(8) }
        _ = try bits.flag()
    }
}

/// Bits, least significant first (ISO/IEC 18181-1 §B.2).
struct BitReader {
    private let bytes: Bytes
    private var position = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    mutating func flag() throws(ImagingError) -> Bool { try read(1) == 1 }

    mutating func read(_ count: Int) throws(ImagingError) -> Int {
        guard position + count <= bytes.count * 8 else {
            throw ImagingError(.truncated, at: position / 8, "the JPEG XL codestream ends within its header")
        }
        var value = 0
        for bit in 0..<count {
            let place = position + bit
            value |= (Int(bytes[place / 8]) >> (place % 8) & 1) << bit
        }
        position += count
        return value
    }

    typealias Distribution = (offset: Int, bits: Int)

    /// U32(): two bits choose among four ways to write a number (§B.2.2).
    mutating func choice(
        _ first: Distribution, _ second: Distribution, _ third: Distribution, _ fourth: Distribution
    ) throws(ImagingError) -> Int {
        let chosen =
            switch try read(2) {
            case 0: first
            case 1: second
            case 2: third
            default: fourth
            }
        return chosen.offset + (try read(chosen.bits))
    }

    /// Enum() (§B.2.4).
    mutating func enumeration() throws(ImagingError) -> Int { try choice((0, 0), (1, 0), (2, 4), (18, 6)) }
}
