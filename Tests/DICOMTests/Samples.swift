import ByteIO
import DICOM

/// Small files made by hand: bytes as the standard writes them, independent of the code under test.
enum Samples {
    static func text(_ string: String) -> [UInt8] { Array(string.utf8) }
    static func le16(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    static func le32(_ value: Int) -> [UInt8] { le16(value & 0xFFFF) + le16(value >> 16 & 0xFFFF) }
    static func be16(_ value: Int) -> [UInt8] { le16(value).reversed() }
    static func be32(_ value: Int) -> [UInt8] { le32(value).reversed() }
    static func tag(_ tag: Tag) -> [UInt8] { le16(Int(tag.group)) + le16(Int(tag.element)) }

    /// An element in explicit VR little endian; `length` overrides what is written as its length.
    static func explicit(_ tag: Tag, _ vr: String, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
        let isLong = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].contains(vr)
        let count = length ?? value.count
        return self.tag(tag) + text(vr) + (isLong ? [0, 0] + le32(count) : le16(count)) + value
    }

    static func implicit(_ tag: Tag, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
        self.tag(tag) + le32(length ?? value.count) + value
    }

    static func big(_ tag: Tag, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        be16(Int(tag.group)) + be16(Int(tag.element)) + text(vr)
            + (["OB", "OW", "SQ", "UN"].contains(vr) ? [0, 0] + be32(value.count) : be16(value.count)) + value
    }

    static let undefined = 0xFFFF_FFFF
    static let itemDelimiter: [UInt8] = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
    static let sequenceDelimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]

    static func item(_ content: [UInt8], length: Int? = nil) -> [UInt8] {
        [0xFE, 0xFF, 0x00, 0xE0] + le32(length ?? content.count) + content
    }

    static func undefinedItem(_ content: [UInt8]) -> [UInt8] { item(content, length: undefined) + itemDelimiter }

    /// Preamble, prefix and file meta information that name `transferSyntax`, and `dataSet`.
    static func file(_ transferSyntax: String, _ dataSet: [UInt8]) -> Bytes {
        var uid = text(transferSyntax)
        if !uid.count.isMultiple(of: 2) { uid.append(0) }
        let meta =
            explicit(.FileMetaInformationVersion, "OB", [0, 1])
            + explicit(.TransferSyntaxUID, "UI", uid)
        return Bytes(
            [UInt8](repeating: 0, count: 128) + text("DICM")
                + explicit(.FileMetaInformationGroupLength, "UL", le32(meta.count)) + meta + dataSet)
    }

    static func explicitFile(_ dataSet: [UInt8]) -> Bytes { file(UID.ExplicitVRLittleEndian, dataSet) }

    static let head =
        explicit(.SOPClassUID, "UI", text("1.2.840.10008.5.1.4.1.1.2\0"))
        + explicit(.Modality, "CS", text("CT"))

    /// Nesting in all its forms: known and undefined lengths, a private block, fragments.
    static let nested: Bytes = {
        let code = explicit(.CodeValue, "SH", text("ABC "))
        let inner = explicit(.ConceptCodeSequence, "SQ", undefinedItem(code) + sequenceDelimiter, length: undefined)
        let sequence = explicit(.ContentSequence, "SQ", item(inner) + undefinedItem(code))
        let privates =
            explicit(Tag(0x0029, 0x0010), "LO", text("TARN TEST "))
            + explicit(Tag(0x0029, 0x1001), "UN", [1, 2, 3, 4])
        let pixels = explicit(
            .PixelData, "OB", item([]) + item([9, 8, 7, 6]) + item([5, 4]) + sequenceDelimiter, length: undefined)
        return file(UID.RLELossless, head + privates + sequence + pixels)
    }()
}
