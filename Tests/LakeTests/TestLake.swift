import Foundation
import Lake
import Logging
import Postgres
import TestMaterial

/// A lake of its own in a temporary directory: real PostgreSQL, real segments, real keys.
final class TestLake: Sendable {
    let lake: Lake
    let directory: URL
    let configuration: LakeConfiguration
    /// The database, for tests that look beneath; `nil` where the lake has a server of its own.
    let database: PostgresPool?

    /// - Parameter ownServer: let the lake start its private server, as `tarn serve` does.
    init(ownServer: Bool = false, in directory: URL? = nil, change: (inout LakeConfiguration) -> Void = { _ in })
        async throws
    {
        let directory = directory ?? Self.temporary()
        var log = Logger(label: "test")
        log.logLevel = .error
        var configuration = LakeConfiguration(
            dataDirectory: directory.appendingPathComponent("data").path,
            masterKeyFile: directory.appendingPathComponent("keys/master.key").path, log: log)
        configuration.makesLake = true
        configuration.migrationsDirectory = Repository.file("Migrations").path
        change(&configuration)
        if ownServer {
            database = nil
        } else {
            let url = try await SharedDatabases.instance.new()
            configuration.databaseURL = url
            database = PostgresPool(url: url, size: 2)
        }
        self.directory = directory
        self.configuration = configuration
        lake = try await Lake.open(configuration)
    }

    static func temporary() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("tarn-lake-\(UInt32.random(in: 0...UInt32.max))")
    }

    /// One number out of the database.
    func count(_ sql: String) async throws -> Int {
        guard let database else { throw LakeError(.invalid, "this lake has a server of its own") }
        return try await database.single(sql).decode(at: 0)
    }

    /// Bytes in all segments.
    func storedBytes() -> Int {
        let objects = URL(fileURLWithPath: configuration.dataDirectory + "/objects")
        let files =
            (try? FileManager.default.contentsOfDirectory(at: objects, includingPropertiesForKeys: [.fileSizeKey]))
            ?? []
        return files.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
    }

    /// Where PostgreSQL's files are when they are not in the directory: started as root, it runs as a user who cannot
    /// get there.
    var databaseHomes: [String] {
        ["database", "data"].compactMap { name in
            let note = directory.appendingPathComponent(name + "/postgres/location")
            return try? String(contentsOf: note, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// Closes the lake; its files stay.
    func close() async {
        await lake.close()
        await database?.close()
    }

    /// Closes the lake and removes its directory.
    func remove() async {
        await close()
        for place in databaseHomes { try? FileManager.default.removeItem(atPath: place) }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Opens a lake for the length of `body`.
    static func with(
        ownServer: Bool = false, change: (inout LakeConfiguration) -> Void = { _ in },
        _ body: (TestLake) async throws -> Void
    ) async throws {
        let lake = try await TestLake(ownServer: ownServer, change: change)
        do { try await body(lake) } catch {
            await lake.remove()
            throw error
        }
        await lake.remove()
    }
}
