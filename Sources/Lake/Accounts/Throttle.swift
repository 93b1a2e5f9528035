internal import Postgres

/// Slows down who asks too often: some attempts are free, then the wait doubles. Kept in the database, under hashes of
/// what is counted: every server sees the same.
struct Throttle: Sendable {
    let database: PostgresPool

    /// One way to count.
    struct Counter: Sendable {
        let key: [UInt8]
        /// Attempts that are forgiven before waiting begins.
        let forgiven: Int
        /// Seconds of the first wait, and of the longest.
        let firstWait: Int
        let longestWait: Int

        /// - Parameter subject: what is counted, such as a name; only its hash is kept.
        init(_ scope: String, _ subject: String, forgiven: Int, firstWait: Int = 1, longestWait: Int) {
            key = Secret.hash(of: "\(scope)\0\(subject)")
            self.forgiven = forgiven
            self.firstWait = firstWait
            self.longestWait = longestWait
        }
    }

    /// Counts an attempt.
    /// - Returns: seconds to wait where the attempt is not to be made (then it is not counted), else `nil`.
    func begin(_ counters: [Counter]) async throws -> Int? {
        // In the order of the keys, or two attempts could wait for each other.
        let counters = counters.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        // Without a lock or a write first: a flood that is being refused must not stand in line for the rows it waits
        // on. Again on the connection: those that came at the same moment all passed before the first was counted.
        if let wait = try await wait(counters, lock: "", database) { return wait }
        return try await database.transaction { connection in
            if let wait = try await wait(counters, lock: "", connection) { return wait }
            // The rows have to be there before they are locked: where there is none, nobody waits for anybody.
            try await connection.execute(
                """
                INSERT INTO sign_in_failure (key, failures) SELECT k, 0 FROM unnest($1) AS k ON CONFLICT (key) DO NOTHING
                """, [counters.map(\.key)])
            if let wait = try await wait(counters, lock: "FOR UPDATE", connection) { return wait }
            for counter in counters {
                try await connection.execute(
                    """
                    UPDATE sign_in_failure AS f SET
                        failures = CASE WHEN f.last_at < now() - interval '1 day' THEN 1 ELSE f.failures + 1 END,
                        last_at = now(),
                        blocked_until = CASE WHEN f.last_at >= now() - interval '1 day' AND f.failures + 1 >= $2::int
                            THEN now() + make_interval(
                                secs => least($3::int, $4::int * power(2, least(f.failures + 1 - $2::int, 20))))
                            END
                    WHERE f.key = $1
                    """, [counter.key, counter.forgiven, counter.longestWait, counter.firstWait])
            }
            return nil
        }
    }

    /// Seconds until all counters let pass; `nil` where they do.
    private func wait(
        _ counters: [Counter], lock: String, _ connection: some PostgresQueryable
    ) async throws(PostgresError) -> Int? {
        let wait: Int? = try await connection.single(
            """
            SELECT ceil(extract(epoch FROM max(blocked_until) - now()))::int AS wait
            FROM (SELECT blocked_until FROM sign_in_failure WHERE key = ANY ($1) ORDER BY key \(lock)) AS f
            """, [counters.map(\.key)]
        ).decode("wait")
        return wait.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Forgets what was counted.
    func forget(_ counters: [Counter]) async throws {
        try await database.execute("DELETE FROM sign_in_failure WHERE key = ANY ($1)", [counters.map(\.key)])
    }

    /// Takes one attempt back, and the wait with it.
    func takeBack(_ counter: Counter) async throws {
        try await database.execute(
            """
            UPDATE sign_in_failure SET failures = greatest(0, failures - 1), blocked_until = NULL WHERE key = $1
            """, [counter.key])
    }

    /// Forgets what is old.
    func sweep() async throws {
        try await database.execute("DELETE FROM sign_in_failure WHERE last_at < now() - interval '2 days'")
    }
}
