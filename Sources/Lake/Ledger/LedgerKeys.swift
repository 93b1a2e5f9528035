internal import ByteIO
internal import Postgres
internal import TransparencyLog
internal import Vault

/// The keys of the log: one signs its checkpoints, one commits to texts that are about no subject. Made with the first
/// checkpoint, wrapped by the master key, the same for the life of the lake.
struct LedgerKeys: Sendable {
    let signer: SignerKey
    let texts: SymmetricKey

    private static func context(_ name: String) -> SealingContext { SealingContext("ledger-key", name) }

    /// The keys; made in the transaction of `connection`, which is the only one at that time, where there are none.
    static func load(_ master: MasterKeys, _ connection: PostgresConnection) async throws -> LedgerKeys {
        let lake = try await connection.single("SELECT id::text AS id FROM lake").decode("id", as: String.self)
        return LedgerKeys(
            signer: try SignerKey(
                name: "tarn/" + lake.lowercased(), type: .note, seed: try await key("signing", master, connection)),
            texts: try await key("texts", master, connection))
    }

    private static func key(
        _ name: String, _ master: MasterKeys, _ connection: PostgresConnection
    ) async throws -> SymmetricKey {
        let query = "SELECT wrapped FROM ledger_key WHERE name = $1"
        if let row = try await connection.first(query, [name]) {
            return try master.unwrap(Bytes(try row.decode("wrapped", as: [UInt8].self)), context: context(name))
        }
        let fresh = SymmetricKey()
        let wrapped = try await master.wrap(fresh, context: context(name), connection)
        try await connection.execute(
            "INSERT INTO ledger_key (name, wrapped) VALUES ($1, $2)", [name, wrapped.array])
        return fresh
    }
}

/// What names a subject in leaves, while the subject is not erased.
struct LedgerSubject: Sendable {
    let id: Int64
    let code: String
    let key: SymmetricKey
    /// The subject's newest leaf.
    var last: UInt64?

    static func context(subject: Int64) -> SealingContext { SealingContext("ledger-subject-key", "\(subject)") }
}
