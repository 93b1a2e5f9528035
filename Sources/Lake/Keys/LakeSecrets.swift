internal import ByteIO
internal import Postgres
internal import Vault

/// Secrets of the lake itself. They are wrapped by the master key and do not follow from it, so what is made under
/// them outlives a change of the master key.
struct LakeSecrets: Sendable {
    /// Seals mail that waits.
    let mail: SymmetricKey
    /// Hashes the codes of patients that were erased.
    let tombstones: SymmetricKey

    static func load(_ master: MasterKeys, _ database: PostgresPool) async throws -> LakeSecrets {
        // Mail that waits in a lake from before there were such secrets was sealed under this one.
        let mail = HKDF.key(from: master.key, salt: Bytes(), info: Bytes(utf8: "tarn mail 1"))
        let waits = !(try await database.query("SELECT 1 FROM mail WHERE sealed IS NOT NULL LIMIT 1")).isEmpty
        return LakeSecrets(
            mail: try await secret("mail", waits ? mail : SymmetricKey(), master, database),
            tombstones: try await secret("tombstones", SymmetricKey(), master, database))
    }

    static func context(_ name: String) -> SealingContext { SealingContext("lake-secret", name) }

    /// The secret called `name`; `fresh` where there is none yet.
    private static func secret(
        _ name: String, _ fresh: SymmetricKey, _ master: MasterKeys, _ database: PostgresPool
    ) async throws -> SymmetricKey {
        let query = "SELECT wrapped FROM lake_secret WHERE name = $1"
        if try await database.first(query, [name]) == nil {
            try await database.transaction(attempts: 4) { connection in
                let wrapped = try await master.wrap(fresh, context: context(name), connection)
                try await connection.execute(
                    "INSERT INTO lake_secret (name, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    [name, wrapped.array])
            }
        }
        let row = try await database.single(query, [name])
        return try master.unwrap(Bytes(try row.decode("wrapped", as: [UInt8].self)), context: context(name))
    }
}
