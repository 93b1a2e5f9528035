/// The data dictionary (PS3.6, PS3.7): VR, VM, keyword and name of the standard's attributes.
public enum DataDictionary {
    /// One attribute.
    public struct Entry: Sendable, Hashable {
        /// Tag; of an attribute of a repeating group the one that was asked for.
        public let tag: Tag
        /// VR; where several are allowed, the one that is usual.
        public let vr: VR
        /// Value multiplicity ("1", "1-n", "2-2n", …).
        public let vm: String
        /// Keyword ("PatientID").
        public let keyword: String
        /// Name ("Patient ID").
        public let name: String
        /// Whether the standard has retired the attribute.
        public let isRetired: Bool
    }

    /// What the standard says of `tag`; `nil` for private and unknown attributes.
    public static func entry(for tag: Tag) -> Entry? {
        guard let index = table.index(of: tag) else { return nil }
        let fields = table.fields(at: index)
        guard fields.count == 5 else { return nil }
        return Entry(
            tag: tag, vr: table.kinds[index].vr(isSigned: false) ?? .UN, vm: String(fields[1]),
            keyword: String(fields[2]), name: String(fields[3]), isRetired: fields[4] == "Y")
    }

    /// Keyword of `tag` ("PatientID"); `nil` for private and unknown attributes, and where the standard has none.
    public static func keyword(of tag: Tag) -> String? {
        guard let index = table.index(of: tag) else { return nil }
        let keyword = table.keyword(at: index)
        return keyword.isEmpty ? nil : keyword
    }

    /// VR of `tag`; where several are allowed, the one that is usual. `nil` for private and unknown attributes.
    public static func vr(of tag: Tag) -> VR? { kind(of: tag)?.vr(isSigned: false) }

    /// The tag with `keyword`, as QIDO-RS and scripts name it ("PatientID"); of a repeating group the first.
    public static func tag(for keyword: String) -> Tag? { tags[keyword] }

    /// The VR or the choice of VRs; group lengths are UL and private creators LO, whatever the group.
    static func kind(of tag: Tag) -> DictionaryVR? {
        if tag.isPrivate { return tag.isPrivateCreator ? .one(.LO) : tag.isGroupLength ? .one(.UL) : nil }
        if let index = table.index(of: tag) { return table.kinds[index] }
        return tag.isGroupLength ? .one(.UL) : nil
    }

    private static let table = DictionaryIndex(DictionaryTable.text)

    private static let tags: [String: Tag] = {
        var tags: [String: Tag] = [:]
        tags.reserveCapacity(table.tags.count)
        for index in table.tags.indices {
            // Not by `fields`: that takes ten times as long, at the start of every command that names a keyword.
            let keyword = table.keyword(at: index)
            guard !keyword.isEmpty else { continue }
            if tags[keyword] == nil { tags[keyword] = Tag(rawValue: table.tags[index]) }
        }
        return tags
    }()
}

/// What the dictionary says of an attribute's VR. Some depend on other attributes (PS3.5 §A.1, PS3.6 note).
enum DictionaryVR: Sendable, Hashable {
    case one(VR)
    /// US or SS, after Pixel Representation (0028,0103).
    case unsignedOrSigned
    /// US or OW: lookup table data.
    case unsignedOrWords
    /// OB or OW.
    case bytesOrWords
    /// Items and delimiters have none.
    case none

    init(first: UInt8, second: UInt8) {
        switch (first, second) {
        case (UInt8(ascii: "x"), UInt8(ascii: "s")): self = .unsignedOrSigned
        case (UInt8(ascii: "x"), _): self = .unsignedOrWords
        case (UInt8(ascii: "o"), UInt8(ascii: "x")): self = .bytesOrWords
        default: self = VR(first: first, second: second).map { .one($0) } ?? .none
        }
    }

    /// The VR that implicit VR little endian implies (PS3.5 §A.1): pixel data and overlays are OW there.
    func vr(isSigned: Bool) -> VR? {
        switch self {
        case .one(let vr): vr
        case .unsignedOrSigned: isSigned ? .SS : .US
        case .unsignedOrWords, .bytesOrWords: .OW
        case .none: nil
        }
    }
}
