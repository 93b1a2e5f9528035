internal import ObjectStorage
internal import Postgres

/// Sealed bytes in whose place others stand: erased, for what was blacked out must not stay readable beside it.
struct SupersededBlobs: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Writes down, in the transaction that puts others in their place, what is to be erased after it.
    static func add(_ addresses: StoredAddresses, _ connection: PostgresConnection) async throws {
        try await connection.query(
            "INSERT INTO superseded_blob (segment, byte_offset, length) SELECT * FROM unnest($1, $2, $3)",
            [
                [addresses.object.segment, addresses.patch.segment], [addresses.object.offset, addresses.patch.offset],
                [addresses.object.length, addresses.patch.length],
            ])
    }

    /// Erases all that is written down. Several may at once: what is erased already is no error.
    func erase() async throws {
        while true {
            let blobs = try await context.database.query(
                "SELECT segment, byte_offset, length FROM superseded_blob ORDER BY segment, byte_offset LIMIT 500"
            ).map {
                StoredAddresses.Address(
                    segment: try $0.decode("segment"), offset: try $0.decode("byte_offset"),
                    length: try $0.decode("length"))
            }
            guard !blobs.isEmpty else { return }
            try await context.store.erase(blobs.map(\.blob))
            try await context.database.query(
                """
                DELETE FROM superseded_blob s USING unnest($1::bigint[], $2::bigint[]) AS e (segment, byte_offset)
                WHERE s.segment = e.segment AND s.byte_offset = e.byte_offset
                """, [blobs.map(\.segment), blobs.map(\.offset)])
        }
    }
}
