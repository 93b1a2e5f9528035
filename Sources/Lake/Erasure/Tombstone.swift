internal import Foundation
internal import Postgres

/// What stays of a patient who was erased.
public struct Tombstone: Codable, Hashable, Sendable {
    /// How much there was of each.
    public struct Counts: Codable, Hashable, Sendable {
        public var studies = 0
        public var instances = 0
        public var held = 0
        public var conflicts = 0
        public var reports = 0
        public var labelCommits = 0
        /// Exports that held some of it and cannot be made any more.
        public var exports = 0
        /// Sealed blobs and their bytes.
        public var blobs = 0
        public var bytes: Int64 = 0
    }

    /// What is still to be done.
    public enum State: String, Codable, Sendable {
        /// Bytes in segments are being erased. Nobody can read them any more: their keys are gone.
        case bytes
        /// The database's files are being freed of what was deleted from them.
        case traces
        /// Copies in archives are being removed. Nobody can read those either.
        case copies
        case done
    }

    public let id: Int64
    /// Code of the project.
    public let project: String
    /// Name of the account.
    public let by: String
    /// ISO 8601, UTC.
    public let at: String
    public let reason: String
    public let counts: Counts
    public let state: State
    /// Tables of the database that were too large to be written anew: see Docs/Operations/keys.md.
    public let unswept: [String]

    static let columns = """
        t.id, p.code AS project, a.name AS account, t.erased_at, t.reason, t.counts, t.state, t.unswept
        """
    static let source = """
        subject_tombstone t JOIN project p ON p.id = t.project_id JOIN account a ON a.id = t.erased_by
        """

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        project = try row.decode("project")
        by = try row.decode("account")
        at = try row.decode("erased_at", as: Date.self).formatted(.iso8601)
        reason = try row.decode("reason")
        counts = try JSONDecoder().decode(Counts.self, from: Data(try row.decode("counts", as: String.self).utf8))
        state = State(rawValue: try row.decode("state")) ?? .bytes
        unswept = try row.decode("unswept")
    }
}
