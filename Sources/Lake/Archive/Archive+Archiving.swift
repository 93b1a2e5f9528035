internal import ByteIO
internal import ColdStorage
internal import ContentAddressing
internal import Foundation
internal import ObjectStorage
internal import Postgres
internal import Vault

/// A packed bundle as its row has it.
struct Bundle: Sendable {
    let id: Int64
    let hasPatches: Bool
    let root: CID
    let carSize: Int
    let contentSize: Int
    let contentSHA256: [UInt8]

    static let columns = "b.id, b.has_patches, b.root, b.car_size, b.content_size, b.content_sha256"

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        hasPatches = try row.decode("has_patches")
        root = try CID(text: row.decode("root"))
        carSize = try row.decode("car_size")
        contentSize = try row.decode("content_size")
        contentSHA256 = try row.decode("content_sha256")
    }
}

extension Archive {
    /// packed → uploaded → verified → local bytes erased. Each step finds out whether it was done already, so that all
    /// of it can be begun again after any interruption.
    func archive(_ job: ArchiveJob) async throws {
        guard let name = job.backend, let backend = context.configuration.archive.backend(name) else {
            throw LakeError(
                .invalid, "the backend \(job.backend ?? "") is not set up any more: see tarn serve --archive")
        }
        let study = try await study(job.studyID)
        // Patches went with the identity, where that was destroyed.
        let hasIdentity = try await context.keys.pair(study: study.id).identity != nil
        let hasPatches = backend.configuration.agreement != nil && hasIdentity
        if let done = try await verified(study, at: name, hasPatches: hasPatches) {
            // It may have been long ago: what stands in for local bytes is looked at before they go.
            if job.offload, study.offloadedTo == nil { try await verify(job, done, at: backend) }
            if job.offload { try await offload(job, done) }
            return
        }
        let bundle: Bundle
        if let packed = try await packed(study, hasPatches: hasPatches) {
            bundle = packed
        } else {
            bundle = try await pack(job, study, hasPatches: hasPatches)
        }
        try await upload(job, bundle, to: backend)
        try await verify(job, bundle, at: backend)
        unlink(carFile(bundle.id))
        if job.offload { try await offload(job, bundle) }
    }

    func study(_ id: Int64) async throws -> ArchivedStudy {
        let row = try await context.database.first("SELECT \(ArchivedStudy.columns) FROM study s WHERE s.id = $1", [id])
        guard let row else { throw LakeError(.notFound, "there is no such study any more") }
        return try ArchivedStudy(row)
    }

    func carFile(_ bundle: Int64) -> String { "\(context.configuration.archiveDirectory)/\(bundle).car" }
    private func backFile(_ bundle: Int64) -> String { "\(context.configuration.archiveDirectory)/\(bundle).back" }

    // MARK: What is there already

    /// The bundle of the study as it is now that has a verified copy at a backend.
    private func verified(_ study: ArchivedStudy, at backend: String, hasPatches: Bool) async throws -> Bundle? {
        try await context.database.first(
            """
            SELECT \(Bundle.columns) FROM archive_bundle b JOIN archive_bundle_study v ON v.bundle_id = b.id
                JOIN archive_copy c ON c.bundle_id = b.id
            WHERE v.study_id = $1 AND v.version = $2 AND c.backend = $3 AND c.state = 'verified'
                AND b.has_patches = $4 AND b.key_wrapped IS NOT NULL ORDER BY b.id DESC LIMIT 1
            """, [study.id, study.version, backend, hasPatches]
        ).map { try Bundle($0) }
    }

    /// A bundle of the study as it is now whose archive still waits here.
    private func packed(_ study: ArchivedStudy, hasPatches: Bool) async throws -> Bundle? {
        let found = try await context.database.query(
            """
            SELECT \(Bundle.columns) FROM archive_bundle b JOIN archive_bundle_study v ON v.bundle_id = b.id
            WHERE v.study_id = $1 AND v.version = $2 AND b.has_patches = $3 AND b.root IS NOT NULL
                AND b.key_wrapped IS NOT NULL ORDER BY b.id DESC
            """, [study.id, study.version, hasPatches]
        ).map { try Bundle($0) }
        return found.first { bundle in
            let attributes = try? FileManager.default.attributesOfItem(atPath: carFile(bundle.id))
            return attributes?[.size] as? Int == bundle.carSize
        }
    }

    // MARK: Steps

    private func pack(_ job: ArchiveJob, _ study: ArchivedStudy, hasPatches: Bool) async throws -> Bundle {
        try await step(job, "packing")
        let packing = try await BundlePacking(study, hasPatches: hasPatches, context)
        let identity = try AgeIdentity()
        let id = try await begin(packing, identity)
        do {
            let packed = try await packing.run(to: carFile(id), recipient: identity.recipient) { done, total in
                try await step(job, "packing", done: done, total: total)
            }
            let row = try await context.database.single(
                """
                UPDATE archive_bundle AS b SET root = $2, content_size = $3, content_sha256 = $4, car_size = $5,
                    piece_v1 = $6, piece_v2 = $7, packed_at = now() WHERE id = $1 RETURNING \(Bundle.columns)
                """,
                [
                    id, packed.archive.root.description, packed.archive.contentCount, packed.contentSHA256,
                    packed.archive.count, packed.archive.pieceVersion1.description,
                    packed.archive.pieceVersion2.description,
                ])
            return try Bundle(row)
        } catch {
            // No disk space for an archive is no reason to keep half of one.
            unlink(carFile(id))
            throw error
        }
    }

    /// The row of a bundle that is about to be packed, with its key; what an interruption left goes.
    private func begin(_ packing: BundlePacking, _ identity: AgeIdentity) async throws -> Int64 {
        let study = packing.study
        return try await context.database.transaction { connection in
            let old = try await connection.query(
                """
                DELETE FROM archive_bundle_study v USING archive_bundle b
                WHERE b.id = v.bundle_id AND v.study_id = $1 AND b.root IS NULL RETURNING b.id
                """, [study.id]
            ).map { try $0.decode("id", as: Int64.self) }
            try await connection.execute("DELETE FROM archive_bundle WHERE id = ANY ($1)", [old])
            for bundle in old { unlink(carFile(bundle) + ".part") }
            // Whoever merges or splits subjects waits, or is waited for: the key has to be wrapped by the right one.
            try await connection.query("SELECT 1 FROM study_key WHERE id = $1 FOR KEY SHARE", [study.id])
            let id: Int64 = try await connection.single(
                "INSERT INTO archive_bundle (project_id, has_patches, recipient) VALUES ($1, $2, $3) RETURNING id",
                [study.projectID, packing.hasPatches, identity.recipient.description]
            ).decode("id")
            let wrapped = try KeyWrap.wrap(
                identity.secret, under: await subjectKey(study: study.id, connection),
                context: Self.keyContext(bundle: id))
            try await connection.execute(
                "UPDATE archive_bundle SET key_wrapped = $2 WHERE id = $1", [id, wrapped.array])
            try await connection.execute(
                "INSERT INTO archive_bundle_study (bundle_id, study_id, version) VALUES ($1, $2, $3)",
                [id, study.id, packing.version])
            return id
        }
    }

    private func upload(_ job: ArchiveJob, _ bundle: Bundle, to backend: any ColdBackend) async throws {
        let state: String = try await context.database.single(
            """
            INSERT INTO archive_copy (bundle_id, backend, state) VALUES ($1, $2, 'uploading')
            ON CONFLICT (bundle_id, backend) DO UPDATE SET error = NULL, verified_at = NULL,
                state = CASE archive_copy.state WHEN 'uploaded' THEN 'uploaded' ELSE 'uploading' END
            RETURNING state
            """, [bundle.id, backend.name]
        ).decode("state")
        guard state == "uploading" else { return }
        try await step(job, "uploading", total: bundle.carSize)
        try await noting(bundle, backend) {
            try await backend.store(
                ColdArchive(root: bundle.root, path: carFile(bundle.id), count: bundle.carSize))
        }
        let kept = try await context.database.query(
            """
            UPDATE archive_copy SET state = 'uploaded' WHERE bundle_id = $1 AND backend = $2 AND state = 'uploading'
            RETURNING id
            """, [bundle.id, backend.name])
        guard !kept.isEmpty else {
            // Erased meanwhile: what came too late for the removal goes now.
            try await backend.remove(bundle.root)
            throw LakeError(.notFound, "the study was erased while it was archived")
        }
    }

    /// Reads the copy back, whole, and compares: what a backend says that it stored is not proof.
    private func verify(_ job: ArchiveJob, _ bundle: Bundle, at backend: any ColdBackend) async throws {
        try await step(job, "verifying", total: bundle.carSize)
        let path = backFile(bundle.id)
        defer { unlink(path) }
        try await noting(bundle, backend) {
            try await backend.fetch(bundle.root, upTo: bundle.carSize, into: path)
            let digest = try await context.workers.run {
                let reader = try ColdArchiveReader(path, root: bundle.root)
                var hash = SHA256()
                while let bytes = try reader.next() { hash.update(bytes) }
                return hash.digest().array
            }
            guard digest == bundle.contentSHA256 else {
                throw LakeError(.unavailable, "the copy has another digest than the bundle")
            }
        }
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                try await connection.execute(
                    """
                    UPDATE archive_copy SET state = 'verified', verified_at = now(), error = NULL
                    WHERE bundle_id = $1 AND backend = $2 AND state NOT IN ('removing', 'removed')
                    """, [bundle.id, backend.name])
                try await AccessLog.write(
                    .archiveVerified, project: job.projectID, study: try await uid(job.studyID, connection),
                    detail: "\(backend.name) \(bundle.root)", job.principal, connection)
            }
        }
    }

    func uid(_ study: Int64, _ database: some PostgresQueryable) async throws -> String {
        try await database.single("SELECT study_uid FROM study_key WHERE id = $1", [study]).decode("study_uid")
    }

    /// Runs `body`; a failure is noted at the copy, unless it is the server that stops.
    private func noting(_ bundle: Bundle, _ backend: any ColdBackend, _ body: () async throws -> Void) async throws {
        do { try await body() } catch {
            if !Task.isCancelled { try? await fail(bundle, backend, LakeError(error).reason) }
            throw error
        }
    }

    private func fail(_ bundle: Bundle, _ backend: any ColdBackend, _ reason: String) async throws {
        try await context.database.execute(
            """
            UPDATE archive_copy SET state = 'failed', error = $3
            WHERE bundle_id = $1 AND backend = $2 AND state NOT IN ('removing', 'removed')
            """, [bundle.id, backend.name, reason])
    }

    // MARK: Freeing

    /// Erases the local bytes of a study that has a verified copy. First it is noted that they are elsewhere, then they
    /// go: whatever an interruption leaves, nobody reads what is half erased.
    private func offload(_ job: ArchiveJob, _ bundle: Bundle) async throws {
        try await step(job, "freeing")
        try await context.database.transaction { connection in
            let row = try await connection.first(
                "SELECT \(ArchivedStudy.columns) FROM study s WHERE s.id = $1 FOR UPDATE", [job.studyID])
            guard let study = try row.map({ try ArchivedStudy($0) }) else {
                throw LakeError(.notFound, "there is no such study any more")
            }
            guard study.offloadedTo == nil else { return }
            let isCurrent = try await connection.first(
                """
                SELECT 1 AS one FROM archive_bundle_study v JOIN archive_copy c ON c.bundle_id = v.bundle_id
                WHERE v.study_id = $1 AND v.bundle_id = $2 AND v.version = $3 AND c.state = 'verified'
                """, [study.id, bundle.id, study.version])
            guard isCurrent != nil else {
                throw LakeError(.conflict, "images were added while the study was archived: archive it again")
            }
            try await connection.execute(
                "UPDATE instance SET object_here = false, patch_here = patch_here AND NOT $2 WHERE study_id = $1",
                [study.id, bundle.hasPatches])
            try await connection.execute(
                "UPDATE study SET local = 'offloaded', offloaded_to = $2 WHERE id = $1", [study.id, bundle.id])
            try await AccessLog.write(
                .archiveOffload, project: study.projectID, study: study.uid, detail: bundle.root.description,
                job.principal, connection)
        }
        instances.forget(study: job.studyID)
        let rows = try await context.database.query(
            """
            SELECT object_segment, object_offset, object_length, patch_segment, patch_offset, patch_length, object_here,
                patch_here
            FROM instance WHERE study_id = $1 AND NOT (object_here AND patch_here)
            """, [job.studyID])
        for start in stride(from: 0, to: rows.count, by: 1000) {
            let addresses = try rows[start..<min(rows.count, start + 1000)].flatMap { row in
                let addresses = try StoredAddresses(row)
                return try (row.decode("object_here") ? [] : [addresses.object.blob])
                    + (row.decode("patch_here") ? [] : [addresses.patch.blob])
            }
            try await context.store.erase(addresses)
        }
    }
}
