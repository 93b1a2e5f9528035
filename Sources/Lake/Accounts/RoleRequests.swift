internal import Postgres

/// Roles that people ask for, and what becomes of it.
public struct RoleRequests: Sendable {
    let context: LakeContext
    private let accounts: Accounts
    private let projects: Projects
    static let unknown = LakeError(.notFound, "there is no such request")

    /// Requests of one account a day: each one is a mail to every administrator.
    static let mostADay = 20

    init(_ context: LakeContext, accounts: Accounts, projects: Projects) {
        self.context = context
        self.accounts = accounts
        self.projects = projects
    }

    /// Asks for a role in a project that is listed, or in which one is something already.
    /// - Parameter reason: 1 to 500 characters.
    /// - Throws: `.notFound` where there is no such project to ask for; `.invalid` for the reason; `.conflict` where one
    ///   has the role or has asked for it; `.tooMany`.
    public func ask(
        project code: String, role: Role, reason: String, principal: Principal
    ) async throws(LakeError) -> RoleRequest {
        let reason = try Naming.text(reason, of: "a reason", limit: 500)
        guard !principal.isOperator else {
            throw LakeError(.invalid, "the operator is nobody's member: ask from an account")
        }
        guard let project = try await projects.listed(principal: principal).first(where: { $0.matches(code) }) else {
            throw Projects.unknown
        }
        let id = try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // One request of an account after the other: the count is right, and so is the unique index' refusal.
                try await connection.execute("SELECT FROM account WHERE id = $1 FOR UPDATE", [principal.accountID])
                let id = try await insert(project.code, role, reason, principal, connection)
                try await tellAdministrators(
                    "\(principal.name) asks to be \(role.rawValue) in \(project.code)", project.code, connection)
                return id
            }
        }
        return try await request(id)
    }

    private func insert(
        _ code: String, _ role: Role, _ reason: String, _ principal: Principal, _ connection: PostgresConnection
    ) async throws -> Int64 {
        let state = try await connection.single(
            """
            SELECT p.id, EXISTS (SELECT FROM current_membership m
                    WHERE m.project_id = p.id AND m.account_id = $2 AND m.role = $3) AS has,
                EXISTS (SELECT FROM role_request r WHERE r.project_id = p.id AND r.account_id = $2 AND r.role = $3
                    AND r.state = 'open') AS asked,
                (SELECT count(*) FROM role_request r
                    WHERE r.account_id = $2 AND r.at > now() - interval '1 day') AS recent
            FROM project p WHERE p.code = $1
            """, [code, principal.accountID, role.rawValue])
        guard try !state.decode("has", as: Bool.self) else {
            throw LakeError(.conflict, "you have this role in this project")
        }
        guard try !state.decode("asked", as: Bool.self) else {
            throw LakeError(.conflict, "you have asked for this role already; it waits to be decided")
        }
        guard try state.decode("recent", as: Int.self) < Self.mostADay else {
            throw LakeError(.tooMany, "you have asked \(Self.mostADay) times within a day: ask again tomorrow")
        }
        let project: Int64 = try state.decode("id")
        let id: Int64 = try await connection.single(
            "INSERT INTO role_request (account_id, project_id, role, reason) VALUES ($1, $2, $3, $4) RETURNING id",
            [principal.accountID, project, role.rawValue, reason]
        ).decode("id")
        try await AccessLog.write(
            .roleRequest, project: project, detail: "request \(id): \(role.rawValue)", principal, connection)
        return id
    }

    /// What one has asked for, newest first.
    public func own(principal: Principal) async throws(LakeError) -> [RoleRequest] {
        try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(RoleRequest.columns) FROM \(RoleRequest.source) WHERE r.account_id = $1
                ORDER BY r.id DESC LIMIT 200
                """, [principal.accountID]
            ).map { try RoleRequest($0) }
        }
    }

    /// What waits to be decided, oldest first.
    /// - Parameter project: code of the only project to look at.
    /// - Throws: `.notFound` for who may not manage accounts.
    public func open(project: String? = nil, principal: Principal) async throws(LakeError) -> [RoleRequest] {
        guard Gate.permits(principal, .manageAccounts) else { throw RoleRequests.unknown }
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(RoleRequest.columns) FROM \(RoleRequest.source)
                WHERE r.state = 'open' AND a.disabled_at IS NULL AND ($1::text IS NULL OR lower(p.code) = lower($1))
                ORDER BY r.id LIMIT 1000
                """, [project?.replacing("\0", with: "")]
            ).map { try RoleRequest($0) }
        }
    }

    /// Takes back what one has asked for.
    /// - Throws: `.notFound` for a request that is not one's own; `.conflict` for one that is decided.
    public func withdraw(_ id: Int64, principal: Principal) async throws(LakeError) {
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let row = try await connection.first(
                    "SELECT project_id, state FROM role_request WHERE id = $1 AND account_id = $2 FOR UPDATE",
                    [id, principal.accountID])
                guard let row else { throw RoleRequests.unknown }
                guard try row.decode("state", as: String.self) == "open" else { throw RoleRequests.decided }
                try await connection.execute(
                    """
                    UPDATE role_request SET state = 'withdrawn', decided_at = now(), decided_by = account_id
                    WHERE id = $1
                    """, [id])
                try await AccessLog.write(
                    .roleWithdraw, project: try row.decode("project_id"), detail: "request \(id)", principal,
                    connection)
            }
        }
    }

    static let decided = LakeError(.conflict, "this request is decided already")

    func request(_ id: Int64) async throws(LakeError) -> RoleRequest {
        try await LakeError.rethrowing {
            try RoleRequest(
                try await context.database.single(
                    "SELECT \(RoleRequest.columns) FROM \(RoleRequest.source) WHERE r.id = $1", [id]))
        }
    }

    func forgetPrincipals() { accounts.cache.forgetAll() }
}

extension ListedProject {
    /// Upper and lower case of a code are the same.
    fileprivate func matches(_ code: String) -> Bool { self.code.lowercased() == code.lowercased() }
}
