internal import Deidentification
internal import Foundation
internal import Logging
internal import ObjectStorage
internal import Postgres

extension Quarantine {
    /// Takes it in beside what stands, as an image of its own: under a SOP Instance UID that follows from its content where
    /// its own is taken, and in a series or a study of its own where its series stands in another study or its study belongs
    /// to another patient. What stands is not touched, so labels, exports and copies in cold storage say what they said.
    ///
    /// It is made from the original under the project's profile of today, and waits for a look like any other where its pixels
    /// may show a name. The sealed bytes of the conflict are erased: they stand there now.
    /// - Throws: `.notFound`; `.invalid` without a reason, or where it cannot be de-identified; `.conflict` where it was decided
    ///   already, or an identity was destroyed.
    public func keep(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> ConflictItem {
        let reason = try Self.checked(reason)
        let row = try await row(id, principal)
        guard row.item.state == .waiting else { throw Self.decidedAlready }
        // Whoever asked may go away: what was begun is ended.
        try await LakeError.rethrowing {
            try await Task {
                try await pipeline.weighed(row.addresses) { () async throws(LakeError) in
                    try await takeIn(row, reason, principal)
                }
            }.value
        }
        return try await self.row(id, principal).item
    }

    private func takeIn(_ row: ConflictRow, _ reason: String, _ principal: Principal) async throws(LakeError) {
        guard try await context.keys.pair(study: row.studyID).identity != nil else { throw Self.isAnonymous }
        let project = try await IngestProject.load(id: row.projectID, projects)
        let original = try await context.objects.namedOriginal(
            row.addresses, uid: row.item.instance, study: row.studyID, in: context)
        let plain = try await pipeline.prepare(original, project: project)
        let uids = try await uids(of: plain, project)
        let prepared = try await pipeline.prepare(original, project: project, as: uids)
        let study: StudyKeys.Study
        do throws(LakeError) {
            study = try await context.keys.study(uid: uids.study, project: project.id, identity: prepared.identity)
        } catch {
            throw error.code == .forbidden ? Self.isAnonymous : error
        }
        guard study.keys.identity != nil, study.projectID == project.id else { throw Self.isAnonymous }
        let addresses = try await pipeline.store(prepared, keys: study.keys)
        let receipt = Receipt(
            projectID: project.id, accountID: principal.accountID, batchID: nil, studyID: study.id,
            subjectID: study.subjectID, entry: prepared.entry, addresses: addresses, intent: try prepared.intent(study))
        try await commit(receipt, row, reason, principal)
    }

    /// The UIDs under which nothing else stands. The same file gets the same again.
    private func uids(of plain: Prepared, _ project: IngestProject) async throws(LakeError) -> ObjectUIDs {
        let (entry, pseudonyms) = (plain.entry, project.deidentifier.pseudonyms)
        var uids = ObjectUIDs(study: entry.study.uid, series: entry.series.uid, instance: entry.instance.uid)
        if let first = try await context.keys.study(uid: uids.study)?.patientToken,
            let this = plain.identity.patientToken, first != this
        {
            uids.study = pseudonyms.uid("study \(uids.study) of \(plain.identity.code)")
        }
        let (series, instance) = (uids.series, uids.instance)
        let row = try await LakeError.rethrowing {
            try await context.database.single(
                """
                SELECT (SELECT s.uid FROM series r JOIN study s ON s.id = r.study_id WHERE r.uid = $1) AS study,
                    EXISTS (SELECT 1 FROM instance WHERE uid = $2)
                        OR EXISTS (SELECT 1 FROM held WHERE instance_uid = $2 AND state <> 'released') AS is_taken
                """, [series, instance])
        }
        return try await LakeError.rethrowing {
            let standsIn: String? = try row.decode("study")
            if uids.study != entry.study.uid || (standsIn ?? uids.study) != uids.study {
                uids.series = pseudonyms.uid("series \(series) in \(uids.study)")
            }
            if try row.decode("is_taken") {
                uids.instance = pseudonyms.uid("instance \(instance) of \(entry.instance.originalDigest)")
            }
            return uids
        }
    }

    /// One transaction; then the bytes of the conflict are erased.
    private func commit(
        _ receipt: Receipt, _ row: ConflictRow, _ reason: String, _ principal: Principal
    ) async throws(LakeError) {
        do {
            try await context.database.transaction(attempts: 4) { connection in
                var transaction = CatalogueTransaction([receipt], connection)
                switch try await transaction.run().first {
                case .accepted, .held: break
                default: throw LakeError(.conflict, "something else stands where this image would belong")
                }
                let changed = try await connection.execute(
                    """
                    UPDATE conflict SET state = 'kept', kept_as = $4, decided_by = $2, decided_at = now(),
                        decision_reason = $3
                    WHERE id = $1 AND state = 'waiting'
                    """, [row.item.id, principal.accountID, reason, receipt.uid])
                guard changed == 1 else { throw Self.decidedAlready }
                try await SupersededBlobs.add(row.addresses, connection)
                try await AccessLog.write(
                    .conflictKeep, project: row.projectID, study: receipt.entry.study.uid, instance: receipt.uid,
                    purpose: reason, detail: "conflict \(row.item.id)", principal, connection)
            }
        } catch {
            // Only what was certainly not committed: of a connection that broke nobody knows.
            if error is LakeError {
                try? await context.store.erase([receipt.addresses.object.blob, receipt.addresses.patch.blob])
            }
            throw LakeError(error)
        }
        // What fails here is done by the recurring work of `Review`.
        do { try await SupersededBlobs(context).erase() } catch {
            context.log.error("a superseded object is not erased yet", metadata: ["reason": "\(LakeError(error))"])
        }
    }
}
