public import ByteIO
internal import Foundation
internal import Logging
internal import Postgres

/// The one way in. Browser upload, STOW-RS, the command line and whatever comes later end here.
///
/// receive → parse with limits → de-identify and make the identity patch → verify that patch and object give the
/// original → seal → append to a segment (fsync) → catalogue rows (commit) → verdict. See Docs/Operations/ingest.md.
public struct Ingest: Sendable {
    let pipeline: IngestPipeline
    let projects: Projects
    private var context: LakeContext { pipeline.context }

    init(_ pipeline: IngestPipeline, projects: Projects) {
        self.pipeline = pipeline
        self.projects = projects
    }

    /// Takes in one instance, whole.
    /// - Parameters:
    ///   - source: a Part 10 file, or a data set without preamble.
    ///   - name: the original's relative path where the sender gave one; kept in the sealed patch only.
    ///   - project: code of the project.
    /// - Returns: the verdict, after the instance is durable. A bad file is a verdict, no error.
    /// - Throws: `.notFound` where there is no such project for this principal.
    public func instance(
        _ source: any ByteSource, name: String = "", project: String, principal: Principal
    ) async throws(LakeError) -> Verdict {
        let batch = try await batch(project: project, principal: principal)
        guard source.count <= context.configuration.maximumInstanceBytes else {
            return .rejected(.tooLarge, "larger than \(context.configuration.maximumInstanceBytes) bytes")
        }
        await batch.take(source, name: name)
        guard let verdict = await batch.finish().first else { throw LakeError(.unavailable, "no verdict was given") }
        return verdict
    }

    /// Begins an upload of many instances: for each `batch.part()`, `part.append(bytes)`…, `part.finish()`; at last
    /// `batch.finish()`. Verdicts come in the order of the parts.
    /// - Parameter upload: what the sender calls the upload that this batch belongs to, 8 to 64 letters, digits and
    ///   hyphens, drawn by chance: batches of one name have one report (see `Uploads`). `nil` where it stands alone.
    /// - Throws: `.notFound` where there is no such project for this principal; `.forbidden` where the principal may
    ///   see the project and not upload to it; `.invalid` and `.conflict` for a name of an upload that cannot be used.
    public func batch(
        project code: String, upload: String? = nil, principal: Principal
    ) async throws(LakeError) -> IngestBatch {
        let project = try await IngestProject.load(code, principal: principal, projects)
        if let upload {
            let isName = upload.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: "-")
            }
            guard isName, (8...64).contains(upload.utf8.count) else {
                throw LakeError(.invalid, "the name of an upload is 8 to 64 letters, digits and hyphens")
            }
        }
        let id = try await begin(project, upload: upload, principal)
        let sender = IngestPipeline.Sender(project: project, accountID: principal.accountID, batchID: id)
        let row = BatchRow(id: id, context: context)
        let keeping = row.keep(sender.evidence)
        return IngestBatch(pipeline, sender: sender) { verdicts in
            keeping.cancel()
            await keeping.value
            await Self.close(row, sender, verdicts, principal)
        }
    }

    /// The rows of a new batch, and of its upload where that is new too.
    private func begin(
        _ project: IngestProject, upload: String?, _ principal: Principal
    ) async throws(LakeError) -> Int64 {
        try await LakeError.rethrowing {
            // An upload of another account or project is left alone: then there is no row, and no batch.
            let row = try await context.database.first(
                """
                WITH u AS (
                    INSERT INTO upload (uid, project_id, account_id)
                    VALUES (coalesce($3, gen_random_uuid()::text), $1, $2)
                    ON CONFLICT (uid) DO UPDATE SET uid = excluded.uid
                        WHERE upload.project_id = excluded.project_id AND upload.account_id = excluded.account_id
                    RETURNING id)
                INSERT INTO ingest_batch (project_id, account_id, upload_id, profile_version)
                SELECT $1, $2, u.id, $4::bigint::integer FROM u RETURNING id
                """, [project.id, principal.accountID, upload, project.profileVersion])
            guard let row else { throw LakeError(.conflict, "an upload of this name is there already: draw another") }
            return try row.decode("id", as: Int64.self)
        }
    }

    /// Notes the numbers of the batch, and who brought what, one event a study.
    private static func close(
        _ row: BatchRow, _ sender: IngestPipeline.Sender, _ verdicts: [Verdict], _ principal: Principal
    ) async {
        let report = sender.evidence.report
        let stored = verdicts.filter { $0.kind == .accepted || $0.kind == .held || $0.kind == .conflict }
        do {
            try await row.context.database.transaction(attempts: 4) { connection in
                try await row.write(report, connection)
                try await connection.query("UPDATE ingest_batch SET finished_at = now() WHERE id = $1", [row.id])
                for (study, members) in Dictionary(grouping: stored, by: \.study) {
                    try await AccessLog.write(
                        .ingest, project: sender.project.id, study: study, count: members.count, principal, connection)
                }
            }
        } catch {
            row.context.log.error(
                "the end of an upload was not recorded", metadata: ["reason": "\(LakeError(error))"])
        }
    }
}
