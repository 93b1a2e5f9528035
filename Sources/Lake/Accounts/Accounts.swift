public import Foundation
internal import Mail
internal import Postgres
internal import Synchronization

/// Accounts, sessions and tokens: who may come in.
public final class Accounts: Sendable {
    /// A session that is not used ends after this long, and every session after `sessionLifetime`.
    public static let sessionIdleTime: TimeInterval = 8 * 3600
    public static let sessionLifetime: TimeInterval = 7 * 24 * 3600

    let context: LakeContext
    let database: PostgresPool
    let accessLog: AccessLog
    let passwords = Passwords()
    let throttle: SignInThrottle
    let cache = PrincipalCache()

    init(_ context: LakeContext, accessLog: AccessLog) {
        self.context = context
        database = context.database
        self.accessLog = accessLog
        throttle = SignInThrottle(database: context.database)
    }

    // MARK: - Who asks

    /// The principal of a session cookie, `nil` for one that is unknown or has ended.
    public func principal(session token: String) async throws(LakeError) -> Principal? {
        let hash = Secret.hash(of: token)
        if let cached = cache.find(hash) { return cached }
        let generation = cache.generation
        return try await LakeError.rethrowing {
            let row = try await database.first(
                """
                SELECT a.id, a.name, a.is_administrator, s.id AS credential, NULL::bigint AS project_id,
                    s.last_used_at < now() - interval '1 minute' AS is_stale,
                    ARRAY(SELECT m.project_id || ' ' || m.role FROM current_membership m WHERE m.account_id = a.id) AS roles
                FROM session s JOIN account a ON a.id = s.account_id
                WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > now()
                    AND s.last_used_at > now() - make_interval(secs => $2) AND a.disabled_at IS NULL
                """, [hash, Accounts.sessionIdleTime])
            guard let row else { return nil }
            let id: Int64 = try row.decode("credential")
            if try row.decode("is_stale") {
                try await database.execute("UPDATE session SET last_used_at = now() WHERE id = $1", [id])
            }
            let principal = try Principal(row, credential: .session(id))
            cache.keep(principal, hash, generation: generation)
            return principal
        }
    }

    /// The principal of a bearer token, `nil` for one that is unknown, expired or revoked. A token bound to a project
    /// has the account's roles there, and is never an administrator's.
    public func principal(bearer token: String) async throws(LakeError) -> Principal? {
        let hash = Secret.hash(of: token)
        if let cached = cache.find(hash) { return cached }
        let generation = cache.generation
        return try await LakeError.rethrowing {
            let row = try await database.first(
                """
                SELECT a.id, a.name, a.is_administrator AND t.project_id IS NULL AS is_administrator,
                    t.id AS credential, t.project_id,
                    coalesce(t.last_used_at < now() - interval '1 minute', true) AS is_stale,
                    ARRAY(SELECT m.project_id || ' ' || m.role FROM current_membership m WHERE m.account_id = a.id
                        AND (t.project_id IS NULL OR m.project_id = t.project_id)) AS roles
                FROM token t JOIN account a ON a.id = t.account_id
                WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
                    AND a.disabled_at IS NULL
                """, [hash])
            guard let row else { return nil }
            let id: Int64 = try row.decode("credential")
            if try row.decode("is_stale") {
                try await database.execute("UPDATE token SET last_used_at = now() WHERE id = $1", [id])
            }
            let principal = try Principal(row, credential: .token(id))
            cache.keep(principal, hash, generation: generation)
            return principal
        }
    }

    /// The operator, for the private socket and commands that open the lake themselves. What it does is recorded under
    /// the account `operator`.
    public func operatorPrincipal() async throws(LakeError) -> Principal {
        try await LakeError.rethrowing { try await Self.operatorPrincipal(.privateSocket, database) }
    }

    /// The operator, where a command that the machine let in did something by other ways.
    static func operatorPrincipal(
        _ credential: Principal.Credential, _ database: some PostgresQueryable
    ) async throws(PostgresError) -> Principal {
        let row = try await database.single("SELECT id, name FROM account WHERE is_operator")
        return Principal(
            accountID: try row.decode("id"), name: try row.decode("name"), isAdministrator: true, isOperator: true,
            roles: [:], credential: credential)
    }

    // MARK: - Sessions

    /// Signs in.
    /// - Parameters:
    ///   - name: the account's name, or its verified e-mail address.
    ///   - source: where the request came from (an address), to slow down who guesses; kept as a hash only.
    /// - Throws: `.unavailable`; what is wrong with name or password is in the answer.
    public func signIn(name: String, password: String, source: String = "") async throws(LakeError) -> SignIn {
        // A name that none can have is treated like one that nobody has.
        let address = (try? Naming.address(name))?.description
        let name = (try? Naming.account(name)) ?? "?" + Secret.hash(of: name).map { String($0) }.joined()
        return try await LakeError.rethrowing {
            // Looked up first: an account is counted once, whichever of its two names is tried.
            let row = try await database.first(
                """
                SELECT id, name, password_hash, disabled_at IS NOT NULL AS is_disabled FROM account
                WHERE name = $1 OR email = $2 ORDER BY name = $1 DESC LIMIT 1
                """, [name, address])
            let name = try row?.decode("name") ?? name
            if let seconds = try await throttle.begin(name: name, source: source) { return .wait(seconds: seconds) }
            let hash = try row?.decode("password_hash", as: String?.self)
            let isRight =
                password.utf8.count <= 4096
                ? try await passwords.verify(Naming.normalised(password), against: hash) : false
            guard isRight, let row, try !row.decode("is_disabled", as: Bool.self) else { return .refused }
            try await throttle.succeed(name: name, source: source)
            return try await begin(account: try row.decode("id"))
        }
    }

    /// Opens a session for an account that has proved who it is.
    func begin(account: Int64) async throws -> SignIn {
        let secret = Secret(prefix: "")
        try await database.execute(
            """
            INSERT INTO session (token_hash, account_id, expires_at)
            VALUES ($1, $2, now() + make_interval(secs => $3))
            """, [secret.hash, account, Accounts.sessionLifetime])
        // Whoever comes in sweeps the floor: counts of old failures, sessions that ended long ago.
        try await throttle.sweep()
        try await database.execute("DELETE FROM session WHERE expires_at < now() - interval '30 days'")
        guard let principal = try await principal(session: secret.text) else { return .refused }
        try await accessLog.record(.signIn, principal: principal)
        return .accepted(token: secret.text, principal: principal)
    }

    /// Ends a session. One that is unknown has ended already.
    public func signOut(session token: String) async throws(LakeError) {
        let hash = Secret.hash(of: token)
        try await LakeError.rethrowing {
            try await database.execute(
                "UPDATE session SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL", [hash])
        }
        cache.forgetAll()
    }

    // MARK: - First start

    /// A token for the link that makes the first administrator; `nil` as soon as there is any account.
    public func firstStartToken() async throws(LakeError) -> String? {
        let secret = Secret(prefix: "")
        return try await LakeError.rethrowing {
            try await database.execute("DELETE FROM first_start WHERE created_at < now() - interval '7 days'")
            let made = try await database.execute(
                """
                INSERT INTO first_start (token_hash)
                SELECT $1 WHERE NOT EXISTS (SELECT FROM account WHERE NOT is_operator)
                """,
                [secret.hash])
            return made == 1 ? secret.text : nil
        }
    }

    /// Makes the first administrator and signs in. Works once.
    /// - Throws: `.forbidden` for a wrong or used token; `.invalid` for a name or password that is not taken.
    public func firstStart(token: String, name: String, password: String) async throws(LakeError) -> SignIn {
        let name = try Naming.account(name)
        let password = try Naming.password(password, for: name)
        let refusal = LakeError(.forbidden, "this link is not valid, or was used already")
        // Before the hash, which costs: who has no token gets no work done.
        let isKnown = try await LakeError.rethrowing {
            try await database.first("SELECT FROM first_start WHERE token_hash = $1", [Secret.hash(of: token)]) != nil
        }
        guard isKnown else { throw refusal }
        let hash = try await passwords.hash(password)
        return try await LakeError.rethrowing {
            let account = try await database.transaction { connection in
                // Of two that come at once the second waits here, and finds its token gone.
                try await connection.execute("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE")
                let used = try await connection.execute(
                    "DELETE FROM first_start WHERE token_hash = $1", [Secret.hash(of: token)])
                let others = try await connection.first("SELECT FROM account WHERE NOT is_operator LIMIT 1")
                guard used == 1, others == nil else { throw refusal }
                try await connection.execute("DELETE FROM first_start")
                return try await connection.single(
                    "INSERT INTO account (name, password_hash, is_administrator) VALUES ($1, $2, true) RETURNING id",
                    [name, hash]
                ).decode("id", as: Int64.self)
            }
            return try await begin(account: account)
        }
    }
}

extension Principal {
    init(_ row: PostgresRow, credential: Credential) throws(PostgresError) {
        var roles: [Int64: Set<Role>] = [:]
        for text in try row.decode("roles", as: [String].self) {
            let parts = text.split(separator: " ")
            guard parts.count == 2, let project = Int64(parts[0]), let role = Role(rawValue: String(parts[1])) else {
                continue
            }
            roles[project, default: []].insert(role)
        }
        self.init(
            accountID: try row.decode("id"), name: try row.decode("name"),
            isAdministrator: try row.decode("is_administrator"), isOperator: false, roles: roles, credential: credential
        )
    }
}
