import DICOM

/// Table E.3.10-1 of PS3.15: private attributes that are known to hold nothing that identifies.
enum SafePrivate {
    private struct Key: Hashable {
        let creator: String
        let group: UInt16
        let low: UInt8
    }

    private static let table: [Key: VR] = {
        var table: [Key: VR] = [:]
        for line in rows.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            guard fields.count == 4, let group = UInt16(fields[1], radix: 16), let low = UInt8(fields[2], radix: 16),
                let vr = VR(rawValue: String(fields[3].prefix(2)))
            else { continue }
            table[Key(creator: String(fields[0]), group: group, low: low)] = vr
        }
        return table
    }()

    /// The VR of a safe attribute of this private creator; `nil` where the attribute is not known to be safe.
    static func vr(creator: String, tag: Tag) -> VR? {
        table[Key(creator: creator, group: tag.group, low: UInt8(truncatingIfNeeded: tag.element))]
    }

    private static let creators = Set(table.keys.map(\.creator))

    /// Whether the table has attributes of this private creator.
    static func isKnown(creator: String) -> Bool { creators.contains(creator) }
}
