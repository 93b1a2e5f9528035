/// The unique identifiers of the standard (PS3.6 Annex A).
public enum UIDDictionary {
    /// One identifier.
    public struct Entry: Sendable, Hashable {
        /// Unique identifier.
        public let uid: String
        /// "SOP Class", "Transfer Syntax", …
        public let type: String
        /// Keyword; empty where the standard has none.
        public let keyword: String
        /// Name.
        public let name: String
    }

    /// What the standard says of `uid`; `nil` where it does not know it.
    public static func entry(for uid: String) -> Entry? { entries[uid] }

    private static let entries: [String: Entry] = {
        var entries: [String: Entry] = [:]
        for line in UIDTable.text.description.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4 else { continue }
            let entry = Entry(
                uid: String(fields[0]), type: String(fields[1]), keyword: String(fields[2]), name: String(fields[3]))
            entries[entry.uid] = entry
        }
        return entries
    }()
}

/// Names of SOP classes.
public enum SOPClass {
    /// Name of the SOP class `uid` in PS3.6, or the UID where the standard names none.
    public static func name(of uid: String) -> String { UIDDictionary.entry(for: uid)?.name ?? uid }
}
