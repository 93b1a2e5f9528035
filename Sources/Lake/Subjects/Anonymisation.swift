internal import Foundation
internal import Postgres

/// An identity that was destroyed while the images stayed.
public struct Anonymisation: Codable, Hashable, Sendable {
    /// How much there was of each.
    public struct Counts: Codable, Hashable, Sendable {
        /// Studies whose identity was destroyed.
        public var studies = 0
        /// Published images, which stay.
        public var instances = 0
        /// Images that were held and refused, or in conflict: they went as a whole.
        public var removed = 0
        /// Reports whose text as written went; what was scrubbed stays.
        public var reports = 0
        /// Sealed blobs that were erased, and their bytes.
        public var blobs = 0
        public var bytes: Int64 = 0
        /// Other studies of the subject that keep their identity: who may read it knows whose these images are.
        public var others = 0
    }

    /// What is still to be done.
    public enum State: String, Codable, Sendable {
        /// Bytes in segments are being erased. Nobody can read them any more: their key is gone.
        case bytes
        /// The database's files are being freed of what was deleted from them.
        case traces
        case done
    }

    public let id: Int64
    /// Code of the project.
    public let project: String
    /// Code of the subject; `nil` where it was erased since.
    public let subject: String?
    /// Study Instance UID where it was one study; `nil` for the whole subject.
    public let study: String?
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
        n.id, p.code AS project, b.code AS subject, k.study_uid AS study, a.name AS account, n.at, n.reason, n.counts,
        n.state, n.unswept
        """
    static let source = """
        anonymisation n JOIN project p ON p.id = n.project_id JOIN account a ON a.id = n.done_by
        LEFT JOIN subject b ON b.id = n.subject_id LEFT JOIN study_key k ON k.id = n.study_id
        """

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        project = try row.decode("project")
        subject = try row.decode("subject")
        study = try row.decode("study")
        by = try row.decode("account")
        at = try row.decode("at", as: Date.self).formatted(.iso8601)
        reason = try row.decode("reason")
        counts = try JSONDecoder().decode(Counts.self, from: Data(try row.decode("counts", as: String.self).utf8))
        state = State(rawValue: try row.decode("state")) ?? .bytes
        unswept = try row.decode("unswept")
    }
}
