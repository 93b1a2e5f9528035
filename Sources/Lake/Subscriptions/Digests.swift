internal import Foundation
internal import Logging
internal import Postgres

/// Mails about what is new in what people follow.
///
/// A mail goes into the outbox in the transaction that notes until when it tells, under a lock on its subscription: of
/// several servers one makes it, and whenever one of them dies, a period is told once or not yet. Who may see what is
/// asked again for each mail.
public struct Digests: Sendable {
    private let context: LakeContext
    private let accounts: Accounts

    init(_ context: LakeContext, accounts: Accounts) {
        self.context = context
        self.accounts = accounts
    }

    /// Every ten minutes, on every server.
    var recurring: [Recurring] {
        [
            Recurring(name: "digests", interval: .seconds(600)) {
                _ = try await send(all: false)
                try await sweep()
            }
        ]
    }

    /// Makes the mails that are due.
    /// - Parameter all: also those whose day or week is not over yet.
    /// - Returns: how many; where nothing is new there is none.
    /// - Throws: `.notFound` for who may not operate the site.
    public func send(all: Bool, principal: Principal) async throws(LakeError) -> Int {
        guard Gate.permits(principal, .operate) else { throw LakeError(.notFound, "there is no such thing") }
        return try await LakeError.rethrowing { try await send(all: all) }
    }

    private func send(all: Bool) async throws -> Int {
        var sent = 0
        var last: Int64 = 0
        while !Task.isCancelled, let next = try await next(after: last, all: all) {
            last = next
            do {
                if try await sendOne(next, all: all) { sent += 1 }
            } catch {
                // One that cannot be made must not keep the others from theirs.
                context.log.error(
                    "a digest failed", metadata: ["subscription": "\(next)", "reason": "\(LakeError(error))"])
            }
        }
        return sent
    }

    private static let waiting = """
        subscription s JOIN account a ON a.id = s.account_id
        WHERE s.ended_at IS NULL AND a.disabled_at IS NULL AND a.email IS NOT NULL
        """

    private func next(after last: Int64, all: Bool) async throws -> Int64? {
        try await context.database.first(
            "SELECT s.id FROM \(Self.waiting) AND s.id > $1 AND ($2 OR s.due_at <= now()) ORDER BY s.id LIMIT 1",
            [last, all]
        )?.decode("id")
    }

    /// - Returns: whether there was something to tell.
    private func sendOne(_ id: Int64, all: Bool) async throws -> Bool {
        try await context.database.transaction { connection in
            // Another server that has it makes it.
            let locked = try await connection.first(
                """
                SELECT s.account_id, a.email FROM \(Self.waiting) AND s.id = $1 AND ($2 OR s.due_at <= now())
                FOR UPDATE OF s SKIP LOCKED
                """, [id, all])
            guard let locked else { return false }
            let row = try SubscriptionRow(
                try await connection.single(
                    "SELECT \(SubscriptionRow.columns) FROM \(SubscriptionRow.source) WHERE s.id = $1", [id]))
            let until = try await Self.present(connection)
            let principal = try await accounts.principal(subscription: id, of: row.accountID, connection)
            var isTold = false
            if until > row.toldUntil {
                let news = try await DigestCount(
                    row: row, principal: principal, from: row.toldUntil, until: until
                ).news(connection)
                isTold = !news.isEmpty
                if isTold {
                    let letter = try await letter(news, row, principal, connection)
                    try await context.outbox.put(letter, to: try locked.decode("email"), connection)
                }
            }
            try await connection.execute(
                """
                UPDATE subscription AS s SET told_until = greatest(s.told_until, $2),
                    due_at = \(Subscriptions.due("s.every")), last_at = CASE WHEN $3 THEN now() ELSE s.last_at END
                WHERE s.id = $1
                """, [id, until, isTold])
            return isTold
        }
    }

    /// The moment until which everything that will ever bear an earlier time is there: what a transaction makes bears
    /// the time of its beginning and is seen only at its end, so no later than the oldest one began. A whole second,
    /// for some times are.
    private static func present(_ connection: PostgresConnection) async throws -> Date {
        try await connection.single(
            """
            SELECT date_trunc('second', greatest(now() - interval '1 hour', least(now(), (
                SELECT min(xact_start) FROM pg_stat_activity
                WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            )))) AS present
            """
        ).decode("present")
    }

    private func letter(
        _ news: DigestNews, _ row: SubscriptionRow, _ principal: Principal, _ connection: PostgresConnection
    ) async throws -> Letter {
        let link = Secret(prefix: "")
        try await connection.execute(
            "INSERT INTO unsubscribe_link (token_hash, subscription_id) VALUES ($1, $2)",
            [link.hash, row.subscription.id])
        return DigestLetter(
            news: news, subscription: row.subscription, since: row.toldUntil, reader: principal.name,
            publicURL: context.configuration.site.publicURL, token: link.text
        ).letter
    }

    /// Forgets links of mails that nobody opens any more.
    private func sweep() async throws {
        try await context.database.execute(
            "DELETE FROM unsubscribe_link WHERE made_at < now() - interval '400 days'")
    }
}

extension Accounts {
    /// What an account may see at this moment, for a mail that it asked for.
    fileprivate func principal(
        subscription: Int64, of account: Int64, _ connection: PostgresConnection
    ) async throws -> Principal {
        let row = try await connection.single(
            """
            SELECT a.id, a.name, false AS is_administrator,
                ARRAY(SELECT m.project_id || ' ' || m.role FROM current_membership m WHERE m.account_id = a.id) AS roles
            FROM account a WHERE a.id = $1 AND a.disabled_at IS NULL
            """, [account])
        return try Principal(row, credential: .subscription(subscription))
    }
}
