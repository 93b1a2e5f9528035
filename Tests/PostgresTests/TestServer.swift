import Foundation
import Postgres
import Testing

/// A directory of its own that every user may pass through, so that a server started by root lives within.
func makeTemporaryDirectory(mode: Int = 0o755) throws -> String {
    let path = NSTemporaryDirectory() + "tarn-postgres-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
}

/// Runs `body` with a private server of its own, stopped and removed afterwards.
@discardableResult
func withServer<Value>(
    in directory: String? = nil, _ body: (PrivateServer) async throws -> Value
) async throws -> Value {
    let directory = try directory ?? makeTemporaryDirectory()
    let server = try await PrivateServer.start(dataDirectory: directory)
    let result: Result<Value, any Error>
    do { result = .success(try await body(server)) } catch { result = .failure(error) }
    await server.stop()
    try? FileManager.default.removeItem(atPath: directory)
    return try result.get()
}

/// The server that tests share which only need some database. It stops when the test process exits.
actor SharedServer {
    static let instance = SharedServer()
    private var start: Task<PrivateServer, any Error>?
    private var databases = 0

    private func server() async throws -> PrivateServer {
        if let start { return try await start.value }
        let task = Task { () async throws -> PrivateServer in
            let directory = try makeTemporaryDirectory()
            let server = try await PrivateServer.start(dataDirectory: directory)
            atExit = { [directory] in
                await server.stop()
                try? FileManager.default.removeItem(atPath: directory)
            }
            atexit {
                let done = DispatchSemaphore(value: 0)
                Task.detached {
                    await atExit?()
                    done.signal()
                }
                _ = done.wait(timeout: .now() + 20)
            }
            return server
        }
        start = task
        return try await task.value
    }

    /// Connection string of a new, empty schema: `search_path` keeps tests apart in one database.
    func newSchema() async throws -> String {
        let server = try await server()
        databases += 1
        let name = "test_\(databases)"
        let pool = PostgresPool(url: server.url, size: 1)
        try await pool.execute("CREATE SCHEMA \(name)")
        await pool.close()
        return server.url + "&options=-c%20search_path%3D\(name)"
    }
}

nonisolated(unsafe) private var atExit: (@Sendable () async -> Void)?

/// Runs `body` with a pool on an empty schema of the shared server.
@discardableResult
func withPool<Value>(
    size: Int = 4, timeout: Duration = .seconds(30), _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    let pool = PostgresPool(url: try await SharedServer.instance.newSchema(), size: size, timeout: timeout)
    let result: Result<Value, any Error>
    do { result = .success(try await body(pool)) } catch { result = .failure(error) }
    await pool.close()
    return try result.get()
}
