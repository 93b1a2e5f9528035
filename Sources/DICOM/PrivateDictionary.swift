/// The private attributes that the standard knows: those that PS3.15 table E.3.10-1 declares safe.
public enum PrivateDictionary {
    /// One attribute of a private creator.
    public struct Entry: Sendable, Hashable {
        /// VR.
        public let vr: VR
        /// What the attribute means.
        public let meaning: String
    }

    /// What the standard says of `tag` in a block that `creator` has reserved; `nil` for all others.
    public static func entry(creator: String, tag: Tag) -> Entry? { attributes(of: creator)?[key(tag)] }

    static func attributes(of creator: String) -> [UInt32: Entry]? { creators[creator] }

    /// Group and low byte of the element: what remains of the tag wherever the block lies (PS3.5 §7.8.1).
    static func key(_ tag: Tag) -> UInt32 { UInt32(tag.group) << 8 | UInt32(tag.element & 0xFF) }

    private static let creators: [String: [UInt32: Entry]] = {
        var creators: [String: [UInt32: Entry]] = [:]
        for line in PrivateTable.text.description.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 3, let key = UInt32(fields[1].prefix(6), radix: 16),
                let vr = VR(rawValue: String(fields[1].suffix(2)))
            else { continue }
            creators[String(fields[0]), default: [:]][key] = Entry(vr: vr, meaning: String(fields[2]))
        }
        return creators
    }()
}

/// A block of private elements, and what the standard knows of its creator's attributes.
struct PrivateBlock: Sendable {
    private let group: UInt16
    private let block: UInt16
    private let attributes: [UInt32: PrivateDictionary.Entry]

    /// The block that a private creator element reserves; `nil` for a creator that the standard does not know.
    init?(_ element: DataElement) {
        guard let creator = element.strings(in: .default).first,
            let attributes = PrivateDictionary.attributes(of: creator)
        else { return nil }
        group = element.tag.group
        block = element.tag.element
        self.attributes = attributes
    }

    func contains(_ tag: Tag) -> Bool { tag.group == group && tag.element >> 8 == block }

    func vr(of tag: Tag) -> VR? { attributes[PrivateDictionary.key(tag)]?.vr }
}
