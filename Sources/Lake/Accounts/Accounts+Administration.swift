internal import Mail
internal import Postgres

extension Accounts {
    private static let unknown = LakeError(.notFound, "there is no such account")

    private func checkMayManage(_ principal: Principal) throws(LakeError) {
        guard Gate.permits(principal, .manageAccounts) else { throw Accounts.unknown }
    }

    /// All accounts of people, by name.
    /// - Throws: `.notFound` for who may not manage accounts.
    public func list(principal: Principal) async throws(LakeError) -> [Account] {
        try checkMayManage(principal)
        return try await LakeError.rethrowing {
            let rows = try await database.query(
                """
                SELECT a.name, a.email, a.is_administrator, a.disabled_at IS NOT NULL AS is_disabled, a.created_at,
                    ARRAY(SELECT p.code || ' ' || m.role FROM current_membership m JOIN project p ON p.id = m.project_id
                        WHERE m.account_id = a.id ORDER BY p.code, m.role) AS roles
                FROM account a WHERE NOT a.is_operator ORDER BY a.name
                """)
            return try rows.map { row in
                var roles: [String: [Role]] = [:]
                for text in try row.decode("roles", as: [String].self) {
                    let parts = text.split(separator: " ")
                    guard parts.count == 2, let role = Role(rawValue: String(parts[1])) else { continue }
                    roles[String(parts[0]), default: []].append(role)
                }
                return Account(
                    name: try row.decode("name"), email: try row.decode("email"),
                    administrator: try row.decode("is_administrator"), disabled: try row.decode("is_disabled"),
                    createdAt: try row.decode("created_at"), roles: roles)
            }
        }
    }

    /// Makes an account.
    /// - Parameter email: the address of the person; a link is mailed there, and it counts when that is opened.
    /// - Returns: its name in the form in which it is kept (lower case).
    /// - Throws: `.invalid` for a name or password that is not taken; `.conflict` for a name that is taken; `.notFound`
    ///   for who may not manage accounts.
    @discardableResult
    public func add(
        name: String, password: String, isAdministrator: Bool = false, email: String? = nil, principal: Principal
    ) async throws(LakeError) -> String {
        try checkMayManage(principal)
        let name = try Naming.account(name)
        let address = if let email { try Naming.address(email) } else { EmailAddress?.none }
        let hash = try await passwords.hash(try Naming.password(password, for: name))
        try await LakeError.rethrowing {
            try await database.transaction { connection in
                let added = try await connection.first(
                    """
                    INSERT INTO account (name, password_hash, is_administrator, created_by) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (name) DO NOTHING RETURNING id
                    """, [name, hash, isAdministrator, principal.accountID])
                guard let added else { throw LakeError(.conflict, "there is an account of this name already") }
                if let address {
                    try await connection.execute(
                        "INSERT INTO account_request (kind, email, account_id) VALUES ('email', $1, $2)",
                        [address.description, try added.decode("id", as: Int64.self)])
                }
                // From now on nobody can make the first one.
                try await connection.execute("DELETE FROM first_start")
                try await AccessLog.write(
                    .accountAdd, detail: isAdministrator ? "\(name), administrator" : name, principal, connection)
            }
        }
        return name
    }

    /// Whoever sits at a browser that is signed in proves that they are its owner.
    /// - Throws: `.forbidden` where the password is wrong, or was tried too often.
    func checkOwn(_ password: String, _ principal: Principal) async throws(LakeError) {
        let isRight = try await LakeError.rethrowing {
            let wait = try await throttle.begin(name: principal.name, source: "own password")
            let row = try await database.single(
                "SELECT password_hash FROM account WHERE id = $1", [principal.accountID])
            let isRight = try await passwords.verify(
                Naming.normalised(password), against: row.decode("password_hash", as: String?.self))
            if wait == nil && isRight { try await throttle.succeed(name: principal.name, source: "own password") }
            return wait == nil && isRight
        }
        guard isRight else { throw LakeError(.forbidden, "the current password is wrong") }
    }

    /// Sets a password and ends the account's sessions.
    /// - Parameter current: the password until now: needed for one's own account, unless one may manage accounts.
    /// - Throws: `.invalid` for a password that is not taken; `.forbidden` where `current` is wrong; `.notFound` for an
    ///   account that is not there or not one's own.
    public func setPassword(
        name: String, password: String, current: String? = nil, principal: Principal
    ) async throws(LakeError) {
        let name = try Naming.account(name)
        let isOwn = name == principal.name && !principal.isOperator
        guard isOwn || Gate.permits(principal, .manageAccounts) else { throw Accounts.unknown }
        if isOwn { try await checkOwn(current ?? "", principal) }
        let hash = try await passwords.hash(try Naming.password(password, for: name))
        try await LakeError.rethrowing {
            try await database.transaction { connection in
                let row = try await connection.first(
                    "UPDATE account SET password_hash = $2 WHERE name = $1 AND NOT is_operator RETURNING id",
                    [name, hash])
                guard let row else { throw Accounts.unknown }
                let account: Int64 = try row.decode("id")
                try await connection.execute(
                    "UPDATE session SET ended_at = now() WHERE account_id = $1 AND ended_at IS NULL", [account])
                // Links to set another one end with the old one.
                try await connection.execute("DELETE FROM account_link WHERE account_id = $1", [account])
                try await AccessLog.write(.passwordSet, detail: name, principal, connection)
            }
        }
        cache.forgetAll()
    }

    /// Disables an account, ends its sessions and with them what its tokens may; or enables it again.
    /// - Throws: `.conflict` for one's own account; `.notFound` for one that is not there, or for who may not manage.
    public func setDisabled(_ isDisabled: Bool, name: String, principal: Principal) async throws(LakeError) {
        try checkMayManage(principal)
        let name = try Naming.account(name)
        guard name != principal.name || !isDisabled else {
            throw LakeError(.conflict, "nobody can disable their own account")
        }
        try await LakeError.rethrowing {
            try await database.transaction { connection in
                let row = try await connection.first(
                    """
                    UPDATE account SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END
                    WHERE name = $1 AND NOT is_operator RETURNING id
                    """, [name, isDisabled])
                guard let row else { throw Accounts.unknown }
                if isDisabled {
                    try await connection.execute(
                        "UPDATE session SET ended_at = now() WHERE account_id = $1 AND ended_at IS NULL",
                        [try row.decode("id", as: Int64.self)])
                }
                try await AccessLog.write(
                    isDisabled ? .accountDisable : .accountEnable, detail: name, principal, connection)
            }
        }
        cache.forgetAll()
    }

    /// Disables an account: `setDisabled(true, …)`.
    public func disable(name: String, principal: Principal) async throws(LakeError) {
        try await setDisabled(true, name: name, principal: principal)
    }
}
