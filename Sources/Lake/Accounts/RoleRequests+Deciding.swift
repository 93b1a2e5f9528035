internal import Postgres

extension RoleRequests {
    /// Gives what was asked for.
    /// - Parameters:
    ///   - until: the last day of the role, `YYYY-MM-DD` in UTC; `nil`: until it is taken away.
    ///   - note: what the person is told beside it.
    /// - Throws: `.notFound` for who may not manage accounts; `.conflict` for a request that is decided; `.invalid`.
    @discardableResult
    public func approve(
        _ id: Int64, until: String? = nil, note: String? = nil, principal: Principal
    ) async throws(LakeError) -> RoleRequest {
        if let until { try Naming.lastDay(until) }
        return try await decide(id, .approved, until: until, note: note, principal: principal)
    }

    /// Refuses what was asked for.
    /// - Parameter note: what the person is told beside it.
    /// - Throws: `.notFound` for who may not manage accounts; `.conflict` for a request that is decided; `.invalid`.
    @discardableResult
    public func decline(_ id: Int64, note: String? = nil, principal: Principal) async throws(LakeError) -> RoleRequest {
        try await decide(id, .declined, until: nil, note: note, principal: principal)
    }

    private func decide(
        _ id: Int64, _ state: RoleRequest.State, until: String?, note: String?, principal: Principal
    ) async throws(LakeError) -> RoleRequest {
        guard Gate.permits(principal, .manageAccounts) else { throw RoleRequests.unknown }
        let blank = note?.allSatisfy(\.isWhitespace) ?? true
        let note =
            blank
            ? nil
            : try note.map { text throws(LakeError) in
                try Naming.text(text, of: "a note", limit: 500)
            }
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let account = try await connection.first("SELECT account_id FROM role_request WHERE id = $1", [id])
                guard let account = try account?.decode("account_id", as: Int64.self) else {
                    throw RoleRequests.unknown
                }
                // As who sets roles does: first the account, or the two could wait for each other.
                try await connection.execute("SELECT FROM account WHERE id = $1 FOR UPDATE", [account])
                let row = try await connection.first(
                    """
                    UPDATE role_request SET state = $2, decided_at = now(), decided_by = $3, note = $4,
                        until = $5::text::date
                    WHERE id = $1 AND state = 'open' RETURNING project_id, role
                    """, [id, state.rawValue, principal.accountID, note, until])
                guard let row else { throw RoleRequests.decided }
                let project: Int64 = try row.decode("project_id")
                let role: Role = try row.decode("role")
                if state == .approved { try await give(role, account, project, until, connection) }
                try await AccessLog.write(
                    state == .approved ? .roleApprove : .roleDecline, project: project,
                    detail: "request \(id): \(role.rawValue)\(until.map { " until \($0)" } ?? "")", principal,
                    connection)
                try await tellPerson(id, account, connection)
            }
        }
        forgetPrincipals()
        return try await request(id)
    }

    private func give(
        _ role: Role, _ account: Int64, _ project: Int64, _ until: String?, _ connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO membership (account_id, project_id, role, until) VALUES ($1, $2, $3, $4::text::date)
            ON CONFLICT (account_id, project_id, role) DO UPDATE SET until = excluded.until
            """, [account, project, role.rawValue, until])
    }
}
