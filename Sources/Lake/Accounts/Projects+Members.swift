internal import Postgres

/// Who is what in a project, and until when.
extension Projects {
    /// Who is what in a project, by name. Roles that have ended are not had.
    /// - Throws: `.notFound`.
    public func members(_ code: String, principal: Principal) async throws(LakeError) -> [Member] {
        let project = try await project(code, principal: principal)
        guard Gate.permits(principal, .manageAccounts) else { throw Projects.unknown }
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT a.name, array_agg(m.role ORDER BY m.role) AS roles,
                    array_agg(coalesce(m.until::text, '') ORDER BY m.role) AS ends
                FROM current_membership m JOIN account a ON a.id = m.account_id WHERE m.project_id = $1
                GROUP BY a.name ORDER BY a.name
                """, [project.id]
            ).map { row in
                let roles: [String] = try row.decode("roles")
                let ends = zip(roles, try row.decode("ends", as: [String].self)).filter { !$0.1.isEmpty }
                return Member(
                    name: try row.decode("name"), roles: roles.compactMap { Role(rawValue: $0) },
                    until: ends.map(\.1).min(), ends: Dictionary(ends) { first, _ in first })
            }
        }
    }

    /// Sets what an account is in a project; an empty set takes it out.
    /// - Parameter until: the last day of these roles, `YYYY-MM-DD` in UTC; `nil`: until they are taken away.
    /// - Throws: `.notFound` for a project or an account that is not there, or for who may not manage accounts;
    ///   `.invalid` for a day that is none, or is over.
    public func setMember(
        _ code: String, name: String, roles: Set<Role>, until: String? = nil, principal: Principal
    ) async throws(LakeError) {
        guard Gate.permits(principal, .manageAccounts) else { throw Projects.unknown }
        let project = try await project(code, principal: principal)
        let name = try Naming.account(name)
        if let until { try Naming.lastDay(until) }
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // Locked, so that two that set it at once leave one of their answers and not both.
                let row = try await connection.first(
                    "SELECT id FROM account WHERE name = $1 AND NOT is_operator FOR UPDATE", [name])
                guard let row else { throw LakeError(.notFound, "there is no such account") }
                let account: Int64 = try row.decode("id")
                try await connection.execute(
                    "DELETE FROM membership WHERE account_id = $1 AND project_id = $2", [account, project.id])
                try await connection.execute(
                    """
                    INSERT INTO membership (account_id, project_id, role, until)
                    SELECT $1, $2, unnest($3::text[]), $4::text::date
                    """, [account, project.id, roles.map(\.rawValue).sorted(), until])
                let names = roles.isEmpty ? "none" : roles.sorted().map(\.rawValue).joined(separator: ", ")
                let end = until.map { " until \($0)" } ?? ""
                try await AccessLog.write(
                    .rolesSet, project: project.id, detail: "\(name): \(names)\(end)", principal, connection)
            }
        }
        accounts.cache.forgetAll()
    }
}
