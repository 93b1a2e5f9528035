/// What did not get in, and why.
public struct QuarantineOverview: Codable, Sendable {
    /// What waits for a look, by reason.
    public struct Group: Codable, Sendable, Hashable {
        public let reason: String
        public fileprivate(set) var count: Int
    }

    /// Files of one upload that were not stored. Their names are not kept: a name of a file may be a patient's.
    public struct NotStored: Codable, Sendable, Hashable {
        public let upload: String
        public let project: String
        public let account: String
        /// ISO 8601, UTC.
        public let startedAt: String
        public fileprivate(set) var reasons: [Group]

        mutating func add(_ reason: String, _ count: Int) {
            if let index = reasons.firstIndex(where: { $0.reason == reason }) {
                reasons[index].count += count
            } else {
                reasons.append(Group(reason: reason, count: count))
            }
        }
    }

    public let held: [Group]
    /// Oldest first.
    public let conflicts: [ConflictItem]
    /// What a reviewer refused, newest first.
    public let refused: [HeldItem]
    /// Newest first.
    public let notStored: [NotStored]

    /// As many items of a list are given.
    static let longest = 500
}
