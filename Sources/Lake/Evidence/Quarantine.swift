internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Postgres

/// What did not get in, in one place: what is held for a look, what is in conflict, what was refused. Nothing of it is in
/// the catalogue.
public struct Quarantine: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let pipeline: IngestPipeline
    let projects: Projects

    init(_ context: LakeContext, accessLog: AccessLog, pipeline: IngestPipeline, projects: Projects) {
        self.context = context
        self.accessLog = accessLog
        self.pipeline = pipeline
        self.projects = projects
    }

    /// Everything that waits or was refused in the projects where the principal may review (`project` narrows to one).
    public func overview(project: String? = nil, principal: Principal) async throws(LakeError) -> QuarantineOverview {
        let projects = Gate.projects(principal, .review)
        let limit = QuarantineOverview.longest
        return try await LakeError.rethrowing {
            try await context.database.transaction(isolation: .repeatableRead) { connection in
                let scope = "($1::bigint[] IS NULL OR project_id = ANY ($1)) AND ($2::text IS NULL OR p.code = $2)"
                let held = try await connection.query(
                    """
                    SELECT h.reason, count(*) AS n FROM held h JOIN project p ON p.id = h.project_id
                    WHERE h.state = 'waiting' AND \(scope) GROUP BY h.reason ORDER BY n DESC, h.reason LIMIT 200
                    """, [projects, project]
                ).map { QuarantineOverview.Group(reason: try $0.decode("reason"), count: try $0.decode("n")) }
                let conflicts = try await connection.query(
                    """
                    SELECT \(ConflictRow.columns) FROM \(ConflictRow.source)
                    WHERE c.state = 'waiting' AND \(scope) ORDER BY c.id LIMIT \(limit)
                    """, [projects, project]
                ).map { try ConflictRow($0).item }
                let refused = try await connection.query(
                    """
                    SELECT \(HeldRow.columns) FROM \(HeldRow.listSource)
                    WHERE h.state = 'rejected' AND ($1::bigint[] IS NULL OR h.project_id = ANY ($1))
                        AND ($2::text IS NULL OR p.code = $2)
                    ORDER BY h.id DESC LIMIT \(limit)
                    """, [projects, project]
                ).map { try HeldRow($0).item }
                return QuarantineOverview(
                    held: held, conflicts: conflicts, refused: refused,
                    notStored: try await notStored(projects, project, connection))
            }
        }
    }

    /// Files that were not stored, by upload: of the last hundred uploads that had any.
    private func notStored(
        _ projects: [Int64]?, _ project: String?, _ connection: PostgresConnection
    ) async throws -> [QuarantineOverview.NotStored] {
        let rows = try await connection.query(
            """
            SELECT u.uid, p.code AS project, a.name AS account, u.started_at, b.report::text AS report
            FROM ingest_batch b JOIN upload u ON u.id = b.upload_id JOIN project p ON p.id = u.project_id
                JOIN account a ON a.id = u.account_id
            WHERE b.rejected > 0 AND b.report IS NOT NULL AND ($1::bigint[] IS NULL OR b.project_id = ANY ($1))
                AND ($2::text IS NULL OR p.code = $2)
            ORDER BY b.id DESC LIMIT 100
            """, [projects, project])
        var uploads: [QuarantineOverview.NotStored] = []
        for row in rows {
            let text: String = try row.decode("report")
            let report = try JSONDecoder().decode(BatchReport.self, from: Data(text.utf8))
            let upload: String = try row.decode("uid")
            let index: Int
            if let known = uploads.firstIndex(where: { $0.upload == upload }) {
                index = known
            } else {
                index = uploads.count
                uploads.append(
                    QuarantineOverview.NotStored(
                        upload: upload, project: try row.decode("project"), account: try row.decode("account"),
                        startedAt: try row.decode("started_at", as: Date.self).formatted(.iso8601), reasons: []))
            }
            for reason in report.reasons where reason.verdict == Verdict.Kind.rejected.rawValue {
                uploads[index].add(reason.reason, reason.count)
            }
        }
        return uploads
    }

    // MARK: Conflicts

    /// One instance in conflict.
    /// - Throws: `.notFound`.
    public func conflict(_ id: Int64, principal: Principal) async throws(LakeError) -> ConflictItem {
        try await row(id, principal).item
    }

    /// How it differs from the instance that stands. It is a look at de-identified headers, and in the access log.
    /// - Throws: `.notFound`; `.conflict` where it was taken in; `.offloaded` where the other one is in cold storage,
    ///   `.tooLarge`.
    public func comparison(_ id: Int64, principal: Principal) async throws(LakeError) -> ConflictComparison {
        let row = try await row(id, principal)
        guard row.item.state != .kept else { throw Self.decidedAlready }
        try await accessLog.record(
            .review, project: row.projectID, study: row.item.study, count: 1, principal: principal)
        guard let other = try await standing(row) else {
            return ConflictComparison(standing: "none", attributes: [], isCut: false, hasSamePixels: nil)
        }
        let first = try await object(other.addresses, row.item.instance, other.study)
        let second = try await object(row.addresses, row.item.instance, row.studyID)
        return try await context.workers.run { () throws(LakeError) in
            try ConflictComparison(of: first, and: second, standing: other.state)
        }
    }

    /// Says that it is not wanted: what stands stays. It stays sealed, recorded and out of the catalogue.
    /// - Throws: `.notFound`; `.invalid` without a reason; `.conflict` where it was decided already.
    public func dismiss(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> ConflictItem {
        let reason = try Self.checked(reason)
        let row = try await row(id, principal)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // Only one decision counts.
                let changed = try await connection.execute(
                    """
                    UPDATE conflict SET state = 'dismissed', decided_by = $2, decided_at = now(), decision_reason = $3
                    WHERE id = $1 AND state = 'waiting'
                    """, [id, principal.accountID, reason])
                guard changed == 1 else { throw Self.decidedAlready }
                try await AccessLog.write(
                    .conflictDismiss, project: row.projectID, study: row.item.study, instance: row.item.instance,
                    purpose: reason, principal, connection)
            }
            return try await self.row(id, principal).item
        }
    }

    static let decidedAlready = LakeError(.conflict, "this conflict was decided already")
    static let isAnonymous = LakeError(.conflict, StudyKeys.isAnonymous)

    static func checked(_ reason: String) throws(LakeError) -> String {
        let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty, reason.utf8.count <= 2000, !reason.contains("\0") else {
            throw LakeError(.invalid, "a reason of 1 to 2000 characters is needed")
        }
        return reason
    }

    func row(_ id: Int64, _ principal: Principal) async throws(LakeError) -> ConflictRow {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(ConflictRow.columns) FROM \(ConflictRow.source) WHERE c.id = $1", [id]
            ).map { try ConflictRow($0) }
        }
        guard let row, Gate.permits(principal, .review, project: row.projectID) else {
            throw LakeError(.notFound, "there is no such conflict")
        }
        return row
    }

    private struct Other {
        let state: String
        let study: Int64
        let addresses: StoredAddresses
    }

    /// The instance that has the UID; only one of the same project is compared with.
    private func standing(_ conflict: ConflictRow) async throws(LakeError) -> Other? {
        try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT 'published' AS state, study_id AS study, object_segment, object_offset, object_length, patch_segment,
                    patch_offset, patch_length, object_here AS is_here
                FROM instance WHERE uid = $1 AND project_id = $2
                UNION ALL
                SELECT CASE state WHEN 'waiting' THEN 'held' ELSE state END, study_key_id, object_segment, object_offset,
                    object_length, patch_segment, patch_offset, patch_length, true
                FROM held WHERE instance_uid = $1 AND project_id = $2 AND state <> 'released'
                LIMIT 1
                """, [conflict.item.instance, conflict.projectID])
            guard let row else { return nil }
            guard try row.decode("is_here") else { throw LakeError.offloaded }
            return Other(
                state: try row.decode("state"), study: try row.decode("study"), addresses: try StoredAddresses(row))
        }
    }

    private func object(_ addresses: StoredAddresses, _ uid: String, _ study: Int64) async throws(LakeError) -> Bytes {
        let blob = try await context.objects.object(addresses.object, uid: uid, study: study)
        guard blob.count <= HeldPictures.maximumBytes else {
            throw LakeError(.tooLarge, "the instance is too large to be compared here")
        }
        return try await blob.read(0..<blob.count)
    }
}
