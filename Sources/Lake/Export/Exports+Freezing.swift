internal import ByteIO
internal import Foundation
internal import Postgres
internal import Vault

extension Exports {
    private static let pageSize = 5000

    /// Writes the entries, with the offsets that follow from what stands before each. The check character of a
    /// subject's code may be one that file systems do not take.
    ///
    /// - Parameters:
    ///   - studies: the only ones that are taken, where labels were made for these; else whatever is found.
    ///   - faces: where faces are taken out: what may show one and is not among these stays away.
    static func choose(
        _ id: Int64, project: Int64, _ filter: StudyFilter, studies: [Int64]?, faces: FacesFile?, head: String,
        _ connection: PostgresConnection
    ) async throws {
        var conditions = Conditions()
        let export = conditions.parameter(id)
        let scope = conditions.parameter(project)
        conditions.add(filter, visible: "ARRAY[\(scope)]")
        let among = studies.map { " AND s.id = ANY (\(conditions.parameter($0)))" } ?? ""
        let defaced = conditions.parameter(faces?.defaced ?? [])
        let withoutFaces = faces == nil ? "" : " AND (d.id IS NOT NULL OR NOT \(SeriesMarks.condition))"
        // Where the first file's local header lies, but for the lines of the manifest.
        let fixed = Int(ArchiveLayout.manifestOffset) + head.utf8.count + ManifestText.tail.utf8.count - 1
        let count = try await connection.execute(
            """
            INSERT INTO export_entry (export_id, position, instance_id, instance_uid, path, size, crc32, sha256,
                manifest_offset, archive_offset, directory_offset, defaced_id)
            WITH chosen AS (
                SELECT i.id, coalesce(d.uid, i.uid) AS uid,
                    regexp_replace(b.code, '[^A-Za-z0-9.-]', '_', 'g') || '/' || s.uid || '/' || coalesce(f.uid, r.uid)
                        || '/' || coalesce(d.uid, i.uid) || '.dcm' AS path,
                    coalesce(d.stored_size, i.stored_size) AS size, coalesce(d.stored_crc32, i.stored_crc32) AS crc32,
                    coalesce(d.stored_sha256, i.stored_sha256) AS sha256, d.id AS defaced_id,
                    row_number() OVER (ORDER BY b.code, s.uid, r.number NULLS LAST, r.uid, i.number NULLS LAST, i.uid) - 1
                        AS position
                FROM study s JOIN subject b ON b.id = s.subject_id JOIN series r ON r.study_id = s.id
                    JOIN instance i ON i.series_id = r.id
                    LEFT JOIN defaced_series f ON f.series_id = r.id AND f.id = ANY (\(defaced)::bigint[])
                    LEFT JOIN defaced_image d ON d.defaced_series_id = f.id AND d.instance_id = i.id
                WHERE s.project_id = \(scope)\(conditions.conjunction)\(among)\(withoutFaces)),
            entries AS (
                SELECT * FROM chosen
                UNION ALL
                SELECT NULL, '', path, octet_length(content), crc32, sha256, NULL,
                    (SELECT count(*) FROM chosen) + row_number() OVER (ORDER BY path) - 1
                FROM export_file WHERE export_id = \(export)),
            measured AS (
                SELECT *, \(ManifestText.lineOverhead) + octet_length(path) + length(size::text) AS line,
                    \(ArchiveLayout.localHeaderCount) + octet_length(path)
                        + CASE WHEN size >= 4294967295 THEN 20 ELSE 0 END + size AS span
                FROM entries),
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
                sum(header) OVER (ORDER BY position) - header, defaced_id
            FROM listed ORDER BY position LIMIT \(maximumInstances + 1)
            """, conditions.parameters)
        let instances: Int = try await connection.single(
            "SELECT count(*) AS count FROM export_entry WHERE export_id = $1 AND instance_id IS NOT NULL", [id]
        ).decode("count")
        guard instances > 0 else { throw LakeError(.invalid, "nothing was chosen: no study meets the filter") }
        guard count <= maximumInstances else {
            throw LakeError(.tooLarge, "an export has at most \(maximumInstances) instances")
        }
    }

    /// Adds up the whole and closes it.
    static func freeze(_ id: Int64, head: String, labels: String, _ connection: PostgresConnection) async throws {
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
        var instances = 0
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
                instances += entry.instanceID == nil ? 0 : 1
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
                manifest_sha256 = $6, directory_offset = $7, archive_size = $8, labels = $9, label_files = $10,
                studies = (SELECT count(DISTINCT i.study_id) FROM export_entry e JOIN instance i ON i.id = e.instance_id
                    WHERE e.export_id = $1)
            WHERE id = $1
            """,
            [
                id, instances, total, size, Int64(checksum.value), digest.digest().array, directory,
                ArchiveLayout.size(entryCount: count, directoryOffset: directory, directorySize: directorySize),
                labels, count - instances,
            ])
    }
}
