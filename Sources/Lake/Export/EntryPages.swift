internal import Postgres

/// The entries of an export in their order, a page at a time, from the one at some offset on.
struct EntryPages: Sendable {
    /// Of which text or file the offset is one.
    enum Start: String {
        case manifest = "manifest_offset"
        case archive = "archive_offset"
        case directory = "directory_offset"
    }

    struct Row: Sendable {
        let entry: ExportEntry
        /// Where its object is; `nil` where it was erased.
        let stored: (address: StoredAddresses.Address, study: Int64)?
    }

    private static let pageSize = 500
    private let export: Int64
    private let database: PostgresPool
    private let start: Start
    private let offset: Int64
    /// Position to go on at; `nil` before the first page.
    private var position: Int?
    private var hasEnded = false

    init(_ row: ExportRow, _ context: LakeContext, from start: Start, offset: Int64) {
        export = row.id
        database = context.database
        self.start = start
        self.offset = offset
    }

    mutating func next() async throws -> [Row]? {
        guard !hasEnded else { return nil }
        // The last entry that begins at or before the offset.
        let rows = try await database.query(
            """
            SELECT \(ExportEntry.columns), i.study_id, coalesce(d.object_segment, i.object_segment) AS object_segment,
                coalesce(d.object_offset, i.object_offset) AS object_offset,
                coalesce(d.object_length, i.object_length) AS object_length
            FROM export_entry e LEFT JOIN instance i ON i.id = e.instance_id
                LEFT JOIN defaced_image d ON d.id = e.defaced_id
            WHERE e.export_id = $1 AND e.position >= coalesce($2::bigint, (
                SELECT position FROM export_entry WHERE export_id = $1 AND \(start.rawValue) <= $3
                ORDER BY \(start.rawValue) DESC LIMIT 1), 0)
            ORDER BY e.position LIMIT \(Self.pageSize)
            """, [export, position.map { Int64($0) }, offset])
        let page = try rows.map { row in
            let study: Int64? = try row.decode("study_id")
            let entry = try ExportEntry(row)
            guard let study else { return Row(entry: entry, stored: nil) }
            let address = try StoredAddresses.Address(row, part: "object")
            return Row(entry: entry, stored: (address, study))
        }
        guard let last = page.last else { return nil }
        position = last.entry.position + 1
        hasEnded = page.count < Self.pageSize
        return page
    }
}
