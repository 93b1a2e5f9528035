/// What the samples of a pixel stand for (PS3.3 C.7.6.3.1.2).
public enum PhotometricInterpretation: String, Sendable, Hashable, Codable {
    case monochrome1 = "MONOCHROME1"
    case monochrome2 = "MONOCHROME2"
    case paletteColor = "PALETTE COLOR"
    case rgb = "RGB"
    case ybrFull = "YBR_FULL"
    case ybrFull422 = "YBR_FULL_422"
    /// Retired.
    case ybrPartial422 = "YBR_PARTIAL_422"
    case ybrPartial420 = "YBR_PARTIAL_420"
    case ybrIrreversible = "YBR_ICT"
    case ybrReversible = "YBR_RCT"
    /// Retired. Decodes, but is not shown; so do the next two.
    case hsv = "HSV"
    case argb = "ARGB"
    case cmyk = "CMYK"
    /// None of the values that are defined. Decodes, but cannot be shown.
    case other = ""

    /// The interpretation that `text` names; `.other` where it names none.
    public init(named text: String) {
        self = Self(rawValue: text.trimmed.uppercased()) ?? .other
    }

    /// One grey sample a pixel.
    public var isMonochrome: Bool { self == .monochrome1 || self == .monochrome2 }
}

extension String {
    /// Without the padding that DICOM allows around a code string (PS3.5 §6.2).
    var trimmed: String {
        var text = self[...]
        while let last = text.unicodeScalars.last, last == " " || last == "\0" { text.unicodeScalars.removeLast() }
        while let first = text.unicodeScalars.first, first == " " { text.unicodeScalars.removeFirst() }
        return String(text)
    }
}
