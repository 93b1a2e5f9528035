import DICOM

extension Outcome {
    /// How often each action was taken. No values, and no tags or creators of private attributes that are on no list.
    public struct Summary: Sendable, Hashable {
        /// Elements left out.
        public var removed: Int { counts.removed }
        /// Elements emptied.
        public var emptied: Int { counts.emptied }
        /// Elements whose value a dummy replaced.
        public var replaced: Int { counts.replaced }
        /// UIDs mapped.
        public var mappedUIDs: Int { counts.mappedUIDs }
        /// Dates moved.
        public var shiftedDates: Int { counts.shiftedDates }
        /// Texts from which something was taken out.
        public var cleanedTexts: Int { counts.cleanedTexts }
        /// Elements kept as they were.
        public var kept: Int { counts.kept }

        var counts = Counts()
        var tally = AttributeTally()

        public init() {}

        /// How often each action was taken on the elements of each attribute, at every level. An element counts once,
        /// where the numbers above count its values.
        public var attributes: [AttributeAction: Int] { tally.actions }

        /// Adds what was done to another object.
        public mutating func add(_ other: Summary) {
            counts.add(other.counts)
            tally.add(other.tally)
        }

        /// What is counted by itself.
        struct Counts: Sendable, Hashable {
            var removed = 0
            var emptied = 0
            var replaced = 0
            var mappedUIDs = 0
            var shiftedDates = 0
            var cleanedTexts = 0
            var kept = 0

            mutating func add(_ other: Counts) { self = combined(other, +) }

            /// What was counted after `earlier`.
            func since(_ earlier: Counts) -> Counts { combined(earlier, -) }

            private func combined(_ other: Counts, _ operation: (Int, Int) -> Int) -> Counts {
                Counts(
                    removed: operation(removed, other.removed),
                    emptied: operation(emptied, other.emptied),
                    replaced: operation(replaced, other.replaced),
                    mappedUIDs: operation(mappedUIDs, other.mappedUIDs),
                    shiftedDates: operation(shiftedDates, other.shiftedDates),
                    cleanedTexts: operation(cleanedTexts, other.cleanedTexts),
                    kept: operation(kept, other.kept))
            }
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
        counts.removed = try container.decode(Int.self, forKey: .removed)
        counts.emptied = try container.decode(Int.self, forKey: .emptied)
        counts.replaced = try container.decode(Int.self, forKey: .replaced)
        counts.mappedUIDs = try container.decode(Int.self, forKey: .mappedUIDs)
        counts.shiftedDates = try container.decode(Int.self, forKey: .shiftedDates)
        counts.cleanedTexts = try container.decode(Int.self, forKey: .cleanedTexts)
        counts.kept = try container.decode(Int.self, forKey: .kept)
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
