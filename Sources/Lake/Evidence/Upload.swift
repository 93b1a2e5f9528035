public import Deidentification
internal import Foundation
internal import Postgres

/// What somebody brought in at one go.
public struct Upload: Codable, Sendable, Hashable {
    /// Drawn by the sender, or by the lake.
    public let id: String
    /// Code of the project.
    public let project: String
    public let account: String
    /// ISO 8601, UTC.
    public let startedAt: String
    /// `nil` while something is still coming.
    public let finishedAt: String?
    /// Whether the server stopped in the middle of it. What had been stored is counted; what was refused, and what was done
    /// to attributes, is known as of a second before.
    public let interrupted: Bool
    /// Files by verdict; see `Verdict.Kind`.
    public let accepted: Int
    public let alreadyThere: Int
    public let conflict: Int
    public let held: Int
    public let rejected: Int
    /// Of the project's profile; more than one where it was changed meanwhile.
    public let profileVersions: [Int]
    /// What was done to the attributes and why files were not simply accepted; only where one upload is asked for.
    public internal(set) var report: BatchReport?

    static let columns = """
        u.id AS number, u.uid, p.code AS project, a.name AS account, u.started_at, t.finished_at, t.accepted,
        t.already_there, t.conflicts, t.held, t.rejected, t.versions, t.interrupted
        """

    /// The numbers of a batch in the middle are a second old.
    static let source = """
        upload u JOIN project p ON p.id = u.project_id JOIN account a ON a.id = u.account_id
            CROSS JOIN LATERAL (
                SELECT CASE WHEN bool_and(b.finished_at IS NOT NULL) THEN max(b.finished_at) END AS finished_at,
                    coalesce(sum(b.accepted), 0)::bigint AS accepted,
                    coalesce(sum(b.already_there), 0)::bigint AS already_there,
                    coalesce(sum(b.conflicts), 0)::bigint AS conflicts, coalesce(sum(b.held), 0)::bigint AS held,
                    coalesce(sum(b.rejected), 0)::bigint AS rejected, coalesce(bool_or(b.interrupted), false) AS interrupted,
                    coalesce(string_agg(DISTINCT b.profile_version::text, ','), '') AS versions
                FROM ingest_batch b WHERE b.upload_id = u.id) t
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        id = try row.decode("uid")
        project = try row.decode("project")
        account = try row.decode("account")
        startedAt = try row.decode("started_at", as: Date.self).formatted(.iso8601)
        finishedAt = try row.decode("finished_at", as: Date?.self)?.formatted(.iso8601)
        interrupted = try row.decode("interrupted")
        accepted = try row.decode("accepted")
        alreadyThere = try row.decode("already_there")
        conflict = try row.decode("conflicts")
        held = try row.decode("held")
        rejected = try row.decode("rejected")
        profileVersions = try row.decode("versions", as: String.self).split(separator: ",").compactMap { Int($0) }
            .sorted()
    }
}

/// Some uploads, newest first.
public struct UploadPage: Codable, Sendable {
    public let uploads: [Upload]
    /// For the next page; `nil` on the last.
    public let next: String?
}
