internal import Foundation
internal import Glibc
internal import Postgres
internal import Vault

/// What says that a directory, a database and a master key belong together: the file `lake` in the data directory and
/// the only row of the table `lake` say the same. Without it a mistyped path would quietly make a second lake, seal
/// new data under another key, or read one lake's addresses in another's segments.
struct LakeIdentity: Hashable, Codable {
    /// Random, lower case.
    let lake: UUID
    /// `MasterKey.id` of the key that opens it.
    let masterKey: String

    private static func file(_ configuration: LakeConfiguration) -> String { configuration.dataDirectory + "/lake" }

    /// The identity that the data directory has; `nil` where no lake was made there yet.
    /// - Throws: `.notFound` where there is none and only `tarn serve` may make one.
    static func load(_ configuration: LakeConfiguration) throws(LakeError) -> LakeIdentity? {
        let path = file(configuration)
        guard FileManager.default.fileExists(atPath: path) else {
            guard configuration.makesLake else {
                throw LakeError(
                    .notFound, "there is no lake in \(configuration.dataDirectory): `tarn serve --data` makes one")
            }
            return nil
        }
        guard let data = FileManager.default.contents(atPath: path),
            let identity = try? JSONDecoder().decode(LakeIdentity.self, from: data)
        else { throw LakeError(.invalid, "the file \(path), which names the lake, cannot be read") }
        return identity
    }

    /// Ties the data directory to the database, at the first start; compares them at every later one. Whether both name
    /// the same key is for `LakeKeys`: they do not while it is changed.
    static func settle(
        _ known: LakeIdentity?, master: MasterKey, database: PostgresPool, _ configuration: LakeConfiguration
    ) async throws {
        let rows = try await database.query("SELECT id::text AS id, master_key_id FROM lake")
        let stored = try rows.first.map { row in
            LakeIdentity(
                lake: UUID(uuidString: try row.decode("id", as: String.self)) ?? UUID(),
                masterKey: try row.decode("master_key_id"))
        }
        switch (known, stored) {
        case (let known?, let stored?) where known.lake == stored.lake: return
        case (_?, _?): throw LakeError(.invalid, "the database belongs to another lake: see DATABASE_URL and --data")
        case (nil, _?):
            throw LakeError(
                .invalid,
                "the database belongs to a lake that lies elsewhere, not in \(configuration.dataDirectory): see "
                    + "DATABASE_URL and --data")
        case (let known?, nil):
            // The first start was cut off between file and row; or the database is not this lake's.
            let used = try await database.query("SELECT 1 FROM project UNION ALL SELECT 1 FROM ingest_batch LIMIT 1")
            guard used.isEmpty, try isEmpty(configuration.segmentsDirectory) else {
                throw LakeError(
                    .invalid, "the directory holds a lake and the database does not know it: see DATABASE_URL")
            }
            try await known.insert(database)
        case (nil, nil):
            let identity = LakeIdentity(lake: UUID(), masterKey: master.id)
            try identity.write(configuration)
            try await identity.insert(database)
        }
    }

    private func insert(_ database: PostgresPool) async throws {
        _ = try await database.query(
            "INSERT INTO lake (id, master_key_id) VALUES ($1::text::uuid, $2)", [lake.uuidString, masterKey])
    }

    func write(_ configuration: LakeConfiguration) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(self).write(to: URL(fileURLWithPath: Self.file(configuration)), options: .atomic)
        // Content and name: a lake whose directory forgot it after a power cut would be taken for a new one.
        for (path, flags) in [
            (Self.file(configuration), O_RDONLY), (configuration.dataDirectory, O_RDONLY | O_DIRECTORY),
        ] {
            let descriptor = open(path, flags | O_CLOEXEC)
            defer { close(descriptor) }
            guard descriptor >= 0, fsync(descriptor) == 0 else {
                throw LakeError(.unavailable, "\(configuration.dataDirectory) cannot be written")
            }
        }
    }

    /// Whether no segment holds anything.
    private static func isEmpty(_ segments: String) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: segments)
        return !names.contains { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: segments + "/" + name)
            return (attributes?[.size] as? Int ?? 0) > 4096
        }
    }
}
