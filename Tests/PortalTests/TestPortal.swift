import Foundation
import Lake
import Logging
import Portal
import Postgres
import TestMaterial

/// A portal of its own on a free port, before a lake of its own: real PostgreSQL, real segments.
final class TestPortal: Sendable {
    static let operatorToken = "operator-of-the-test"
    let lake: Lake
    let portal: Portal
    let port: Int
    let socket: String
    private let listeners: PortalListeners
    private let server: PrivateServer
    private let directory: URL

    init() async throws {
        let directory = URL(fileURLWithPath: "/tmp/tarn-portal-\(UInt32.random(in: 0...UInt32.max))")
        var log = Logger(label: "test")
        log.logLevel = .error
        server = try await PrivateServer.start(dataDirectory: directory.appendingPathComponent("database").path)
        var configuration = LakeConfiguration(
            dataDirectory: directory.appendingPathComponent("data").path,
            masterKeyFile: directory.appendingPathComponent("keys/master.key").path, log: log)
        configuration.makesLake = true
        configuration.databaseURL = server.url
        configuration.migrationsDirectory = Repository.file("Migrations").path
        lake = try await Lake.open(configuration)
        let document = try Data(contentsOf: Repository.file("Docs/API/openapi.json"))
        portal = Portal(
            webDirectory: Repository.file("Web").path, openAPI: [UInt8](document),
            operatorToken: Self.operatorToken, log: log)
        portal.serve(lake)
        socket = directory.path + "/s"
        listeners = try await PortalListeners.start(
            portal, at: [.tcp(host: "127.0.0.1", port: 0), .socket(path: socket)])
        port = listeners.ports[0] ?? 0
        self.directory = directory
    }

    /// Opens a portal for the length of `body`.
    static func with(_ body: (TestPortal) async throws -> Void) async throws {
        let portal = try await TestPortal()
        do { try await body(portal) } catch {
            await portal.close()
            throw error
        }
        await portal.close()
    }

    private func close() async {
        await listeners.stop()
        await lake.close()
        await server.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Asks on a connection of its own, off the threads that the server needs.
    func ask(
        _ method: String, _ target: String, token: String? = nil, headers: [String] = [], body: [UInt8]? = nil
    ) async throws -> RawClient.Answer {
        let port = port
        let headers = headers + (token.map { ["Authorization: Bearer \($0)"] } ?? [])
        return try await Self.onThread {
            try RawClient(port: port).ask(method, target, headers: headers + ["Connection: close"], body: body)
        }
    }

    /// Asks with a JSON body.
    func ask(
        _ method: String, _ target: String, token: String? = nil, headers: [String] = [], json: String
    ) async throws -> RawClient.Answer {
        try await ask(
            method, target, token: token, headers: headers + ["Content-Type: application/json"], body: Array(json.utf8))
    }

    static func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try body() }) }.start()
        }
    }
}
