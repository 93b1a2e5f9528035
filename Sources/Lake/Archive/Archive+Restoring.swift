internal import ByteIO
internal import ColdStorage
internal import ContentAddressing
internal import Deidentification
internal import Foundation
internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

extension Archive {
    /// fetch → verify → decrypt → compare every digest → seal and append → rebuild every original → swap addresses.
    /// What was appended for a restore that fails is erased again.
    func restore(_ job: ArchiveJob) async throws {
        let study = try await study(job.studyID)
        guard study.local != "here", let bundleID = study.offloadedTo else { return }
        try await context.database.execute("UPDATE study SET local = 'restoring' WHERE id = $1", [study.id])
        let row = try await context.database.single(
            "SELECT \(Bundle.columns), b.key_wrapped FROM archive_bundle b WHERE b.id = $1", [bundleID])
        let bundle = try Bundle(row)
        let identity = try await identity(bundle: bundle.id, study: study.id, wrapped: row.decode("key_wrapped"))
        let path = "\(context.configuration.archiveDirectory)/\(bundle.id).restore"
        defer { unlink(path) }
        let copies = try await context.database.query(
            "SELECT backend FROM archive_copy WHERE bundle_id = $1 AND state = 'verified' ORDER BY id", [bundle.id]
        ).map { try $0.decode("backend", as: String.self) }
        // The nearest first: a directory answers before a network does.
        let backends = copies.compactMap { context.configuration.archive.backend($0) }.sorted {
            $0.configuration.kind == .directory && $1.configuration.kind != .directory
        }
        guard !backends.isEmpty else {
            throw LakeError(
                .unavailable,
                "no backend that holds this study is set up: see tarn serve --archive "
                    + "(\(copies.joined(separator: ", ")))")
        }
        var reasons: [String] = []
        for backend in backends {
            do {
                try await step(job, "fetching", total: bundle.carSize)
                try await backend.fetch(bundle.root, upTo: bundle.carSize, into: path)
                try await unpack(job, study, bundle, identity, path)
                return
            } catch {
                if Task.isCancelled { throw error }
                reasons.append("\(backend.name): \(LakeError(error).reason)")
            }
        }
        throw LakeError(.unavailable, reasons.joined(separator: "; "))
    }

    private func unpack(
        _ job: ArchiveJob, _ study: ArchivedStudy, _ bundle: Bundle, _ identity: AgeIdentity, _ path: String
    ) async throws {
        var unpacking = try await BundleUnpacking(study, context)
        do {
            try await unpacking.run(path, root: bundle.root, identity: identity) { done, total in
                try await step(job, "unpacking", done: done, total: total)
            }
            try await unpacking.rebuild { done, total in try await step(job, "checking", done: done, total: total) }
            try await swap(job, study, unpacking)
        } catch {
            // The next try appends it anew.
            let addresses = unpacking.appended
            let store = context.store
            await Task.detached { _ = try? await store.erase(addresses) }.value
            throw error
        }
        instances.forget(study: study.id)
    }

    /// From one moment to the next all of it is here.
    private func swap(_ job: ArchiveJob, _ study: ArchivedStudy, _ unpacking: BundleUnpacking) async throws {
        let (objects, patches) = (unpacking.objects, unpacking.patches)
        try await context.database.transaction { connection in
            _ = try await connection.single("SELECT id FROM study WHERE id = $1 FOR UPDATE", [study.id])
            for (part, found) in [("object", objects), ("patch", patches)] {
                let ids = found.keys.sorted()
                let addresses = ids.compactMap { found[$0] }
                try await connection.execute(
                    """
                    UPDATE instance i SET \(part)_segment = n.s, \(part)_offset = n.o, \(part)_length = n.l,
                        \(part)_here = true
                    FROM unnest($1, $2, $3, $4) AS n(id, s, o, l)
                    WHERE i.id = n.id AND i.study_id = $5 AND NOT i.\(part)_here
                    """,
                    [ids, addresses.map(\.segment), addresses.map(\.offset), addresses.map(\.length), study.id])
            }
            let away = try await connection.first(
                "SELECT 1 AS one FROM instance WHERE study_id = $1 AND NOT (object_here AND patch_here) LIMIT 1",
                [study.id])
            guard away == nil else {
                throw LakeError(.unavailable, "the bundle does not hold all that is missing of this study")
            }
            try await connection.execute(
                "UPDATE study SET local = 'here', offloaded_to = NULL WHERE id = $1", [study.id])
            try await AccessLog.write(
                .restored, project: study.projectID, study: study.uid, count: max(1, objects.count), job.principal,
                connection)
        }
    }
}
