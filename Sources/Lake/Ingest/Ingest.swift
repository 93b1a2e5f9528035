public import ByteIO
internal import Logging
internal import Postgres

/// The one way in. Browser upload, STOW-RS, the command line and whatever comes later end here.
///
/// receive → parse with limits → de-identify and make the identity patch → verify that patch and object give the
/// original → seal → append to a segment (fsync) → catalogue rows (commit) → verdict. See Docs/Operations/ingest.md.
public struct Ingest: Sendable {
    let pipeline: IngestPipeline
    let projects: Projects
    let accessLog: AccessLog
    private var context: LakeContext { pipeline.context }

    init(_ pipeline: IngestPipeline, projects: Projects, accessLog: AccessLog) {
        self.pipeline = pipeline
        self.projects = projects
        self.accessLog = accessLog
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
    /// - Throws: `.notFound` where there is no such project for this principal; `.forbidden` where the principal may
    ///   see the project and not upload to it.
    public func batch(project code: String, principal: Principal) async throws(LakeError) -> IngestBatch {
        let project = try await IngestProject.load(code, principal: principal, projects)
        let id = try await LakeError.rethrowing {
            try await context.database.single(
                "INSERT INTO ingest_batch (project_id, account_id) VALUES ($1, $2) RETURNING id",
                [project.id, principal.accountID]
            ).decode("id", as: Int64.self)
        }
        let sender = IngestPipeline.Sender(project: project, accountID: principal.accountID, batchID: id)
        return IngestBatch(pipeline, sender: sender) { [context, accessLog] verdicts in
            await Self.close(id, project: project, verdicts, context, accessLog, principal)
        }
    }

    /// Notes the numbers of the batch, and who brought what, one event a study.
    private static func close(
        _ id: Int64, project: IngestProject, _ verdicts: [Verdict], _ context: LakeContext, _ accessLog: AccessLog,
        _ principal: Principal
    ) async {
        func count(_ kind: Verdict.Kind) -> Int { verdicts.count { $0.kind == kind } }
        do {
            try await context.database.execute(
                """
                UPDATE ingest_batch SET finished_at = now(), accepted = $2, already_there = $3, conflicts = $4, held = $5,
                    rejected = $6 WHERE id = $1
                """,
                [id, count(.accepted), count(.alreadyThere), count(.conflict), count(.held), count(.rejected)])
            let stored = verdicts.filter { $0.kind == .accepted || $0.kind == .held || $0.kind == .conflict }
            for (study, members) in Dictionary(grouping: stored, by: \.study) {
                try await accessLog.record(
                    .ingest, project: project.id, study: study, count: members.count, principal: principal)
            }
        } catch {
            context.log.error("the end of an upload was not recorded", metadata: ["reason": "\(LakeError(error))"])
        }
    }
}
