internal import Foundation
internal import Logging
internal import Postgres
internal import Synchronization

/// One thing that was asked for, while it is worked on. Whoever has the lease works; `attempt` tells a worker that
/// another has taken over.
struct ArchiveJob: Sendable {
    enum Kind: String, Sendable { case archive, restore }

    let id: Int64
    let attempt: Int
    let kind: Kind
    let studyID: Int64
    let projectID: Int64
    let backend: String?
    let offload: Bool
    let accountID: Int64

    /// As whom it is recorded.
    var principal: Principal {
        Principal(
            accountID: accountID, name: "", isAdministrator: false, isOperator: false, roles: [:], credential: .job(id))
    }

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        attempt = try row.decode("attempts")
        kind = Kind(rawValue: try row.decode("kind")) ?? .archive
        studyID = try row.decode("study_id")
        projectID = try row.decode("project_id")
        backend = try row.decode("backend")
        offload = try row.decode("offload")
        accountID = try row.decode("account_id")
    }
}

extension Archive {
    /// Deaths of a process after which a job is given up: something in it kills.
    private static let mostAttempts = 20

    /// Does everything of a kind that waits, one after the other.
    func work(_ kind: ArchiveJob.Kind) async throws {
        let isFirst = hasTakenOver.withLock { hasTakenOver in
            defer { hasTakenOver = true }
            return !hasTakenOver
        }
        if isFirst {
            try await context.database.execute(
                "UPDATE archive_job SET lease_until = now() WHERE state = 'running'", [])
        }
        while !Task.isCancelled, let job = try await claim(kind) { await run(job) }
    }

    private func claim(_ kind: ArchiveJob.Kind) async throws -> ArchiveJob? {
        try await context.database.first(
            """
            UPDATE archive_job SET state = 'running', lease_until = now() + interval '60 seconds', attempts = attempts + 1
            WHERE id = (SELECT id FROM archive_job WHERE state IN ('waiting', 'running') AND lease_until <= now()
                AND kind = $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """, [kind.rawValue]
        ).map { try ArchiveJob($0) }
    }

    private func run(_ job: ArchiveJob) async {
        let heartbeat = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(15))
                _ = try? await self.context.database.execute(
                    "UPDATE archive_job SET lease_until = now() + interval '60 seconds' WHERE id = $1 AND attempts = $2",
                    [job.id, job.attempt])
            }
        }
        defer { heartbeat.cancel() }
        do {
            guard job.attempt <= Self.mostAttempts else {
                throw LakeError(.unavailable, "it was interrupted \(Self.mostAttempts) times and given up")
            }
            switch job.kind {
            case .archive: try await archive(job)
            case .restore: try await restore(job)
            }
            try await end(job, "done", error: nil, context.database)
        } catch {
            await failed(job, error)
        }
    }

    private func failed(_ job: ArchiveJob, _ error: any Error) async {
        if Task.isCancelled {
            // The server stops: the next one goes on. A task that was cancelled asks nothing of the database any more.
            let context = context
            await Task.detached {
                _ = try? await context.database.execute(
                    "UPDATE archive_job SET lease_until = now() WHERE id = $1 AND attempts = $2", [job.id, job.attempt])
            }.value
            return
        }
        let reason = LakeError(error).reason
        context.log.error("\(job.kind.rawValue) failed", metadata: ["study": "\(job.studyID)", "reason": "\(reason)"])
        // Together, or a study whose job is over would be on its way for ever.
        _ = try? await context.database.transaction { connection in
            try await end(job, "failed", error: reason, connection)
            if job.kind == .restore {
                try await connection.execute(
                    "UPDATE study SET local = 'offloaded' WHERE id = $1 AND local = 'restoring'", [job.studyID])
            }
        }
    }

    private func end(
        _ job: ArchiveJob, _ state: String, error: String?, _ database: some PostgresQueryable
    ) async throws {
        try await database.execute(
            """
            UPDATE archive_job SET state = $3, error = $4, ended_at = now(),
                step = CASE WHEN $3 = 'done' THEN 'done' ELSE step END
            WHERE id = $1 AND attempts = $2 AND state = 'running'
            """, [job.id, job.attempt, state, error])
    }

    /// Notes how far a job is.
    /// - Throws: where another has taken over.
    func step(_ job: ArchiveJob, _ step: String, done: Int = 0, total: Int = 0) async throws {
        try Task.checkCancellation()
        let rows = try await context.database.query(
            """
            UPDATE archive_job SET step = $3, done = $4, total = $5 WHERE id = $1 AND attempts = $2 AND state = 'running'
            RETURNING id
            """, [job.id, job.attempt, step, done, total])
        guard !rows.isEmpty else { throw LakeError(.unavailable, "another has taken this over") }
    }
}
