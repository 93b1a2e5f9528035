internal import ByteIO
internal import DICOM
internal import Deidentification
internal import Foundation
internal import ObjectStorage
internal import Postgres
internal import Synchronization
internal import Vault

/// Series whose faces were taken out: made once, kept sealed beside the published ones, and taken by every export that
/// asks for them.
struct SeriesFaces: Sendable {
    let context: LakeContext

    /// An image beyond this is not read into memory.
    private static let largest: Int64 = 2 << 30

    /// Series that may show a face, of the studies that `filter` finds in a project.
    /// - Parameter studies: the only ones; `nil` for all.
    func marked(_ project: Int64, _ filter: StudyFilter, studies: [Int64]?) async throws -> [MarkedSeries] {
        var conditions = Conditions()
        let scope = conditions.parameter(project)
        conditions.add(filter, visible: "ARRAY[\(scope)]")
        let among = studies.map { " AND s.id = ANY (\(conditions.parameter($0)))" } ?? ""
        return try await context.database.query(
            """
            SELECT r.id, r.study_id, r.uid, s.uid AS study, coalesce(r.recognizable, '') AS mark, f.id AS outcome,
                f.uid AS new_uid, f.reason, f.removed
            FROM study s JOIN subject b ON b.id = s.subject_id JOIN series r ON r.study_id = s.id
                LEFT JOIN defaced_series f ON f.series_id = r.id AND f.method = \(SeriesDefacer.version)
                    AND f.instance_count = r.instance_count
            WHERE s.project_id = \(scope) AND \(SeriesMarks.condition)\(conditions.conjunction)\(among) ORDER BY r.id
            """, conditions.parameters
        ).map { try MarkedSeries($0) }
    }

    /// Looks for the face of one series, and keeps its images without it, or why there are none.
    /// - Throws: `.offloaded` where its images are in cold storage; `.gone` where it was erased meanwhile.
    func make(_ series: MarkedSeries) async throws {
        let images = try await images(of: series)
        if let reason = SeriesDefacer.refusal(series.mark) {
            return try await keep(series, images.count, refused: reason)
        }
        guard images.allSatisfy({ $0.size <= Self.largest }) else {
            return try await keep(series, images.count, refused: "an image is larger than 2 GiB")
        }
        let defacer: SeriesDefacer
        do { defacer = try await search(images, series) } catch let error as FacesError {
            return try await keep(series, images.count, refused: error.reason)
        }
        var made: [Made] = []
        do {
            for image in images { made.append(try await deface(image, of: series, with: defacer)) }
            if try await keep(series, made, defacer.mask.figures) { return }
        } catch {
            try? await context.store.erase(made.map(\.address))
            // Pixels that were decoded once and not again, or cannot be written.
            guard let error = error as? FacesError else { throw error }
            return try await keep(series, images.count, refused: error.reason)
        }
        // Another one was faster, and made the same.
        try await context.store.erase(made.map(\.address))
    }

    // MARK: - Reading

    private struct Image: Sendable {
        let id: Int64
        let uid: String
        let address: StoredAddresses.Address
        let size: Int64
    }

    private func images(of series: MarkedSeries) async throws -> [Image] {
        let rows = try await context.database.query(
            """
            SELECT id, uid, object_segment, object_offset, object_length, stored_size, object_here FROM instance
            WHERE series_id = $1 ORDER BY number NULLS LAST, id
            """, [series.id])
        guard !rows.isEmpty else { throw LakeError(.gone, "a series was erased meanwhile") }
        return try rows.map { row in
            guard try row.decode("object_here", as: Bool.self) else { throw LakeError.offloaded }
            return Image(
                id: try row.decode("id"), uid: try row.decode("uid"),
                address: try StoredAddresses.Address(row, part: "object"),
                size: try row.decode("stored_size"))
        }
    }

    private func bytes(_ image: Image, of series: MarkedSeries) async throws(LakeError) -> Bytes {
        let blob = try await context.objects.object(image.address, uid: image.uid, study: series.study)
        return try await blob.read(0..<blob.count)
    }

    private static func file(_ bytes: Bytes) throws(FacesError) -> DICOMFile {
        do throws(DICOMError) { return try DICOMFile.read(bytes) } catch {
            throw FacesError(.unreadable, "an image cannot be read")
        }
    }

    /// Held in one place while threads take turns with it: it is large.
    private final class Searching: Sendable {
        let search = Mutex(FaceSearch())
    }

    private func search(_ images: [Image], _ series: MarkedSeries) async throws -> SeriesDefacer {
        let searching = Searching()
        for image in images {
            let bytes = try await bytes(image, of: series)
            try await context.workers.run {
                let dataSet = try Self.file(bytes).dataSet
                try searching.search.withLock { try $0.survey(dataSet) }
            }
        }
        for image in images {
            let bytes = try await bytes(image, of: series)
            try await context.workers.run {
                let file = try Self.file(bytes)
                try searching.search.withLock { try $0.look(at: file) }
            }
        }
        return try await context.workers.run { try searching.search.withLock { try $0.finish() } }
    }

    // MARK: - Writing

    private struct Made: Sendable {
        let instance: Int64
        let uid: String
        let series: String
        let address: BlobAddress
        let size: Int
        let digest: [UInt8]
        let checksum: UInt32
    }

    private struct Written: Sendable {
        let uid: String
        let series: String
        let size: Int
        let digest: [UInt8]
        let checksum: UInt32
        let sealed: Bytes
    }

    private func deface(_ image: Image, of series: MarkedSeries, with defacer: SeriesDefacer) async throws -> Made {
        let key = try await context.keys.pair(study: series.study).image
        let bytes = try await bytes(image, of: series)
        let written = try await context.workers.run {
            let file = try defacer.defaced(try Self.file(bytes))
            guard let uid = file.dataSet.string(.SOPInstanceUID), let series = file.dataSet.string(.SeriesInstanceUID)
            else { throw FacesError(.unsupported, "an image has no UID") }
            let pieces = try file.encode()
            var (hash, checksum) = (SHA256(), CRC32())
            try pieces.forEachChunk(from: file.source, atMost: 1 << 20) { chunk in
                hash.update(chunk)
                checksum.update(chunk)
            }
            let sealed = try SealedObject.seal(
                pieces, from: file.source, key: key, context: StoredObjects.objectContext(uid))
            return Written(
                uid: uid, series: series, size: pieces.byteCount, digest: hash.digest().array,
                checksum: checksum.value, sealed: sealed)
        }
        guard let address = try await context.store.append([[written.sealed]]).first else {
            throw LakeError(.unavailable, "the object store lost an address")
        }
        return Made(
            instance: image.id, uid: written.uid, series: written.series, address: address, size: written.size,
            digest: written.digest, checksum: written.checksum)
    }

    // MARK: - Keeping

    private func keep(_ series: MarkedSeries, _ count: Int, refused reason: String) async throws {
        try await context.database.execute(
            """
            INSERT INTO defaced_series (series_id, study_id, method, instance_count, reason)
            SELECT id, study_id, $2, $3, $4 FROM series WHERE id = $1 ON CONFLICT DO NOTHING
            """, [series.id, SeriesDefacer.version, count, reason])
    }

    /// `false` where it is there already.
    private func keep(_ series: MarkedSeries, _ made: [Made], _ figures: FaceMask.Figures) async throws -> Bool {
        try await context.database.transaction { connection in
            // As ingest: who erases the patient has locked it, and afterwards it is gone.
            let locked = try await connection.query(
                "SELECT 1 AS one FROM study_key WHERE id = $1 FOR NO KEY UPDATE", [series.study])
            guard !locked.isEmpty else { throw LakeError(.gone, "the patient was erased meanwhile") }
            let row = try await connection.first(
                """
                INSERT INTO defaced_series (series_id, study_id, method, instance_count, uid, brain, removed)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
                """,
                [
                    series.id, series.study, SeriesDefacer.version, made.count, made.first?.series ?? "",
                    figures.brain, figures.removed,
                ])
            guard let id: Int64 = try row?.decode("id") else { return false }
            try await connection.execute(
                """
                INSERT INTO defaced_image (defaced_series_id, study_id, instance_id, uid, object_segment, object_offset,
                    object_length, stored_size, stored_sha256, stored_crc32)
                SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                    $8::bigint[], $9::bytea[], $10::bigint[])
                """,
                [
                    id, series.study, made.map(\.instance), made.map(\.uid), made.map(\.address.segment),
                    made.map(\.address.offset), made.map(\.address.length), made.map { Int64($0.size) },
                    made.map(\.digest), made.map { Int64($0.checksum) },
                ])
            return true
        }
    }
}
