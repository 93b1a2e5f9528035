internal import ByteIO
internal import Foundation
internal import Postgres
internal import Vault

/// Batch export: a filter becomes a frozen manifest, the manifest an archive that is made while it is downloaded.
public struct Exports: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    private let visibility: Visibility

    /// Instances in one export at most.
    public static let maximumInstances = 5_000_000
    private static let pageSize = 5000

    init(_ context: LakeContext, accessLog: AccessLog) {
        self.context = context
        self.accessLog = accessLog
        visibility = Visibility(context: context)
    }

    /// Freezes what `filter` finds in a project.
    /// - Throws: `.notFound` where there is no such project for this principal; `.forbidden` where it may not export
    ///   from it; `.invalid` for a filter that makes no sense or finds nothing; `.tooLarge`.
    public func create(
        project code: String, filter: StudyFilter, principal: Principal
    ) async throws(LakeError) -> Export {
        try filter.check()
        let (project, code) = try await self.project(code, principal: principal)
        let id = try await LakeError.rethrowing {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let text = String(decoding: try encoder.encode(filter), as: UTF8.self)
            return try await context.database.transaction { connection in
                let row = try await connection.single(
                    "INSERT INTO export (project_id, created_by, filter) VALUES ($1, $2, $3::jsonb) RETURNING id, created_at",
                    [project, principal.accountID, text])
                let id: Int64 = try row.decode("id")
                let createdAt = try row.decode("created_at", as: Date.self).formatted(.iso8601)
                let head = ManifestText.head(export: id, project: code, createdAt: createdAt)
                try await Self.choose(id, project: project, filter, head: head, connection)
                try await Self.freeze(id, head: head, connection)
                try await AccessLog.write(
                    .export, project: project, export: id, count: 1, principal, connection)
                return id
            }
        }
        return try await row(id, principal: principal).export
    }

    /// The project to export from, with its code as it was made.
    private func project(_ code: String, principal: Principal) async throws(LakeError) -> (id: Int64, code: String) {
        if let id = try await visibility.projects(.export, code: code, principal: principal).first {
            return try await LakeError.rethrowing {
                (id, try await context.database.single("SELECT code FROM project WHERE id = $1", [id]).decode("code"))
            }
        }
        guard try await visibility.projects(.browse, code: code, principal: principal).isEmpty else {
            throw LakeError(.forbidden, "your roles in this project do not let you export from it")
        }
        throw LakeError(.notFound, "there is no such project")
    }

    /// Exports of the projects that the principal may export from, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [Export] {
        let projects = try await visibility.projects(.export, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(ExportRow.columns) FROM \(ExportRow.source) WHERE e.project_id = ANY($1) AND e.frozen
                ORDER BY e.id DESC LIMIT 1000
                """, [projects]
            ).map { try ExportRow($0).export }
        }
    }

    /// One export.
    /// - Throws: `.notFound`.
    public func export(_ id: String, principal: Principal) async throws(LakeError) -> Export {
        try await row(Self.number(id), principal: principal).export
    }

    /// `manifest.json` of an export, to be read in ranges.
    /// - Throws: `.notFound`.
    public func manifest(_ id: String, principal: Principal) async throws(LakeError) -> ExportManifest {
        ExportManifest(try await row(Self.number(id), principal: principal), context)
    }

    /// The archive of an export, to be read in ranges. The download is recorded.
    /// - Throws: `.notFound`.
    public func archive(_ id: String, principal: Principal) async throws(LakeError) -> ExportArchive {
        let row = try await row(Self.number(id), principal: principal)
        try await accessLog.record(
            .download, project: row.projectID, export: row.id, purpose: "export \(row.id)", count: row.export.instances,
            principal: principal)
        return ExportArchive(row, context)
    }

    private static func number(_ id: String) throws(LakeError) -> Int64 {
        guard let number = Int64(id), number > 0 else { throw LakeError(.notFound, "there is no such export") }
        return number
    }

    private func row(_ id: Int64, principal: Principal) async throws(LakeError) -> ExportRow {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(ExportRow.columns) FROM \(ExportRow.source) WHERE e.id = $1 AND e.frozen", [id]
            ).map { try ExportRow($0) }
        }
        guard let row, Gate.permits(principal, .export, project: row.projectID) else {
            throw LakeError(.notFound, "there is no such export")
        }
        return row
    }

    // MARK: Freezing

    /// Writes the entries, with the offsets that follow from what stands before each. The check character of a
    /// subject's code may be one that file systems do not take.
    private static func choose(
        _ id: Int64, project: Int64, _ filter: StudyFilter, head: String, _ connection: PostgresConnection
    ) async throws {
        var conditions = Conditions()
        let export = conditions.parameter(id)
        let scope = conditions.parameter(project)
        conditions.add(filter, visible: "ARRAY[\(scope)]")
        // Where the first file's local header lies, but for the lines of the manifest.
        let fixed = Int(ArchiveLayout.manifestOffset) + head.utf8.count + ManifestText.tail.utf8.count - 1
        let count = try await connection.execute(
            """
            INSERT INTO export_entry (export_id, position, instance_id, instance_uid, path, size, crc32, sha256,
                manifest_offset, archive_offset, directory_offset)
            WITH chosen AS (
                SELECT i.id, i.uid, regexp_replace(b.code, '[^A-Za-z0-9.-]', '_', 'g') || '/' || s.uid || '/' || r.uid || '/' || i.uid || '.dcm' AS path,
                    i.stored_size AS size, i.stored_crc32 AS crc32, i.stored_sha256 AS sha256,
                    row_number() OVER (ORDER BY b.code, s.uid, r.number NULLS LAST, r.uid, i.number NULLS LAST, i.uid) - 1
                        AS position
                FROM study s JOIN subject b ON b.id = s.subject_id JOIN series r ON r.study_id = s.id
                    JOIN instance i ON i.series_id = r.id
                WHERE s.project_id = \(scope)\(conditions.conjunction)),
            measured AS (
                SELECT *, \(ManifestText.lineOverhead) + octet_length(path) + length(size::text) AS line,
                    \(ArchiveLayout.localHeaderCount) + octet_length(path)
                        + CASE WHEN size >= 4294967295 THEN 20 ELSE 0 END + size AS span
                FROM chosen),
            placed AS (
                SELECT *, sum(line) OVER (ORDER BY position) - line AS manifest_offset,
                    (\(fixed) + sum(line) OVER () + sum(span) OVER (ORDER BY position) - span)::bigint AS archive_offset
                FROM measured),
            listed AS (
                SELECT *, \(ArchiveLayout.directoryHeaderCount) + octet_length(path) + CASE
                    WHEN size >= 4294967295 AND archive_offset >= 4294967295 THEN 28
                    WHEN size >= 4294967295 THEN 20 WHEN archive_offset >= 4294967295 THEN 12 ELSE 0 END AS header
                FROM placed)
            SELECT \(export), position, id, uid, path, size, crc32, sha256, manifest_offset, archive_offset,
                sum(header) OVER (ORDER BY position) - header
            FROM listed ORDER BY position LIMIT \(maximumInstances + 1)
            """, conditions.parameters)
        guard count > 0 else { throw LakeError(.invalid, "nothing was chosen: no study meets the filter") }
        guard count <= maximumInstances else {
            throw LakeError(.tooLarge, "an export has at most \(maximumInstances) instances")
        }
    }

    /// Adds up the whole and closes it.
    private static func freeze(_ id: Int64, head: String, _ connection: PostgresConnection) async throws {
        var digest = SHA256()
        var checksum = CRC32()
        var size: Int64 = 0
        func add(_ text: String) {
            let bytes = Bytes(utf8: text)
            digest.update(bytes)
            checksum.update(bytes)
            size += Int64(bytes.count)
        }
        add(head)
        var total: Int64 = 0
        var last: ExportEntry?
        let count: Int = try await connection.single(
            "SELECT count(*) AS count FROM export_entry WHERE export_id = $1", [id]
        ).decode("count")
        while (last?.position ?? -1) < count - 1 {
            let rows = try await connection.query(
                """
                SELECT \(ExportEntry.columns) FROM export_entry e WHERE e.export_id = $1 AND e.position > $2
                ORDER BY e.position LIMIT \(pageSize)
                """, [id, Int64(last?.position ?? -1)])
            guard !rows.isEmpty else { throw LakeError(.unavailable, "an export lost entries while it was made") }
            for row in rows {
                let entry = try ExportEntry(row)
                guard entry.manifestOffset == size - Int64(head.utf8.count) else {
                    throw LakeError(.unavailable, "an export's offsets contradict each other")
                }
                add(ManifestText.line(entry, isLast: entry.position == count - 1))
                total += entry.size
                last = entry
            }
        }
        add(ManifestText.tail)
        guard let last else { throw LakeError(.invalid, "nothing was chosen") }
        let directory = last.archiveOffset + ArchiveLayout.localHeaderCount(last) + last.size
        let layout = ArchiveLayout(
            manifestHead: head, manifestSize: size, manifestCRC32: checksum.value, entryCount: count,
            directoryOffset: directory, size: 0, time: DOSTime(.now))
        let directorySize =
            layout.entryDirectoryOffset - directory + last.directoryOffset
            + Int64(layout.directoryHeader(last).count)
        try await connection.execute(
            """
            UPDATE export SET frozen = true, instances = $2, bytes = $3, manifest_size = $4, manifest_crc32 = $5,
                manifest_sha256 = $6, directory_offset = $7, archive_size = $8,
                studies = (SELECT count(DISTINCT i.study_id) FROM export_entry e JOIN instance i ON i.id = e.instance_id
                    WHERE e.export_id = $1)
            WHERE id = $1
            """,
            [
                id, count, total, size, Int64(checksum.value), digest.digest().array, directory,
                ArchiveLayout.size(entryCount: count, directoryOffset: directory, directorySize: directorySize),
            ])
    }
}
