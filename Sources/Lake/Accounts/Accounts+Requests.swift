internal import Foundation
internal import Postgres

/// Answers what was asked for: `Accounts+SignUp`.
extension Accounts {
    /// How long links are good.
    static let confirmationLifetime: TimeInterval = 24 * 3600
    static let resetLifetime: TimeInterval = 3600
    /// How many sign-ups of one address a mail names: somebody else may have used it too.
    private static let mostPending = 3

    /// A row of `account_request`.
    private struct Request {
        let kind: String
        let email: String
        let name: String?
        let hash: String?
        let account: Int64?
    }

    /// What is known about an address.
    private struct Owner {
        let id: Int64
        let name: String
        let isDisabled: Bool
    }

    /// Answers all that waits; several servers at once take different ones.
    func answerRequests() async throws {
        while try await answerNext() {}
    }

    private func answerNext() async throws -> Bool {
        try await database.transaction { connection in
            let row = try await connection.first(
                """
                DELETE FROM account_request WHERE id = (
                    SELECT id FROM account_request ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING kind, email, name, password_hash, account_id
                """)
            guard let row else { return false }
            let request = Request(
                kind: try row.decode("kind"), email: try row.decode("email"), name: try row.decode("name"),
                hash: try row.decode("password_hash"), account: try row.decode("account_id"))
            let owner = try await connection.first(
                "SELECT id, name, disabled_at IS NOT NULL AS is_disabled FROM account WHERE email = $1",
                [request.email]
            ).map {
                Owner(id: try $0.decode("id"), name: try $0.decode("name"), isDisabled: try $0.decode("is_disabled"))
            }
            try await answer(request, owner, connection)
            return true
        }
    }

    private func answer(_ request: Request, _ owner: Owner?, _ connection: PostgresConnection) async throws {
        let letters = AccountLetters(site: context.site)
        switch (request.kind, owner) {
        case ("reset", let owner):
            guard let owner, !owner.isDisabled else { return }
            let expires = Date.now.addingTimeInterval(Accounts.resetLifetime)
            let token = try await link("reset", request.email, account: owner.id, until: expires, connection)
            try await context.outbox.put(
                letters.reset(name: owner.name, token: token), to: request.email, expires: expires, connection)
        case ("email", let owner):
            guard let account = request.account, owner?.id != account else { return }
            try await answerEmail(account, to: request.email, owner, letters, connection)
        case (_, let owner?):
            try await context.outbox.put(letters.known(name: owner.name), to: request.email, connection)
        case ("sign-up", nil):
            guard let name = request.name, let hash = request.hash else { return }
            try await confirm([(name, hash)], request.email, letters, connection)
        default:
            let rows = try await connection.query(
                """
                SELECT name, password_hash FROM account_link WHERE purpose = 'sign-up' AND email = $1
                    AND expires_at > now()
                GROUP BY name, password_hash ORDER BY max(id) DESC LIMIT $2
                """, [request.email, Accounts.mostPending])
            let pending = try rows.map {
                (try $0.decode("name", as: String.self), try $0.decode("password_hash", as: String.self))
            }
            guard !pending.isEmpty else { return }
            try await confirm(pending, request.email, letters, connection)
        }
    }

    /// One mail with a link for each sign-up.
    private func confirm(
        _ pending: [(name: String, hash: String)], _ email: String, _ letters: AccountLetters,
        _ connection: PostgresConnection
    ) async throws {
        let expires = Date.now.addingTimeInterval(Accounts.confirmationLifetime)
        var links: [(name: String, token: String)] = []
        for (name, hash) in pending {
            let token = try await link("sign-up", email, name: name, hash: hash, until: expires, connection)
            links.append((name, token))
        }
        try await context.outbox.put(letters.confirm(links), to: email, expires: expires, connection)
    }

    private func answerEmail(
        _ account: Int64, to email: String, _ owner: Owner?, _ letters: AccountLetters, _ connection: PostgresConnection
    ) async throws {
        let row = try await connection.first(
            "SELECT name, email FROM account WHERE id = $1 AND disabled_at IS NULL", [account])
        guard let row else { return }
        let name: String = try row.decode("name")
        // The last one that was asked for counts.
        try await connection.execute(
            "DELETE FROM account_link WHERE account_id = $1 AND purpose = 'email'", [account])
        if let owner {
            try await context.outbox.put(letters.known(name: owner.name), to: email, connection)
        } else {
            let expires = Date.now.addingTimeInterval(Accounts.confirmationLifetime)
            let token = try await link("email", email, account: account, until: expires, connection)
            try await context.outbox.put(
                letters.address(name: name, token: token), to: email, expires: expires, connection)
        }
        if let old = try row.decode("email", as: String?.self) {
            try await context.outbox.put(letters.addressNotice(name: name), to: old, connection)
        }
    }

    private func link(
        _ purpose: String, _ email: String, account: Int64? = nil, name: String? = nil, hash: String? = nil,
        until expires: Date, _ connection: PostgresConnection
    ) async throws -> String {
        let secret = Secret(prefix: "")
        try await connection.execute(
            """
            INSERT INTO account_link (token_hash, purpose, email, account_id, name, password_hash, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, [secret.hash, purpose, email, account, name, hash, expires])
        return secret.text
    }
}
