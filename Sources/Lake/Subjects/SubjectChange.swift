internal import Foundation
internal import Postgres

/// One version of who is who: two subjects became one, one became two, or two that look alike were said to be two.
public struct SubjectChange: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// `subject` was merged into `other`.
        case merge
        /// `subject` was taken out of `other`.
        case split
        /// `subject` and `other` are not one patient.
        case apart
    }

    public let id: Int64
    /// Code of the project.
    public let project: String
    public let kind: Kind
    /// Codes; `nil` where the subject was erased since.
    public let subject: String?
    public let other: String?
    /// Studies that changed hands.
    public let studies: Int
    /// The merge that this takes back.
    public let undoes: Int64?
    /// Whether this is a merge that can be taken back now.
    public let canBeUndone: Bool
    /// Name of the account.
    public let by: String
    /// ISO 8601, UTC.
    public let at: String
    public let reason: String

    static let columns = """
        c.id, p.code AS project, c.kind, b.code AS subject, o.code AS other,
        coalesce(cardinality(c.studies), 0) AS studies, c.undoes, a.name AS account, c.changed_at, c.reason, c.kind = 'merge' AND b.merged_into IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM subject_change u WHERE u.undoes = c.id) AS can_be_undone
        """
    static let source = """
        subject_change c JOIN project p ON p.id = c.project_id JOIN account a ON a.id = c.changed_by
        LEFT JOIN subject b ON b.id = c.subject_id LEFT JOIN subject o ON o.id = c.other_id
        """

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        project = try row.decode("project")
        kind = Kind(rawValue: try row.decode("kind")) ?? .apart
        subject = try row.decode("subject")
        other = try row.decode("other")
        studies = try row.decode("studies")
        undoes = try row.decode("undoes")
        canBeUndone = try row.decode("can_be_undone")
        by = try row.decode("account")
        at = try row.decode("changed_at", as: Date.self).formatted(.iso8601)
        reason = try row.decode("reason")
    }
}

/// Two subjects of a project that share name, birth date and sex, and have different numbers.
public struct SubjectSuggestion: Codable, Hashable, Sendable {
    public struct Subject: Codable, Hashable, Sendable {
        public let code: String
        /// Published studies.
        public let studies: Int
    }

    /// Code of the project.
    public let project: String
    /// Two, the older first.
    public let subjects: [Subject]
}

/// Who a subject is, as its studies say.
public struct SubjectIdentities: Codable, Hashable, Sendable {
    public struct Identity: Codable, Hashable, Sendable {
        public var patientName: String?
        public var patientID: String?
        public var issuerOfPatientID: String?
        public var birthDate: String?
        public var sex: String?
        /// Studies that say so.
        public var studies: Int
    }

    public let code: String
    public let identities: [Identity]
    /// Studies whose identity was destroyed, or that were too many to be read.
    public let unread: Int
}
