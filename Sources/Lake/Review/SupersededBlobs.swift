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
    func erase() async throws { try await DoomedBlobs.superseded.erase(context) }
}
