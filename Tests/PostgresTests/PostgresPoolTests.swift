import Foundation
import Postgres
import Testing

@Suite struct PostgresPoolTests {
    @Test func aTransactionHasItsConnectionForItself() async throws {
        try await withPool(size: 3) { pool in
            try await pool.execute("CREATE TABLE t (backend int, round int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<30 {
                    group.addTask {
                        try await pool.transaction { connection in
                            let first = try await connection.single("SELECT pg_backend_pid() AS p, txid_current() AS x")
                            for _ in 0..<5 {
                                await Task.yield()
                                let row = try await connection.single(
                                    "SELECT pg_backend_pid() AS p, txid_current() AS x")
                                #expect(try row.decode("p", as: Int.self) == first.decode("p", as: Int.self))
                                #expect(try row.decode("x", as: Int.self) == first.decode("x", as: Int.self))
                            }
                            try await connection.execute("INSERT INTO t VALUES (pg_backend_pid(), $1)", [round])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await pool.single("SELECT count(DISTINCT backend) AS backends, count(*) AS rounds FROM t")
            #expect(try row.decode("rounds", as: Int.self) == 30)
            #expect((1...3).contains(try row.decode("backends", as: Int.self)))
        }
    }

    @Test func whatThrowsIsRolledBack() async throws {
        struct Stop: Error {}
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (n int)")
            await #expect(throws: Stop.self) {
                try await pool.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }
            #expect(try await pool.single("SELECT count(*) AS n FROM t").decode("n", as: Int.self) == 0)
        }
    }

    @Test func aCancelledTransactionIsRolledBackAndItsConnectionWorksOn() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (n int)")
            let (started, starts) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await pool.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    starts.yield()
                    try await connection.query("SELECT pg_sleep(60)")
                }
            }
            for await _ in started { break }
            let begin = ContinuousClock.now
            task.cancel()
            await #expect { try await task.value } throws: { ($0 as? PostgresError)?.code == .cancelled }
            #expect(ContinuousClock.now - begin < .seconds(5))
            #expect(try await pool.single("SELECT count(*) AS n FROM t").decode("n", as: Int.self) == 0)
        }
    }

    @Test func cancellationAtAnyMomentNeverHitsTheNextStatement() async throws {
        try await withPool(size: 2) { pool in
            for round in 0..<150 {
                let task = Task { try await pool.query("SELECT pg_sleep(0.002)") }
                try await Task.sleep(for: .microseconds(round * 30))
                task.cancel()
                _ = try? await task.value
                #expect(try await pool.single("SELECT 1 AS one").decode("one", as: Int.self) == 1)
            }
        }
    }

    @Test func aFailedStatementThatIsSwallowedDoesNotLookCommitted() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (n int)")
            await #expect {
                try await pool.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    _ = try? await connection.query("SELECT 1/0")
                }
            } throws: { ($0 as? PostgresError)?.sqlState == "25P02" }
            #expect(try await pool.single("SELECT count(*) AS n FROM t").decode("n", as: Int.self) == 0)
        }
    }

    @Test func aSavepointUndoesOnlyItsOwn() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (n int PRIMARY KEY)")
            try await pool.transaction { connection in
                try await connection.execute("INSERT INTO t VALUES (1)")
                _ = try? await connection.savepoint { try await connection.execute("INSERT INTO t VALUES (2), (1)") }
                try await connection.savepoint { _ = try await connection.execute("INSERT INTO t VALUES (3)") }
            }
            let rows = try await pool.query("SELECT n FROM t ORDER BY n")
            #expect(try rows.map { try $0.decode("n", as: Int.self) } == [1, 3])
        }
    }

    @Test func aConnectionUsedAfterItsTransactionIsAnError() async throws {
        try await withPool(size: 1) { pool in
            let escaped = try await pool.transaction { $0 }
            await #expect { try await escaped.query("SELECT 1") } throws: { ($0 as? PostgresError)?.code == .closed }
        }
    }

    @Test func deadlocksAreRunAgain() async throws {
        try await withPool(size: 4) { pool in
            try await pool.execute("CREATE TABLE t (id int PRIMARY KEY, n int)")
            try await pool.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (first, second) in [(1, 2), (2, 1), (1, 2), (2, 1)] {
                    group.addTask {
                        try await pool.transaction(attempts: 10) { connection in
                            try await connection.execute("UPDATE t SET n = n + 1 WHERE id = $1", [first])
                            try await Task.sleep(for: .milliseconds(50))
                            try await connection.execute("UPDATE t SET n = n + 1 WHERE id = $1", [second])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.single("SELECT sum(n) AS n FROM t").decode("n", as: Int.self) == 8)
        }
    }

    @Test func serializableTransactionsThatConflictAllHappen() async throws {
        try await withPool(size: 4) { pool in
            try await pool.execute("CREATE TABLE t (n int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await pool.transaction(isolation: .serializable, attempts: 50) { connection in
                            let count = try await connection.single("SELECT count(*) AS n FROM t").decode(
                                "n", as: Int.self)
                            try await connection.execute("INSERT INTO t VALUES ($1)", [count])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.single("SELECT count(DISTINCT n) AS n FROM t").decode("n", as: Int.self) == 8)
        }
    }

    @Test func whoWaitsTooLongIsTold() async throws {
        try await withPool(size: 1, timeout: .milliseconds(200)) { pool in
            let (started, starts) = AsyncStream<Void>.makeStream()
            let holder = Task {
                try await pool.transaction { connection in
                    starts.yield()
                    try await connection.query("SELECT pg_sleep(2)")
                }
            }
            for await _ in started { break }
            let begin = ContinuousClock.now
            await #expect { try await pool.query("SELECT 1") } throws: { ($0 as? PostgresError)?.code == .poolTimeout }
            #expect(ContinuousClock.now - begin < .seconds(1))
            holder.cancel()
            _ = try? await holder.value
            _ = try await pool.query("SELECT 1")
        }
    }

    @Test func waitersAreServedInOrderAndACancelledOneStepsOut() async throws {
        try await withPool(size: 1) { pool in
            let (started, starts) = AsyncStream<Void>.makeStream()
            let holder = Task {
                try await pool.transaction { connection in
                    starts.yield()
                    try await connection.query("SELECT pg_sleep(0.5)")
                }
            }
            for await _ in started { break }
            let order = Order()
            var tasks: [Task<Void, any Error>] = []
            for number in 0..<5 {
                tasks.append(
                    Task {
                        try await pool.transaction { connection in
                            await order.append(number)
                            _ = try await connection.query("SELECT 1")
                        }
                    })
                try await Task.sleep(for: .milliseconds(20))
            }
            tasks[2].cancel()
            await #expect { try await tasks[2].value } throws: { ($0 as? PostgresError)?.code == .cancelled }
            try await holder.value
            for (number, task) in tasks.enumerated() where number != 2 { try await task.value }
            #expect(await order.numbers == [0, 1, 3, 4])
        }
    }

    @Test func aTransactionBegunByHandDoesNotReachTheNextUser() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (n int)")
            try await pool.execute("BEGIN")
            try await pool.execute("INSERT INTO t VALUES (1)")
            let row = try await pool.single(
                "SELECT count(*) AS n, pg_current_xact_id_if_assigned() IS NULL AS clean FROM t")
            #expect(try row.decode("n", as: Int.self) == 1)
            #expect(try row.decode("clean", as: Bool.self))
        }
    }

    @Test func aKilledBackendIsReplaced() async throws {
        try await withPool(size: 2) { pool in
            try await withPool(size: 1) { other in
                let pid = try await pool.single("SELECT pg_backend_pid() AS p").decode("p", as: Int.self)
                try await other.query("SELECT pg_terminate_backend($1::int, 5000)", [pid])
                for _ in 0..<3 {
                    let next = try await pool.single("SELECT pg_backend_pid() AS p").decode("p", as: Int.self)
                    #expect(next != pid)
                }
            }
        }
    }

    @Test func aBackendKilledWithinATransactionFailsItAndThePoolGoesOn() async throws {
        try await withPool(size: 1) { pool in
            try await withPool(size: 1) { other in
                await #expect {
                    try await pool.transaction { connection in
                        let pid = try await connection.single("SELECT pg_backend_pid() AS p").decode("p", as: Int.self)
                        try await other.query("SELECT pg_terminate_backend($1::int, 5000)", [pid])
                        _ = try await connection.query("SELECT 1")
                    }
                } throws: { ($0 as? PostgresError)?.isUnavailable == true }
            }
            _ = try await pool.query("SELECT 1")
        }
    }

    @Test func aTableChangedUnderAPreparedStatementIsNoError() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (a int)")
            try await pool.execute("INSERT INTO t VALUES (1)")
            #expect(try await pool.query("SELECT * FROM t").columns == ["a"])
            try await pool.execute("ALTER TABLE t ADD b text DEFAULT 'x'")
            #expect(try await pool.query("SELECT * FROM t").columns == ["a", "b"])
        }
    }

    @Test func moreStatementsThanAreKeptPreparedStillRun() async throws {
        try await withPool(size: 1) { pool in
            for number in 0..<600 {
                let row = try await pool.single("SELECT \(number % 300) AS n")
                #expect(try row.decode("n", as: Int.self) == number % 300)
            }
            let kept = try await pool.single("SELECT count(*) AS n FROM pg_prepared_statements").decode(
                "n", as: Int.self)
            #expect(kept <= 256)
        }
    }

    @Test func errorsNameTheConstraintAndNoValue() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (name text CONSTRAINT t_name UNIQUE, n int)")
            try await pool.execute("INSERT INTO t VALUES ($1, 1)", ["SECRET^NAME"])
            let statements: [(String, [any PostgresEncodable], String)] = [
                ("INSERT INTO t VALUES ($1, 1)", ["SECRET^NAME"], "23505"),
                ("INSERT INTO t (n) VALUES ($1::text::int)", ["SECRET^NAME"], "22P02"),
                ("SELECT $1::text::date", ["SECRET^NAME"], "22007"),
                ("SELECT $1::text::jsonb", ["SECRET^NAME"], "22P02"),
                ("SELECT ('x' || $1)::regclass", ["SECRET^NAME"], "42P01"),
            ]
            for (sql, parameters, state) in statements {
                do throws(PostgresError) {
                    try await pool.query(sql, parameters)
                    Issue.record("no error")
                } catch {
                    #expect(error.sqlState == state)
                    if state != "42P01" { #expect(!"\(error)".uppercased().contains("SECRET")) }
                    if state == "23505" { #expect(error.isUniqueViolation && error.constraint == "t_name") }
                }
            }
        }
    }

    @Test func aWrongConnectionStringIsAnErrorWithoutItsPassword() async throws {
        let pool = PostgresPool(url: "postgresql://u:geheim@/db?nonsense=1", size: 1)
        await #expect { try await pool.query("SELECT 1") } throws: {
            ($0 as? PostgresError)?.code == .invalidURL && !"\($0)".contains("geheim")
        }
        let unreachable = PostgresPool(
            url: "postgresql://u:geheim@127.0.0.1:1/db", size: 1, timeout: .milliseconds(300))
        await #expect { try await unreachable.query("SELECT 1") } throws: {
            ($0 as? PostgresError)?.code == .connection && !"\($0)".contains("geheim")
        }
    }

    @Test func aClosedPoolRefuses() async throws {
        try await withPool(size: 1) { pool in
            _ = try await pool.query("SELECT 1")
            await pool.close()
            await #expect { try await pool.query("SELECT 1") } throws: { ($0 as? PostgresError)?.code == .closed }
        }
    }

    @Test func theLakesRoleCanMakeTrigramIndexesAndIsNoSuperuser() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
            let row = try await pool.single(
                "SELECT public.similarity('thorax', 'thorac') AS s, current_setting('is_superuser') AS super")
            #expect(try row.decode("s", as: Double.self) > 0.3)
            #expect(try row.decode("super", as: String.self) == "off")
        }
    }
}

private actor Order {
    var numbers: [Int] = []
    func append(_ number: Int) { numbers.append(number) }
}
