internal import Postgres

extension Catalog {
    /// Subjects with published studies, oldest first.
    /// - Parameters:
    ///   - project: only this one's.
    ///   - cursor: `next` of the page before.
    public func subjects(
        project: String? = nil, cursor: String? = nil, limit: Int = 100, principal: Principal
    ) async throws(LakeError) -> SubjectPage {
        let after = try cursor.map { text throws(LakeError) in
            guard let id = Int64(text), id > 0 else { throw LakeError(.invalid, "the cursor is not one of this list") }
            return id
        }
        let projects = try await visibility.projects(.browse, code: project, principal: principal)
        let limit = min(max(limit, 1), Self.maximumPage)
        return try await LakeError.rethrowing {
            let rows = try await context.database.query(
                """
                SELECT \(SubjectSummary.columns) FROM unnest($1::bigint[]) AS visible (project_id) CROSS JOIN LATERAL (
                    SELECT * FROM subject WHERE project_id = visible.project_id AND study_count > 0 AND id > $2
                    ORDER BY id LIMIT \(limit + 1)) b
                JOIN project p ON p.id = b.project_id ORDER BY b.id LIMIT \(limit + 1)
                """, [projects, after ?? 0])
            let subjects = try rows.prefix(limit).map { try SubjectSummary($0) }
            guard rows.count > limit else { return SubjectPage(subjects: subjects, next: nil) }
            return SubjectPage(subjects: subjects, next: String(try rows[limit - 1].decode("id", as: Int64.self)))
        }
    }

    /// One subject with its studies; by the code of one that was merged into it, too.
    /// - Throws: `.notFound`.
    public func subject(_ code: String, project: String, principal: Principal) async throws(LakeError) -> SubjectDetail
    {
        let projects = try await visibility.projects(.browse, code: project, principal: principal)
        return try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT \(SubjectSummary.columns) FROM subject b JOIN project p ON p.id = b.project_id
                WHERE b.study_count > 0 AND b.id = (
                    SELECT coalesce(merged_into, id) FROM subject WHERE project_id = ANY($1) AND code = $2)
                """, [projects, code])
            guard let row else { throw LakeError(.notFound, "there is no such subject") }
            let studies = try await context.database.query(
                """
                SELECT \(StudySummary.columns) FROM study s \(StudySummary.joins)
                WHERE s.subject_id = $1 ORDER BY s.list_date DESC, s.id DESC LIMIT \(Self.maximumPage)
                """, [try row.decode("id", as: Int64.self)])
            return SubjectDetail(subject: try SubjectSummary(row), studies: try studies.map { try StudySummary($0) })
        }
    }
}
