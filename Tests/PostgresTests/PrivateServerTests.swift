import Foundation
import Glibc
import Postgres
import Testing

/// Starting, dying and coming back. Serialized: each has servers of its own, and two cores are few.
@Suite(.serialized) struct PrivateServerTests {
    private func postmaster(_ cluster: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: cluster + "/postmaster.pid", encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// Whether any process stands in the cluster's directory, as every one of PostgreSQL does.
    private func isInUse(_ cluster: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.contains { name in
            Int(name) != nil
                && (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")) == cluster
        }
    }

    private func waitUntilUnused(_ cluster: String, seconds: Int = 15) async throws -> Bool {
        for _ in 0..<(seconds * 20) {
            if !isInUse(cluster) { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func waitForAnother(than killed: pid_t, in cluster: String) async throws {
        for _ in 0..<400 {
            if let now = postmaster(cluster), now != killed { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no new server within 20 s")
    }

    private func parent(of identifier: pid_t) -> pid_t? {
        guard let text = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("PPid:") }
        return line.flatMap { pid_t($0.dropFirst(5).trimmingCharacters(in: .whitespaces)) }
    }

    private func numbers(_ url: String) async throws -> [Int] {
        let pool = PostgresPool(url: url, size: 1)
        let rows = try await pool.query("SELECT n FROM t ORDER BY n")
        await pool.close()
        return try rows.map { try $0.decode("n", as: Int.self) }
    }

    private func expect(_ expected: [Int], in url: String) async throws {
        let found = try await numbers(url)
        #expect(found == expected)
    }

    private func insert(_ number: Int, _ url: String) async throws {
        let pool = PostgresPool(url: url, size: 1)
        try await pool.execute("CREATE TABLE IF NOT EXISTS t (n int)")
        try await pool.execute("INSERT INTO t VALUES ($1)", [number])
        await pool.close()
    }

    @Test func whatWasWrittenIsThereAfterARestartAndNothingRunsInBetween() async throws {
        let directory = try makeTemporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try await PrivateServer.start(dataDirectory: directory)
        try await insert(1, first.url)
        await first.stop()
        #expect(!isInUse(first.clusterDirectory))
        try await withServer(in: directory) { second in try await expect([1], in: second.url) }
    }

    @Test func settingsKeepCommitsDurableAndValuesOutOfTheLog() async throws {
        try await withServer { server in
            let pool = PostgresPool(url: server.url, size: 1)
            let expected = [
                "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "listen_addresses": "",
                "server_encoding": "UTF8", "lc_collate": "C.UTF-8", "log_statement": "none",
                "log_min_error_statement": "panic", "log_parameter_max_length_on_error": "0",
                "log_error_verbosity": "terse",
            ]
            for (name, value) in expected {
                #expect(
                    try await pool.single("SELECT current_setting($1) AS v", [name]).decode("v") == value, "\(name)")
            }
            for sql in [
                "SELECT $1::text::int", "SELECT $1::text::jsonb", "SELECT 'x' || $1::text || pg_sleep(0) || 1/0",
            ] {
                await #expect(throws: PostgresError.self) { try await pool.query(sql, ["PLANTED^WORD"]) }
            }
            await #expect(throws: PostgresError.self) { try await pool.query("SELECT 'PLANTED^LITERAL'::int") }
            await pool.close()
            let logs = server.clusterDirectory + "/log"
            var text = try String(contentsOfFile: server.clusterDirectory + "/../start.log", encoding: .utf8)
            for name in try FileManager.default.contentsOfDirectory(atPath: logs) {
                text += try String(contentsOfFile: logs + "/" + name, encoding: .utf8)
            }
            #expect(text.contains("ready to accept connections"))
            #expect(!text.contains("PLANTED"))
        }
    }

    @Test func anotherTarnOnTheSameDirectoryIsToldSo() async throws {
        let directory = try makeTemporaryDirectory()
        try await withServer(in: directory) { server in
            await #expect {
                try await PrivateServer.start(dataDirectory: directory)
            } throws: {
                "\($0)".contains("another tarn (process \(getpid())) is using this data directory")
            }
            try await insert(1, server.url)
        }
    }

    @Test func aKilledPostmasterIsReplacedUnderTheSameAddress() async throws {
        try await withServer { server in
            try await insert(1, server.url)
            let pool = PostgresPool(url: server.url, size: 4)
            try await pool.query("SELECT 1")
            for round in 2...3 {
                let killed = try #require(postmaster(server.clusterDirectory))
                kill(killed, SIGKILL)
                try await waitForAnother(than: killed, in: server.clusterDirectory)
                // The pool's connections are dead, the server may still be recovering: neither is an error.
                try await pool.execute("INSERT INTO t VALUES ($1)", [round])
            }
            await pool.close()
            try await expect([1, 2, 3], in: server.url)
        }
    }

    @Test func aKilledWatchdogTakesItsServerAlongAndBothComeBack() async throws {
        try await withServer { server in
            try await insert(1, server.url)
            let old = try #require(postmaster(server.clusterDirectory))
            kill(try #require(parent(of: old)), SIGKILL)
            try await waitForAnother(than: old, in: server.clusterDirectory)
            try await expect([1], in: server.url)
        }
    }

    /// Where the exit test's process finds its directory: it is a copy of this program that inherits the environment.
    private static let variable = "TARN_TEST_KILLED_PARENT"

    @Test func theServerEndsWithAKilledParentAndTheNextStartRecovers() async throws {
        let directory = try makeTemporaryDirectory()
        setenv(Self.variable, directory, 1)
        defer { unsetenv(Self.variable) }
        for round in 1...2 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                let directory = try #require(ProcessInfo.processInfo.environment["TARN_TEST_KILLED_PARENT"])
                let server = try await PrivateServer.start(dataDirectory: directory)
                let pool = PostgresPool(url: server.url, size: 1)
                try await pool.execute("CREATE TABLE IF NOT EXISTS t (n int)")
                try await pool.execute("INSERT INTO t SELECT count(*) + 1 FROM t")
                kill(getpid(), SIGKILL)
                try await Task.sleep(for: .seconds(10))
            }
            // In the first round the next start comes at once, in the second after everything has calmed down.
            if round == 2 { #expect(try await waitUntilUnused(directory + "/postgres/cluster")) }
        }
        try await withServer(in: directory) { server in try await expect([1, 2], in: server.url) }
    }

    @Test func lockFilesOfOtherTimesDoNotKeepItFromStarting() async throws {
        let directory = try makeTemporaryDirectory()
        let first = try await PrivateServer.start(dataDirectory: directory)
        try await insert(1, first.url)
        await first.stop()
        // A number that is taken, by a process that is no server; the socket's directory of a machine that was reset.
        let ours = "\(getpid())\n\(first.clusterDirectory)\n1\n5432\n/run/tarn-gone\n\n  0  0\nready\n"
        try ours.write(toFile: first.clusterDirectory + "/postmaster.pid", atomically: true, encoding: .utf8)
        try "/run/tarn-gone\n".write(toFile: directory + "/postgres/socket", atomically: true, encoding: .utf8)
        try await withServer(in: directory) { server in try await expect([1], in: server.url) }
    }

    @Test func pathsLongerThanASocketsAddressWork() async throws {
        let directory = try makeTemporaryDirectory()
        let long = directory + "/" + String(repeating: "long directory name with 'quotes' & ünïcode ", count: 4)
        #expect(long.utf8.count > 107)
        try await withServer(in: long) { server in try await insert(1, server.url) }
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test(.enabled(if: geteuid() == 0, "only root runs the server as another user"))
    func aDirectoryClosedToTheServersUserMovesTheDatabaseElsewhere() async throws {
        let directory = try makeTemporaryDirectory(mode: 0o700)
        let first = try await PrivateServer.start(dataDirectory: directory)
        let cluster = first.clusterDirectory
        #expect(!cluster.hasPrefix(directory))
        let recorded = try String(contentsOfFile: directory + "/postgres/location", encoding: .utf8)
        #expect(cluster.hasPrefix(recorded.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await insert(1, first.url)
        await first.stop()
        try await withServer(in: directory) { second in
            #expect(second.clusterDirectory == cluster)
            try await expect([1], in: second.url)
        }
        try FileManager.default.removeItem(atPath: (cluster as NSString).deletingLastPathComponent)
    }

    @Test func nothingIsLeftInTheSocketsDirectoryAfterAStop() async throws {
        let socket = try await withServer { server in
            let query = try #require(URLComponents(string: server.url)?.queryItems)
            return try #require(query.first { $0.name == "host" }?.value)
        }
        #expect(socket.utf8.count < 80)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }
}
