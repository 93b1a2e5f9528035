internal import Postgres

extension AccessLog {
    private static let columns =
        """
        e.at, coalesce(t.last_at, e.at) AS last_at, a.name AS account, e.kind, p.code AS project, e.study_uid,
            e.export_id, e.purpose, e.detail, e.count + coalesce(t.count, 0) AS count
        """
    private static let source =
        """
        access_event e JOIN account a ON a.id = e.account_id LEFT JOIN project p ON p.id = e.project_id
            LEFT JOIN access_tally t ON t.event_id = e.id
        """

    /// Who looked at a study, newest first.
    /// - Parameter study: UID of the study.
    /// - Throws: `.notFound` where there is no such study for who may see the access history.
    public func accesses(study: String, limit: Int = 1000, principal: Principal) async throws(LakeError)
        -> [AccessEvent]
    {
        guard Gate.permitsAnywhere(principal, .accessHistory), !study.contains("\0") else { throw AccessLog.unknown }
        await flush()
        let events = try await LakeError.rethrowing {
            try await database.query(
                """
                SELECT \(AccessLog.columns) FROM \(AccessLog.source)
                WHERE e.study_uid = $1 AND ($2::bigint[] IS NULL OR e.project_id = ANY ($2)) ORDER BY e.id DESC LIMIT $3
                """, [study, Gate.projects(principal, .accessHistory), max(1, min(limit, 10_000))]
            ).map { try AccessEvent($0) }
        }
        // A study that came in has an event: none means none for this principal.
        guard !events.isEmpty else { throw AccessLog.unknown }
        return events
    }

    /// What happened in a project, newest first.
    /// - Throws: `.notFound` where there is no such project for who may see the access history.
    public func events(project: Project, limit: Int = 1000, principal: Principal) async throws(LakeError)
        -> [AccessEvent]
    {
        guard Gate.permits(principal, .accessHistory, project: project.id) else { throw AccessLog.unknown }
        await flush()
        return try await LakeError.rethrowing {
            try await database.query(
                """
                SELECT \(AccessLog.columns) FROM \(AccessLog.source)
                WHERE e.project_id = $1 ORDER BY e.id DESC LIMIT $2
                """, [project.id, max(1, min(limit, 10_000))]
            ).map { try AccessEvent($0) }
        }
    }

    private static let unknown = LakeError(.notFound, "there is no such study")
}

extension AccessEvent {
    fileprivate init(_ row: PostgresRow) throws {
        guard let kind = Kind(rawValue: try row.decode("kind")) else {
            throw LakeError(.unavailable, "the access log has an event of a later version")
        }
        self.init(
            at: try row.decode("at"), lastAt: try row.decode("last_at"), account: try row.decode("account"), kind: kind,
            project: try row.decode("project"), study: try row.decode("study_uid"), export: try row.decode("export_id"),
            purpose: try row.decode("purpose"), detail: try row.decode("detail"), count: try row.decode("count"))
    }
}
