internal import Postgres

/// Which projects a principal may do something in.
struct Visibility: Sendable {
    let context: LakeContext

    /// Ids of the projects in which `principal` may list studies by `filter`: words of reports are found only where
    /// reports may be read.
    func projects(for filter: StudyFilter, principal: Principal) async throws(LakeError) -> [Int64] {
        let browsed = try await projects(.browse, code: filter.project, principal: principal)
        guard filter.report != nil else { return browsed }
        return browsed.filter { Gate.permits(principal, .readReports, project: $0) }
    }

    /// Ids of the projects in which `principal` may do `permission`; only the one called `code`, where that is given.
    /// What one may not see is left out without a word.
    func projects(
        _ permission: Permission, code: String? = nil, principal: Principal
    ) async throws(LakeError) -> [Int64] {
        let permitted = Gate.projects(principal, permission)
        if code == nil, let permitted { return permitted }
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT id FROM project WHERE ($1::text IS NULL OR lower(code) = lower($1)) AND ($2::bigint[] IS NULL OR id = ANY ($2))
                ORDER BY id
                """, [code, permitted]
            ).map { try $0.decode("id", as: Int64.self) }
        }
    }
}
