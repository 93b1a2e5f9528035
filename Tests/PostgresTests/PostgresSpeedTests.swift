import Foundation
import Postgres
import Testing

/// Measured only where asked for (TARN_MEASURE=1, in release): a figure that depends on the machine proves nothing
/// else.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil, "TARN_MEASURE is not set"))
struct PostgresSpeedTests {
    private func rate(_ name: String, tasks: Int, each count: Int, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<tasks { group.addTask { for _ in 0..<count { try await body() } } }
            try await group.waitForAll()
        }
        let elapsed = ContinuousClock.now - begin
        let perSecond =
            Double(tasks * count) / (Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
        print("\(name): \(Int(perSecond)) per second")
    }

    @Test func smallQueries() async throws {
        try await withPool(size: 4) { pool in
            try await pool.execute("CREATE TABLE t (id bigint PRIMARY KEY, name text, data bytea)")
            try await pool.execute(
                "INSERT INTO t SELECT n, 'name ' || n, sha256(n::text::bytea) FROM generate_series(1, 10000) n")
            for tasks in [1, 4, 16] {
                try await rate("select by key, 4 connections, \(tasks) tasks", tasks: tasks, each: 20_000 / tasks) {
                    let row = try await pool.single(
                        "SELECT id, name, data FROM t WHERE id = $1", [Int.random(in: 1...10_000)])
                    _ = try row.decode("name", as: String.self)
                }
            }
            try await rate("insert and commit, 4 connections", tasks: 4, each: 2500) {
                try await pool.execute(
                    "INSERT INTO t VALUES ($1, 'x', 'x')", [Int.random(in: 1_000_000...1_000_000_000_000)])
            }
            try await rate("transaction of 3 inserts, 4 connections", tasks: 4, each: 1000) {
                try await pool.transaction { connection in
                    for _ in 0..<3 {
                        try await connection.execute(
                            "INSERT INTO t VALUES ($1, 'x', 'x')", [Int.random(in: 1_000_000...1_000_000_000_000)])
                    }
                }
            }
            try await rate("1000 rows of 3 columns", tasks: 4, each: 50) {
                let rows = try await pool.query("SELECT id, name, data FROM t ORDER BY id LIMIT 1000")
                for row in rows { _ = (try row.decode("id", as: Int.self), try row.decode("data", as: [UInt8].self)) }
            }
        }
    }
}
