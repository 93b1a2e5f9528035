internal import Postgres

/// A project that somebody may ask to take part in, as they see it.
public struct ListedProject: Sendable, Codable, Hashable {
    public let code: String
    public let name: String
    /// What they are in it.
    public let roles: [Role]
    /// What they have asked for and nobody has decided.
    public let requested: [Role]
}

extension Projects {
    /// Projects that are listed, and those in which the principal is something, by code.
    public func listed(principal: Principal) async throws(LakeError) -> [ListedProject] {
        try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT p.id, p.code, p.name, ARRAY(SELECT r.role FROM role_request r
                    WHERE r.project_id = p.id AND r.account_id = $1 AND r.state = 'open' ORDER BY r.role) AS requested
                FROM project p WHERE p.is_listed OR p.id = ANY ($2) ORDER BY lower(p.code)
                """, [principal.accountID, principal.roles.keys.sorted()]
            ).map { row in
                ListedProject(
                    code: try row.decode("code"), name: try row.decode("name"),
                    roles: principal.roles[try row.decode("id")]?.sorted() ?? [],
                    requested: try row.decode("requested", as: [String].self).compactMap { Role(rawValue: $0) })
            }
        }
    }

    /// Sets what can be set of a project; what is `nil` stays.
    /// - Throws: `.notFound` where there is none of this code, or for who may not manage projects; `.invalid`.
    @discardableResult
    public func setSettings(
        _ code: String, isListed: Bool? = nil, name: String? = nil, principal: Principal
    ) async throws(LakeError) -> Project {
        guard Gate.permits(principal, .manageProjects) else { throw Projects.unknown }
        let project = try await project(code, principal: principal)
        let name = try name.map { text throws(LakeError) in
            try Naming.line(text, of: "a project's name", limit: 200)
        }
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let row = try await connection.single(
                    """
                    UPDATE project SET is_listed = coalesce($2, is_listed), name = coalesce($3, name) WHERE id = $1
                    RETURNING \(Project.columns)
                    """, [project.id, isListed, name])
                let changed = try Project(row)
                let detail = changed.isListed ? "listed" : "not listed"
                try await AccessLog.write(
                    .projectSettings, project: project.id, detail: detail, principal, connection)
                return changed
            }
        }
    }
}
