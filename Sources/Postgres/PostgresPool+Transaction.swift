/// How much a transaction sees of others (PostgreSQL §13.2).
public enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresPool {
    /// Runs `body` in a transaction on a connection of its own: committed when `body` returns, rolled back when it
    /// throws or when the task was cancelled.
    ///
    /// - Parameters:
    ///   - attempts: how often to run all of it when the server reports a serialization failure or a deadlock. `body`
    ///     then runs again, so it must do nothing outside the database.
    /// - Throws: what `body` throws; `PostgresError` when the commit fails. After `PostgresError.connection` from a
    ///   commit nobody knows whether it happened.
    @discardableResult
    public func transaction<Value>(
        isolation: PostgresIsolation = .readCommitted, attempts: Int = 1,
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            let session = try await begin(isolation)
            do {
                let value = try await run(body, on: session)
                giveBack(session)
                return value
            } catch {
                let mayRetry = session.takeRetryable()
                giveBack(session)
                guard mayRetry, attempt < attempts, !Task.isCancelled else { throw error }
            }
            // Growing and uneven, so that two that met do not meet again.
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...(10 << min(attempt, 6)))))
            attempt += 1
        }
    }

    /// Runs `body` on a connection of its own, outside any transaction: for statements that take none. What it set ends
    /// with it; the connection is closed afterwards.
    public func exclusively<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let session = try await lease()
        let connection = PostgresConnection(session)
        defer {
            connection.end()
            session.close()
            giveBack(session)
        }
        return try await body(connection)
    }

    /// A connection in a new transaction. One that turns out to be broken is replaced: nothing was asked of it yet.
    private func begin(_ isolation: PostgresIsolation) async throws(PostgresError) -> PostgresSession {
        var attempts = 3
        while true {
            let session = try await lease()
            _ = session.takeRetryable()
            do throws(PostgresError) {
                _ = try await session.script("BEGIN ISOLATION LEVEL \(isolation.rawValue)", isCancellable: false)
                return session
            } catch {
                giveBack(session)
                attempts -= 1
                guard session.isUnusable, attempts > 0 else { throw error }
            }
        }
    }

    private func run<Value>(
        _ body: (PostgresConnection) async throws -> Value, on session: PostgresSession
    ) async throws -> Value {
        let connection = PostgresConnection(session)
        do {
            let value = try await body(connection)
            connection.end()
            if Task.isCancelled { throw PostgresError(.cancelled, reason: "cancelled before the commit") }
            let command = try await session.endTransaction("COMMIT")
            guard command == "COMMIT" else {
                throw PostgresError(
                    .server, sqlState: "25P02", reason: "a statement had failed, so nothing was committed")
            }
            return value
        } catch {
            connection.end()
            if !session.isUnusable { await rollBack(session) }
            throw error
        }
    }

    private func rollBack(_ session: PostgresSession) async {
        do {
            // Outside a transaction (the commit itself failed) this is only a warning.
            _ = try await session.endTransaction("ROLLBACK")
        } catch {
            session.close()
        }
    }
}
