internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres

/// Batches that ended with a server process. The next one that has the store to itself ends their record: what was stored
/// is counted in the catalogue, so none of it is missing; what was refused, and what was done to attributes, is known as of
/// a second before.
struct InterruptedUploads: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Ends all that are open. Called before anything new comes in, by the one process that holds the lock of the store.
    /// What fails is logged, and done at the next start: it is no reason to stay away.
    func end() async {
        do {
            let open = try await context.database.query(
                """
                SELECT b.id, b.project_id, b.account_id, a.name AS account FROM ingest_batch b
                JOIN account a ON a.id = b.account_id WHERE b.finished_at IS NULL ORDER BY b.id
                """)
            for row in open {
                try await context.database.transaction(attempts: 4) { connection in try await end(row, connection) }
            }
            guard !open.isEmpty else { return }
            context.log.notice("uploads ended with the server before", metadata: ["batches": "\(open.count)"])
        } catch {
            context.log.error("interrupted uploads were not recorded", metadata: ["reason": "\(LakeError(error))"])
        }
    }

    private func end(_ open: PostgresRow, _ connection: PostgresConnection) async throws {
        let batch = BatchRow(id: try open.decode("id"), context: context)
        let row = try await connection.single(
            "SELECT report::text AS report, finished_at FROM ingest_batch WHERE id = $1 FOR UPDATE", [batch.id])
        guard try row.decode("finished_at", as: Date?.self) == nil else { return }
        var report = BatchReport()
        if let text = try row.decode("report", as: String?.self) {
            report = try JSONDecoder().decode(BatchReport.self, from: Data(text.utf8))
        }
        let stored = try await stored(batch.id, connection)
        for kind in [Verdict.Kind.accepted, .held, .conflict] { report.forget(verdict: kind.rawValue) }
        for group in stored { report.add(verdict: group.kind.rawValue, reason: group.reason, count: group.count) }
        try await batch.write(report, connection)
        let principal = Principal(
            accountID: try open.decode("account_id"), name: try open.decode("account"), isAdministrator: false,
            isOperator: false, roles: [:], credential: .job(batch.id))
        for (study, groups) in Dictionary(grouping: stored, by: \.study).sorted(by: { $0.key < $1.key }) {
            try await AccessLog.write(
                .ingest, project: try open.decode("project_id"), study: study,
                detail: "the server stopped in the middle", count: groups.reduce(0) { $0 + $1.count }, principal,
                connection)
        }
        try await connection.query(
            """
            UPDATE ingest_batch SET interrupted = true, finished_at = greatest(started_at, coalesce($2, started_at))
            WHERE id = $1
            """, [batch.id, stored.map(\.last).max()])
    }

    /// Instances of a batch that are stored, as one verdict.
    private struct Stored {
        let kind: Verdict.Kind
        let study: String
        let reason: String?
        let count: Int
        /// When the last of them came.
        let last: Date
    }

    /// What came as held is held, whatever was decided on it since.
    private func stored(_ batch: Int64, _ connection: PostgresConnection) async throws -> [Stored] {
        try await connection.query(
            """
            SELECT 'accepted' AS kind, s.uid AS study, NULL AS reason, count(*) AS n, max(i.created_at) AS last
            FROM instance i JOIN study s ON s.id = i.study_id
            WHERE i.batch_id = $1 AND NOT EXISTS (SELECT 1 FROM held h WHERE h.instance_uid = i.uid)
            GROUP BY s.uid
            UNION ALL
            SELECT 'held', study_uid, reason, count(*), max(received_at) FROM held WHERE batch_id = $1
            GROUP BY study_uid, reason
            UNION ALL
            SELECT 'conflict', study_uid, reason, count(*), max(received_at) FROM conflict WHERE batch_id = $1
            GROUP BY study_uid, reason
            """, [batch]
        ).compactMap { row in
            guard let kind = Verdict.Kind(rawValue: try row.decode("kind")) else { return nil }
            return Stored(
                kind: kind, study: try row.decode("study"), reason: try row.decode("reason"),
                count: try row.decode("n"), last: try row.decode("last"))
        }
    }
}
