import Foundation
import Postgres

/// One private server for all tests of the process, and a database of its own for each lake: a cluster for each test
/// would take most of the time.
actor SharedDatabases {
    static let instance = SharedDatabases()
    private var start: Task<PrivateServer, any Error>?
    private var count = 0

    /// Connection string of a new, empty database.
    func new() async throws -> String {
        let server = try await server()
        count += 1
        let name = "lake_\(count)"
        // The lake's own role may not make databases.
        let pool = PostgresPool(
            url: server.url.replacingOccurrences(of: "tarn@/tarn?", with: "tarn_superuser@/postgres?"), size: 1)
        try await pool.execute("CREATE DATABASE \(name) OWNER tarn")
        await pool.close()
        return server.url.replacingOccurrences(of: "tarn@/tarn?", with: "tarn@/\(name)?")
    }

    private func server() async throws -> PrivateServer {
        if let start { return try await start.value }
        let task = Task { () async throws -> PrivateServer in
            let directory = TestLake.temporary().path
            let first = try await PrivateServer.start(dataDirectory: directory)
            await first.stop()
            // Many tests at once, each with a pool.
            try "max_connections = 500\n".write(
                toFile: first.clusterDirectory + "/operator.conf", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: first.clusterDirectory + "/operator.conf")
            let server = try await PrivateServer.start(dataDirectory: directory)
            stopAtExit = {
                await server.stop()
                try? FileManager.default.removeItem(atPath: directory)
            }
            atexit {
                let done = DispatchSemaphore(value: 0)
                Task.detached {
                    await stopAtExit?()
                    done.signal()
                }
                _ = done.wait(timeout: .now() + 30)
            }
            return server
        }
        start = task
        return try await task.value
    }
}

nonisolated(unsafe) private var stopAtExit: (@Sendable () async -> Void)?
