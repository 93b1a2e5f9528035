import Foundation
import Postgres
import Testing

@Suite struct MigrationsTests {
    private func withFiles<Value>(_ files: [String: String], _ body: (String) async throws -> Value) async throws
        -> Value
    {
        let directory = try makeTemporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (name, text) in files { try text.write(toFile: directory + "/" + name, atomically: true, encoding: .utf8) }
        return try await body(directory)
    }

    private func expectRefusal(of directory: String, on pool: PostgresPool, naming name: String) async {
        await #expect {
            try await Migrations.apply(directory: directory, to: pool)
        } throws: {
            guard let error = $0 as? PostgresError else { return false }
            return error.code == .migration && error.reason.contains(name)
        }
    }

    @Test func filesAreAppliedOnceAndInOrder() async throws {
        let files = [
            "0002_b.sql": "ALTER TABLE a ADD n int;", "0001_a.sql": "CREATE TABLE a (); -- one", "notes.txt": "x",
        ]
        try await withFiles(files) { directory in
            try await withPool { pool in
                #expect(try await Migrations.apply(directory: directory, to: pool) == ["0001_a.sql", "0002_b.sql"])
                #expect(try await Migrations.apply(directory: directory, to: pool) == [])
                try "CREATE TABLE c ()".write(toFile: directory + "/0003_c.sql", atomically: true, encoding: .utf8)
                #expect(try await Migrations.apply(directory: directory, to: pool) == ["0003_c.sql"])
            }
        }
    }

    @Test func aChangedFileIsNamed() async throws {
        try await withFiles(["0001_a.sql": "CREATE TABLE a ()"]) { directory in
            try await withPool { pool in
                try await Migrations.apply(directory: directory, to: pool)
                try "CREATE TABLE a () ".write(toFile: directory + "/0001_a.sql", atomically: true, encoding: .utf8)
                await expectRefusal(of: directory, on: pool, naming: "0001_a.sql")
            }
        }
    }

    @Test func aMissingALateAndAMisnamedFileAreNamed() async throws {
        try await withFiles(["0002_b.sql": "CREATE TABLE b ()"]) { directory in
            try await withPool { pool in
                try await Migrations.apply(directory: directory, to: pool)
                try "CREATE TABLE a ()".write(toFile: directory + "/0001_a.sql", atomically: true, encoding: .utf8)
                await expectRefusal(of: directory, on: pool, naming: "0001_a.sql")
                try FileManager.default.removeItem(atPath: directory + "/0001_a.sql")
                try FileManager.default.removeItem(atPath: directory + "/0002_b.sql")
                await expectRefusal(of: directory, on: pool, naming: "0002_b.sql")
                try "".write(toFile: directory + "/7_c.sql", atomically: true, encoding: .utf8)
                await expectRefusal(of: directory, on: pool, naming: "7_c.sql")
            }
        }
    }

    @Test func aFileThatFailsLeavesNothingAndIsNamed() async throws {
        try await withFiles(["0001_a.sql": "CREATE TABLE a (); SELECT nonsense"]) { directory in
            try await withPool { pool in
                await #expect {
                    try await Migrations.apply(directory: directory, to: pool)
                } throws: {
                    guard let error = $0 as? PostgresError else { return false }
                    return error.sqlState == "42703" && error.reason.contains("0001_a.sql")
                }
                let row = try await pool.single(
                    "SELECT to_regclass('a') IS NULL AS gone, count(*) AS n FROM schema_migration")
                #expect(try row.decode("gone", as: Bool.self))
                #expect(try row.decode("n", as: Int.self) == 0)
            }
        }
    }

    @Test func aFileMayNotEndItsTransaction() async throws {
        try await withFiles(["0001_a.sql": "CREATE TABLE a (); COMMIT; CREATE TABLE b ()"]) { directory in
            try await withPool { pool in await expectRefusal(of: directory, on: pool, naming: "0001_a.sql") }
        }
    }

    @Test func serversThatStartTogetherApplyEachFileOnce() async throws {
        let files = Dictionary(
            uniqueKeysWithValues: (1...5).map { ("000\($0)_t.sql", "CREATE TABLE t\($0) (); SELECT pg_sleep(0.02)") })
        try await withFiles(files) { directory in
            let url = try await SharedServer.instance.newSchema()
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let pool = PostgresPool(url: url, size: 1)
                        let names = try await Migrations.apply(directory: directory, to: pool)
                        await pool.close()
                        return names
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == files.keys.sorted())
        }
    }
}
