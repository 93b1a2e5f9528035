internal import Postgres

/// Slows down guessing. Each attempt is counted before the password is looked at, so that many at once gain nothing;
/// a right one takes the count back. Kept in the database: every server sees the same.
struct SignInThrottle: Sendable {
    let database: PostgresPool

    /// Failures that are forgiven before waiting begins, and the longest wait in seconds, for each way to count.
    private enum Scope: String, CaseIterable {
        /// One account from one source: a person with a forgotten password, or a simple attack.
        case pair
        /// One account from everywhere. Waits stay short: nobody shall be able to lock another out.
        case account
        /// One source trying many accounts.
        case source

        var forgiven: Int {
            switch self {
            case .pair: 5
            case .account: 30
            case .source: 50
            }
        }

        var longestWait: Int {
            switch self {
            case .pair: 900
            case .account: 30
            case .source: 900
            }
        }

        func key(name: String, source: String) -> [UInt8] {
            switch self {
            case .pair: Secret.hash(of: "pair\0\(name)\0\(source)")
            case .account: Secret.hash(of: "account\0\(name)")
            case .source: Secret.hash(of: "source\0\(source)")
            }
        }
    }

    /// Counts an attempt.
    /// - Returns: seconds to wait where the attempt is not to be made, else `nil`.
    func begin(name: String, source: String) async throws -> Int? {
        // In the order of the keys, or two attempts could wait for each other.
        let counters = Scope.allCases.map { (scope: $0, key: $0.key(name: name, source: source)) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return try await database.transaction { connection in
            // The rows have to be there before they are locked: where there is none, nobody waits for anybody.
            try await connection.execute(
                """
                INSERT INTO sign_in_failure (key, failures) SELECT k, 0 FROM unnest($1) AS k ON CONFLICT (key) DO NOTHING
                """, [counters.map(\.key)])
            let rows = try await connection.query(
                """
                SELECT ceil(extract(epoch FROM max(blocked_until) - now()))::int AS wait
                FROM (SELECT blocked_until FROM sign_in_failure WHERE key = ANY ($1) ORDER BY key FOR UPDATE) AS f
                """, [counters.map(\.key)])
            if let wait = try rows.first?.decode("wait", as: Int?.self), wait > 0 { return wait }
            for (scope, key) in counters {
                try await connection.execute(
                    """
                    UPDATE sign_in_failure AS f SET
                        failures = CASE WHEN f.last_at < now() - interval '1 day' THEN 1 ELSE f.failures + 1 END,
                        last_at = now(),
                        blocked_until = CASE WHEN f.last_at >= now() - interval '1 day' AND f.failures + 1 >= $2::int
                            THEN now() + make_interval(
                                secs => least($3::int, power(2, least(f.failures + 1 - $2::int, 20))))
                            END
                    WHERE f.key = $1
                    """, [key, scope.forgiven, scope.longestWait])
            }
            return nil
        }
    }

    /// Takes back what `begin` counted: the password was right.
    func succeed(name: String, source: String) async throws {
        try await database.execute(
            "DELETE FROM sign_in_failure WHERE key = ANY ($1)",
            [[Scope.pair.key(name: name, source: source), Scope.account.key(name: name, source: source)]])
        try await database.execute(
            """
            UPDATE sign_in_failure SET failures = greatest(0, failures - 1), blocked_until = NULL WHERE key = $1
            """, [Scope.source.key(name: name, source: source)])
    }

    /// Forgets what is old.
    func sweep() async throws {
        try await database.execute("DELETE FROM sign_in_failure WHERE last_at < now() - interval '2 days'")
    }
}
