internal import ByteIO
internal import Postgres
internal import Vault

/// A column of keys that are wrapped by the master key. All such columns are listed here, or a rotation would leave
/// rows behind that nothing opens.
struct WrappedKeys: Sendable {
    let table: String
    let column: String
    /// Of the sealing context.
    let purpose: String
    /// SQL of the context's identities, as text.
    let identities: [String]

    static let all = [
        WrappedKeys(
            table: "project", column: "pseudonym_secret_wrapped", purpose: "project-secret", identities: ["id::text"]),
        WrappedKeys(
            table: "subject", column: "wrapped_key", purpose: "subject-key", identities: ["project_id::text", "code"]),
        WrappedKeys(table: "ledger_key", column: "wrapped", purpose: "ledger-key", identities: ["name"]),
        WrappedKeys(table: "lake_secret", column: "wrapped", purpose: "lake-secret", identities: ["name"]),
    ]

    private static let batch = 200

    /// Wraps everything in this column by the current key; returns how many were not before.
    ///
    /// It never waits for a row that somebody else is changing but comes back to it, so it can stand in nobody's way
    /// for longer than one batch, and never lock somebody out who waits for it.
    func rewrap(_ master: MasterKeys, _ database: PostgresPool) async throws -> Int {
        var count = 0
        var last: Int64 = 0
        while true {
            let ids = try await database.query(
                "SELECT id FROM \(table) WHERE id > $1 ORDER BY id LIMIT \(Self.batch)", [last]
            ).map { try $0.decode("id", as: Int64.self) }
            guard let end = ids.last else { return count }
            var left = ids
            while !left.isEmpty {
                let turn = try await database.transaction(attempts: 4) { connection in
                    try await self.rewrap(left, master, connection)
                }
                count += turn.count
                left = turn.left
                if !left.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            }
            last = end
        }
    }

    private func rewrap(
        _ ids: [Int64], _ master: MasterKeys, _ connection: PostgresConnection
    ) async throws -> (count: Int, left: [Int64]) {
        let rows = try await connection.query(
            """
            SELECT id, \(column) AS wrapped, ARRAY[\(identities.joined(separator: ", "))]::text[] AS identities
            FROM \(table) WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
            """, [ids])
        var seen: Set<Int64> = []
        var changed: [(id: Int64, wrapped: [UInt8])] = []
        for row in rows {
            let id: Int64 = try row.decode("id")
            seen.insert(id)
            let wrapped = Bytes(try row.decode("wrapped", as: [UInt8].self))
            let context = SealingContext(purpose, identities: try row.decode("identities"))
            if (try? KeyWrap.unwrap(wrapped, under: master.key, context: context)) != nil { continue }
            let key = try master.unwrap(wrapped, context: context)
            changed.append((id, try KeyWrap.wrap(key, under: master.key, context: context).array))
        }
        if !changed.isEmpty {
            try await connection.execute(
                """
                UPDATE \(table) SET \(column) = n.wrapped FROM unnest($1::bigint[], $2::bytea[]) AS n (id, wrapped)
                WHERE \(table).id = n.id
                """, [changed.map(\.id), changed.map(\.wrapped)])
        }
        guard seen.count < ids.count else { return (changed.count, []) }
        // Somebody has them, or they are gone.
        let rest = ids.filter { !seen.contains($0) }
        let left = try await connection.query("SELECT id FROM \(table) WHERE id = ANY($1) ORDER BY id", [rest])
        return (changed.count, try left.map { try $0.decode("id", as: Int64.self) })
    }
}
