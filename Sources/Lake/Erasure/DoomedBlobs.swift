internal import ObjectStorage
internal import Postgres

/// Sealed bytes that a transaction wrote down to be erased after it, in a table of `segment`, `byte_offset`, `length`.
///
/// Erasing goes on after a crash: what is erased already is no error, and a row goes only after its bytes.
struct DoomedBlobs: Sendable {
    let table: String
    /// Column that says for what they are erased, where the table has one.
    var owner: String?

    /// Of the patients that were erased.
    static let erasures = DoomedBlobs(table: "erasure_blob", owner: "tombstone_id")
    /// Of identities that were destroyed.
    static let anonymisations = DoomedBlobs(table: "anonymisation_blob", owner: "anonymisation_id")
    /// What others stand in the place of.
    static let superseded = DoomedBlobs(table: "superseded_blob")

    /// Erases those of `id`, or all. Several may at once.
    func erase(_ context: LakeContext, of id: Int64? = nil) async throws {
        let condition = owner.map { "\($0) = $1" } ?? "$1::bigint IS NULL"
        while true {
            let blobs = try await context.database.query(
                """
                SELECT segment, byte_offset AS "offset", length FROM \(table) WHERE \(condition)
                ORDER BY segment, byte_offset LIMIT 1000
                """, [id]
            ).map { try StoredAddresses.Address($0) }
            guard !blobs.isEmpty else { return }
            try await context.store.erase(blobs.map(\.blob))
            try await context.database.query(
                """
                DELETE FROM \(table) WHERE \(condition)
                    AND (segment, byte_offset) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))
                """, [id, blobs.map(\.segment), blobs.map(\.offset)])
        }
    }

    /// Writes down, for `id`, the parts of rows that `addresses` selects as `s`, `o` and `l`, each once.
    /// - Parameters:
    ///   - studies: `$2` of the query.
    ///   - condition: which of them.
    /// - Returns: how many there are, and their bytes.
    func add(
        _ addresses: [String], of id: Int64, studies: [Int64], where condition: String = "true",
        _ connection: PostgresConnection
    ) async throws -> (blobs: Int, bytes: Int64) {
        guard let owner else { throw LakeError(.invalid, "these bytes belong to nobody") }
        try await connection.query(
            """
            INSERT INTO \(table) (\(owner), segment, byte_offset, length)
            SELECT DISTINCT ON (s, o) $1::bigint, s, o, l FROM (\(addresses.joined(separator: " UNION ALL "))) a
            WHERE \(condition) ORDER BY s, o
            """, [id, studies])
        let row = try await connection.single(
            "SELECT count(*) AS n, coalesce(sum(length), 0)::bigint AS b FROM \(table) WHERE \(owner) = $1", [id])
        return (try row.decode("n"), try row.decode("b"))
    }

    /// Selects where parts of the rows of `table` lie whose `study` is one of `$2`.
    static func addresses(_ parts: String..., of table: String, study: String) -> [String] {
        parts.map {
            "SELECT \($0)_segment AS s, \($0)_offset AS o, \($0)_length AS l FROM \(table) WHERE \(study) = ANY($2)"
        }
    }
}
