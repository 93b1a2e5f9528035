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

/// The blocks of private elements in a data set whose creators the standard knows (PS3.5 §7.8.1).
struct PrivateBlocks: Sendable {
    /// By group in the upper and block in the lower 16 bits.
    private var attributes: [UInt32: [UInt32: PrivateDictionary.Entry]] = [:]

    /// Takes note of the block that a private creator element reserves.
    mutating func add(_ element: DataElement) {
        guard let creator = element.strings(in: .default).first,
            let known = PrivateDictionary.attributes(of: creator)
        else { return }
        attributes[element.tag.rawValue] = known
    }

    /// The VR of an attribute in one of the blocks.
    func vr(of tag: Tag) -> VR? {
        if attributes.isEmpty { return nil }
        let block = UInt32(tag.group) << 16 | UInt32(tag.element >> 8)
        return attributes[block]?[PrivateDictionary.key(tag)]?.vr
    }
}
