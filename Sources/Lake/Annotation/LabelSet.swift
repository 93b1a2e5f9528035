internal import Foundation
internal import Postgres

/// Annotations of many studies of a project that belong together, with all their versions.
public struct LabelSet: Codable, Hashable, Sendable {
    /// A UUID.
    public let id: String
    /// Code of the project.
    public let project: String
    public let name: String
    public let description: String
    /// Name of the account.
    public let createdBy: String
    /// ISO 8601, UTC.
    public let createdAt: String
    /// Number of the newest commit; 0 before the first.
    public let version: Int
    /// Of the newest commit, in hexadecimal.
    public let digest: String?
    /// Studies that have annotations now.
    public let studies: Int
    /// Annotations there are now.
    public let annotations: Int
    /// Oldest first.
    public let tags: [LabelTag]

    static let columns = """
        l.id::text AS id, p.code AS project, l.name, l.description, a.name AS created_by, l.created_at,
        coalesce(l.head, 0) AS version, c.digest, l.studies, l.annotations
        """
    static let source = """
        label_set l JOIN project p ON p.id = l.project_id JOIN account a ON a.id = l.created_by
            LEFT JOIN label_commit c ON c.label_set_id = l.id AND c.version = l.head
        """

    init(_ row: PostgresRow, tags: [LabelTag]) throws(PostgresError) {
        id = try row.decode("id")
        project = try row.decode("project")
        name = try row.decode("name")
        description = try row.decode("description")
        createdBy = try row.decode("created_by")
        createdAt = try row.decode("created_at", as: Date.self).formatted(.iso8601)
        version = try row.decode("version")
        digest = try row.decode("digest", as: [UInt8]?.self)?.hexadecimalText
        studies = try row.decode("studies")
        annotations = try row.decode("annotations")
        self.tags = tags
    }
}

/// A name that was given to a version of a label set, for good.
public struct LabelTag: Codable, Hashable, Sendable {
    public let name: String
    public let version: Int
    public let message: String
    /// Name of the account.
    public let by: String
    /// ISO 8601, UTC.
    public let at: String

    static let columns = "t.name, t.version, t.message, a.name AS by, t.created_at"
    static let source = "label_tag t JOIN account a ON a.id = t.author_id"

    init(_ row: PostgresRow) throws(PostgresError) {
        name = try row.decode("name")
        version = try row.decode("version")
        message = try row.decode("message")
        by = try row.decode("by")
        at = try row.decode("created_at", as: Date.self).formatted(.iso8601)
    }
}
