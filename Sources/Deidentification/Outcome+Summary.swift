import DICOM

extension Outcome {
    /// How often each action was taken. No values, and no tags or creators of private attributes that are on no list.
    public struct Summary: Sendable, Hashable {
        /// Elements left out.
        public internal(set) var removed = 0
        /// Elements emptied.
        public internal(set) var emptied = 0
        /// Elements whose value a dummy replaced.
        public internal(set) var replaced = 0
        /// UIDs mapped.
        public internal(set) var mappedUIDs = 0
        /// Dates moved.
        public internal(set) var shiftedDates = 0
        /// Texts from which something was taken out.
        public internal(set) var cleanedTexts = 0
        /// Elements kept as they were.
        public internal(set) var kept = 0

        var tally = AttributeTally()

        public init() {}

        /// How often each action was taken on the elements of each attribute, at every level. An element counts once,
        /// where the numbers above count its values.
        public var attributes: [AttributeAction: Int] { tally.actions }

        /// Adds what was done to another object.
        public mutating func add(_ other: Summary) {
            removed += other.removed
            emptied += other.emptied
            replaced += other.replaced
            mappedUIDs += other.mappedUIDs
            shiftedDates += other.shiftedDates
            cleanedTexts += other.cleanedTexts
            kept += other.kept
            tally.add(other.tally)
        }
    }
}

extension Outcome.Summary: Codable {
    private enum CodingKeys: String, CodingKey {
        case removed, emptied, replaced, mappedUIDs, shiftedDates, cleanedTexts, kept, attributes
    }

    /// `{"attribute": "PatientName", "tag": "00100010", "action": "replaced", "count": 3}`; no tag for "other".
    private struct Row: Codable {
        let attribute: String
        let tag: String?
        let action: AttributeAction.Action
        let count: Int
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        removed = try container.decode(Int.self, forKey: .removed)
        emptied = try container.decode(Int.self, forKey: .emptied)
        replaced = try container.decode(Int.self, forKey: .replaced)
        mappedUIDs = try container.decode(Int.self, forKey: .mappedUIDs)
        shiftedDates = try container.decode(Int.self, forKey: .shiftedDates)
        cleanedTexts = try container.decode(Int.self, forKey: .cleanedTexts)
        kept = try container.decode(Int.self, forKey: .kept)
        for row in try container.decodeIfPresent([Row].self, forKey: .attributes) ?? [] {
            tally.count(row.tag.flatMap { Tag(hexadecimal: $0) } ?? AttributeTally.other, row.action, times: row.count)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(removed, forKey: .removed)
        try container.encode(emptied, forKey: .emptied)
        try container.encode(replaced, forKey: .replaced)
        try container.encode(mappedUIDs, forKey: .mappedUIDs)
        try container.encode(shiftedDates, forKey: .shiftedDates)
        try container.encode(cleanedTexts, forKey: .cleanedTexts)
        try container.encode(kept, forKey: .kept)
        let rows = attributes.sorted { $0.key < $1.key }.map {
            Row(
                attribute: $0.key.attribute, tag: $0.key.tag?.hexadecimal, action: $0.key.action, count: $0.value)
        }
        try container.encode(rows, forKey: .attributes)
    }
}
