internal import Postgres

/// What came of a link.
public enum Verification: Sendable, Hashable {
    public enum Purpose: String, Sendable, Hashable, Codable {
        case signUp = "sign-up"
        case email
    }

    /// The address is verified; for a sign-up the account of this name was made now.
    case verified(Purpose, name: String)
    /// Somebody else has the name by now; the link stays good for another one.
    case nameTaken
    /// Expired, used, or never given: which of them is not said.
    case invalid
}

/// Opening the links that `Accounts+Requests` sends.
extension Accounts {
    /// Uses a link up and makes the account, or gives it its address.
    /// - Parameter name: another name for the account than the one that was asked for.
    /// - Throws: `.invalid` for a name that is not taken.
    public func verify(token: String, name: String? = nil) async throws(LakeError) -> Verification {
        let name = if let name { try Naming.ownAccount(name) } else { String?.none }
        let outcome = try await LakeError.rethrowing {
            do {
                return try await database.transaction(attempts: 3) { connection in
                    guard let row = try await open(token, ["sign-up", "email"], connection) else {
                        return Verification.invalid
                    }
                    if try row.isNull("account_id") { return try await makeAccount(row, name, connection) }
                    return try await giveAddress(row, connection)
                }
            } catch let error as PostgresError where error.isUniqueViolation {
                // Another link to the same address was opened at the same time.
                return .invalid
            }
        }
        cache.forgetAll()
        return outcome
    }

    /// The row of a link that is good, locked together with its account.
    private func open(
        _ token: String, _ purposes: [String], _ connection: PostgresConnection
    ) async throws(PostgresError) -> PostgresRow? {
        // One after the other: a link ends others, and two that end each other would wait for each other.
        try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('tarn account link', 0))")
        let parameters: [any PostgresEncodable] = [Secret.hash(of: token), purposes]
        // The account first, as everything does that ends its links.
        try await connection.query(
            """
            SELECT FROM account WHERE id = (SELECT account_id FROM account_link WHERE token_hash = $1
                AND purpose = ANY ($2)) FOR UPDATE
            """, parameters)
        return try await connection.first(
            """
            SELECT id, purpose, email, name, password_hash, account_id FROM account_link
            WHERE token_hash = $1 AND purpose = ANY ($2) AND expires_at > now() FOR UPDATE
            """, parameters)
    }

    private func makeAccount(
        _ link: PostgresRow, _ name: String?, _ connection: PostgresConnection
    ) async throws -> Verification {
        let asked: String = try link.decode("name")
        let name = name ?? asked
        let email: String = try link.decode("email")
        guard try await connection.first("SELECT FROM account WHERE email = $1", [email]) == nil else {
            return .invalid
        }
        let row = try await connection.first(
            """
            INSERT INTO account (name, password_hash, email) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO NOTHING RETURNING id
            """, [name, try link.decode("password_hash", as: String.self), email])
        guard let row else { return .nameTaken }
        try await connection.execute("DELETE FROM account_link WHERE email = $1 AND purpose <> 'reset'", [email])
        let person = Accounts.person(try row.decode("id"), name, link: try link.decode("id"))
        try await AccessLog.write(.accountSignUp, detail: name, person, connection)
        return .verified(.signUp, name: name)
    }

    private func giveAddress(_ link: PostgresRow, _ connection: PostgresConnection) async throws -> Verification {
        let (account, email) = (
            try link.decode("account_id", as: Int64.self), try link.decode("email", as: String.self)
        )
        let row = try await connection.first(
            "UPDATE account SET email = $2 WHERE id = $1 AND disabled_at IS NULL RETURNING name", [account, email])
        guard let row else { return .invalid }
        let name: String = try row.decode("name")
        // Links that went to the address before are no longer its owner's.
        try await connection.execute(
            "DELETE FROM account_link WHERE account_id = $1 OR (email = $2 AND purpose <> 'reset')", [account, email])
        let person = Accounts.person(account, name, link: try link.decode("id"))
        try await AccessLog.write(.accountEmail, detail: name, person, connection)
        return .verified(.email, name: name)
    }

    /// Sets a new password by a link and ends all sessions and other links of the account.
    /// - Returns: whether the link was good; it is used up then.
    /// - Throws: `.invalid` for a password that is not taken: the link stays good.
    public func completeReset(token: String, password: String, source: String = "") async throws(LakeError) -> Bool {
        // Before the hash, which costs: who has no token gets no work done.
        let name = try await LakeError.rethrowing {
            try await database.first(
                """
                SELECT a.name FROM account_link l JOIN account a ON a.id = l.account_id
                WHERE l.token_hash = $1 AND l.purpose = 'reset' AND l.expires_at > now() AND a.disabled_at IS NULL
                """, [Secret.hash(of: token)])?.decode("name", as: String.self)
        }
        guard let name else { return false }
        let hash = try await passwords.hash(try Naming.password(password, for: name))
        let isDone = try await LakeError.rethrowing {
            try await database.transaction(attempts: 3) { connection in
                guard let link = try await open(token, ["reset"], connection) else { return false }
                let account: Int64 = try link.decode("account_id")
                try await connection.execute("UPDATE account SET password_hash = $2 WHERE id = $1", [account, hash])
                try await connection.execute(
                    "UPDATE session SET ended_at = now() WHERE account_id = $1 AND ended_at IS NULL", [account])
                try await connection.execute("DELETE FROM account_link WHERE account_id = $1", [account])
                let person = Accounts.person(account, name, link: try link.decode("id"))
                try await AccessLog.write(.passwordSet, detail: name, person, connection)
                return true
            }
        }
        guard isDone else { return false }
        try await LakeError.rethrowing { try await throttle.forget(name: name, source: source) }
        cache.forgetAll()
        return true
    }

    /// Whoever opened a link, as far as the access log is concerned.
    private static func person(_ account: Int64, _ name: String, link: Int64) -> Principal {
        Principal(
            accountID: account, name: name, isAdministrator: false, isOperator: false, roles: [:],
            credential: .link(link))
    }
}
