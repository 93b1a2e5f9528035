/// The tag of an attribute: its group and element number (PS3.5 §7.1).
///
/// Attributes of the data dictionary have constants under their keywords: `Tag.PatientID`.
public struct Tag: RawRepresentable, Hashable, Comparable, Sendable {
    /// Group in the upper, element in the lower 16 bits.
    public let rawValue: UInt32

    /// The tag whose group stands in the upper and whose element stands in the lower 16 bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The tag (`group`,`element`).
    @inlinable
    public init(_ group: UInt16, _ element: UInt16) { self.init(rawValue: UInt32(group) << 16 | UInt32(element)) }

    /// The tag that eight hexadecimal digits spell, as DICOM JSON and QIDO-RS write it ("00100020").
    public init?(hexadecimal: some StringProtocol) {
        guard hexadecimal.utf8.count == 8, hexadecimal.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt32(hexadecimal, radix: 16)
        else { return nil }
        self.init(rawValue: value)
    }

    /// Group number.
    @inlinable public var group: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }

    /// Element number.
    @inlinable public var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// Whether the group is odd: the attribute belongs to an implementer (PS3.5 §7.8).
    @inlinable public var isPrivate: Bool { rawValue & 0x1_0000 != 0 }

    /// Whether the element reserves a block for a private creator, (gggg,0010-00FF) with gggg odd (PS3.5 §7.8.1).
    public var isPrivateCreator: Bool { isPrivate && (0x10...0xFF).contains(element) }

    /// Whether the element is a group length, (gggg,0000) (PS3.5 §7.2).
    @inlinable public var isGroupLength: Bool { rawValue & 0xFFFF == 0 }

    /// Eight upper-case hexadecimal digits ("00100020").
    public var hexadecimal: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    @inlinable
    public static func < (left: Tag, right: Tag) -> Bool { left.rawValue < right.rawValue }
}

extension Tag: CustomStringConvertible {
    /// "(gggg,eeee)" in lower-case hexadecimal.
    public var description: String {
        let digits = hexadecimal.lowercased()
        return "(\(digits.prefix(4)),\(digits.suffix(4)))"
    }
}

extension Tag {
    static var item: Tag { Tag(rawValue: 0xFFFE_E000) }
    static var itemDelimitation: Tag { Tag(rawValue: 0xFFFE_E00D) }
    static var sequenceDelimitation: Tag { Tag(rawValue: 0xFFFE_E0DD) }
}
