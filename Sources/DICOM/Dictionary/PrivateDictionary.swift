internal import ByteIO

/// Private attributes that are known (PS3.5 §7.8): those that PS3.15 table E.3.10-1 names, and those that vendors have
/// published.
public enum PrivateDictionary {
    /// One attribute of a private creator.
    public struct Entry: Sendable, Hashable {
        /// VR.
        public let vr: VR
        /// What the attribute means.
        public let meaning: String
    }

    /// What is known of `tag` in a block that `creator` has reserved; `nil` for all others.
    public static func entry(creator: String, tag: Tag) -> Entry? {
        guard let slot = PrivateIndex.shared.slot(of: Bytes(utf8: creator)) else { return nil }
        return PrivateIndex.shared.entry(in: slot, key: key(tag))
    }

    /// Group and low byte of the element: what remains of the tag wherever the block lies (PS3.5 §7.8.1).
    static func key(_ tag: Tag) -> UInt32 { UInt32(tag.group) << 8 | UInt32(tag.element & 0xFF) }
}

/// The blocks of private elements in a data set whose creators are known (PS3.5 §7.8.1).
struct PrivateBlocks: Sendable {
    /// The creator's slot in the index, by group in the upper and block in the lower 16 bits.
    private var slots: [UInt32: Int] = [:]

    /// Takes note of the block that a private creator element reserves.
    mutating func add(_ element: DataElement) {
        guard let bytes = element.bytes else { return }
        slots[element.tag.rawValue] = PrivateIndex.shared.slot(of: PrivateBlocks.name(bytes))
    }

    /// The VR of an attribute in one of the blocks.
    func vr(of tag: Tag) -> VR? {
        if slots.isEmpty { return nil }
        let block = UInt32(tag.group) << 16 | UInt32(tag.element >> 8)
        return slots[block].flatMap { PrivateIndex.shared.vr(in: $0, key: PrivateDictionary.key(tag)) }
    }

    /// The first value without padding.
    private static func name(_ bytes: Bytes) -> Bytes {
        var start = 0
        var end = bytes.firstIndex(of: UInt8(ascii: "\\")) ?? bytes.count
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        while start < end, bytes[start] == 0x20 { start += 1 }
        return bytes[clamping: start..<end]
    }
}
