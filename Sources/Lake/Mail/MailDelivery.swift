internal import Foundation
internal import Logging
internal import Mail
internal import Postgres
internal import Synchronization

/// Sends what is in the outbox. A mail's row is locked while it is on its way and changed in the same transaction: a
/// server that dies before the commit leaves it waiting, so it is sent at least once, and twice only if the end came
/// between the mail server's answer and ours.
public final class MailDelivery: Sendable {
    /// Longest pause, in seconds, after a server that could not be used.
    private static let longestPause: Double = 60

    private let context: LakeContext
    private let accounts: Accounts
    private let thread = WorkPool(threads: 1, name: "tarn.mail")
    private let pause = Mutex((until: ContinuousClock.now, seconds: 0.0))

    init(_ context: LakeContext, accounts: Accounts) {
        self.context = context
        self.accounts = accounts
    }

    /// Every second, on every server.
    var recurring: [Recurring] {
        [
            Recurring(name: "mail", interval: .seconds(1)) { try await self.round() },
            Recurring(name: "sweeping mail and links", interval: .seconds(3600)) { try await self.sweep() },
        ]
    }

    /// Answers what was asked for by mail, and sends all that is due; what a server does every second.
    public func deliver() async throws(LakeError) {
        try await LakeError.rethrowing { try await round() }
    }

    private func round() async throws {
        try await accounts.answerRequests()
        try await giveUp()
        guard pause.withLock({ $0.until <= .now }), try await isAnythingDue() else { return }
        let transport: Boxed
        do { transport = Boxed(try MailTransport(context.configuration)) } catch {
            hold(error)
            return
        }
        // A task of its own: when the server stops, the mail that is on its way is waited for, not sent again.
        while !Task.isCancelled, try await Task(operation: { try await self.sendOne(transport) }).value {}
    }

    private func isAnythingDue() async throws -> Bool {
        try await context.database.first(
            "SELECT FROM mail WHERE state = 'waiting' AND next_at <= now() LIMIT 1") != nil
    }

    /// - Returns: whether there may be more to send.
    private func sendOne(_ transport: Boxed) async throws -> Bool {
        try await context.database.transaction { connection in
            let row = try await connection.first(
                """
                SELECT id, sealed, attempts FROM mail WHERE state = 'waiting' AND next_at <= now()
                ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
                """)
            guard let row else { return false }
            let (id, attempts) = (try row.decode("id", as: Int64.self), try row.decode("attempts", as: Int.self))
            guard let envelope = try? context.outbox.open(try row.decode("sealed"), id: id) else {
                // Not under this lake's key: no attempt will open it, and it must not hold up the others.
                context.log.error("a mail cannot be opened and is given up", metadata: ["mail": "\(id)"])
                try await MailDelivery.end(id, "refused", connection)
                return true
            }
            do throws(MailError) {
                try await thread.run { () throws(MailError) in try transport.transport.send(envelope, id: id) }
            } catch {
                return try await settle(error, mail: id, attempts: attempts, connection)
            }
            pause.withLock { $0 = (.now, 0) }
            try await MailDelivery.end(id, "sent", connection)
            return true
        }
    }

    /// After a failure: given up, later, or nothing more for now.
    private func settle(
        _ error: MailError, mail id: Int64, attempts: Int, _ connection: PostgresConnection
    ) async throws -> Bool {
        guard !error.isFinal else {
            context.log.warning("a mail was refused", metadata: ["mail": "\(id)", "reason": "\(error)"])
            try await MailDelivery.end(id, "refused", connection)
            return true
        }
        guard error.code == .refusedForNow else {
            hold(error)
            return false
        }
        let wait = min(3600, 30 << min(attempts, 10))
        context.log.notice(
            "a mail was put off", metadata: ["mail": "\(id)", "reason": "\(error)", "seconds": "\(wait)"])
        try await connection.execute(
            """
            UPDATE mail SET attempts = attempts + 1, next_at = now() + make_interval(secs => $2) WHERE id = $1
            """, [id, Double(wait)])
        return true
    }

    private static func end(_ id: Int64, _ state: String, _ connection: PostgresConnection) async throws {
        try await connection.execute(
            "UPDATE mail SET state = $2, sealed = NULL, attempts = attempts + 1, ended_at = now() WHERE id = $1",
            [id, state])
    }

    /// The server cannot be used: no mail is to blame, all wait a little, longer each time.
    private func hold(_ error: MailError) {
        let seconds = pause.withLock { pause in
            let seconds = min(MailDelivery.longestPause, max(1, pause.seconds * 2))
            pause = (.now + .seconds(seconds), seconds)
            return seconds
        }
        context.log.error(
            "no mail can be sent", metadata: ["reason": "\(error)", "again in seconds": "\(Int(seconds))"])
    }

    /// What waited too long, or holds a link that has ended.
    private func giveUp() async throws {
        let rows = try await context.database.query(
            """
            UPDATE mail SET state = 'expired', sealed = NULL, ended_at = now()
            WHERE id IN (SELECT id FROM mail WHERE state = 'waiting' AND expires_at <= now() FOR UPDATE SKIP LOCKED)
            RETURNING id
            """)
        for row in rows {
            let id: Int64 = try row.decode("id")
            context.log.warning(
                "a mail was given up: it could not be sent in time", metadata: ["mail": "\(id)"])
        }
    }

    private func sweep() async throws {
        try await context.database.execute(
            "DELETE FROM mail WHERE state <> 'waiting' AND ended_at < now() - interval '30 days'")
        try await context.database.execute("DELETE FROM account_link WHERE expires_at < now()")
    }

    /// Used by one thread at a time: sending follows sending.
    private final class Boxed: @unchecked Sendable {
        let transport: MailTransport
        init(_ transport: MailTransport) { self.transport = transport }
    }
}
