internal import Foundation
internal import Postgres

extension Archive {
    /// Where a study is, and its copies. What names them is only for who may archive.
    /// - Throws: `.notFound`.
    public func status(_ uid: String, principal: Principal) async throws(LakeError) -> StudyArchive {
        let study = try await study(uid, .view, principal)
        let isTrusted = Gate.permits(principal, .archive, project: study.projectID)
        return try await LakeError.rethrowing {
            // One moment of a study, its job and its copies: a worker changes them together.
            try await context.database.transaction(isolation: .repeatableRead) { connection in
                let row = try await connection.single(
                    "SELECT \(Self.columns) FROM study s \(StudySummary.joins) WHERE s.id = $1", [study.id])
                return try await status(row, isTrusted: isTrusted, withBackends: isTrusted, connection)
            }
        }
    }

    /// Studies that have copies in cold storage, or are on their way, newest first.
    /// - Throws: `.notFound` for a project of others; `.invalid` for a cursor that is none.
    public func list(
        project: String? = nil, local: String? = nil, cursor: String? = nil, limit: Int = 50, principal: Principal
    ) async throws(LakeError) -> StudyArchivePage {
        let limit = max(1, min(limit, 200))
        let before = try cursor.map { text throws(LakeError) in
            guard let id = Int64(text) else { throw LakeError(.invalid, "there is no such page") }
            return id
        }
        return try await LakeError.rethrowing {
            try await context.database.transaction(isolation: .repeatableRead) { connection in
                let rows = try await connection.query(
                    """
                    SELECT \(Self.columns) FROM study s \(StudySummary.joins)
                    WHERE ($1::bigint[] IS NULL OR s.project_id = ANY ($1)) AND ($2::text IS NULL OR p.code = $2)
                        AND ($3::text IS NULL OR s.local = $3) AND ($4::bigint IS NULL OR s.id < $4)
                        AND (s.local <> 'here' OR EXISTS (SELECT FROM archive_bundle_study v WHERE v.study_id = s.id)
                            OR EXISTS (SELECT FROM archive_job j WHERE j.study_id = s.id))
                    ORDER BY s.id DESC LIMIT $5
                    """, [Gate.projects(principal, .archive), project, local, before, limit + 1])
                var studies: [StudyArchive] = []
                for row in rows.prefix(limit) {
                    studies.append(try await status(row, isTrusted: true, withBackends: false, connection))
                }
                let last = try rows.prefix(limit).last?.decode("id", as: Int64.self)
                return StudyArchivePage(
                    studies: studies, backends: backends, next: rows.count > limit ? last.map { "\($0)" } : nil)
            }
        }
    }

    private static let columns = """
        \(ArchivedStudy.columns), p.code AS project, b.code AS subject, s.description, s.bytes
        """

    private func status(
        _ row: PostgresRow, isTrusted: Bool, withBackends: Bool, _ connection: PostgresConnection
    ) async throws -> StudyArchive {
        let study = try ArchivedStudy(row)
        let job = try await connection.first(
            """
            SELECT kind, state, step, done, total, created_at, error, backend FROM archive_job WHERE study_id = $1
            ORDER BY id DESC LIMIT 1
            """, [study.id]
        ).map { try StudyArchive.Job($0, isTrusted: isTrusted) }
        let copies = try await connection.query(
            """
            SELECT c.state, c.backend, c.error, c.created_at, c.verified_at, b.has_patches, b.root, b.piece_v1, b.piece_v2,
                b.car_size, v.version
            FROM archive_bundle_study v JOIN archive_bundle b ON b.id = v.bundle_id
                JOIN archive_copy c ON c.bundle_id = b.id
            WHERE v.study_id = $1 ORDER BY c.id DESC LIMIT 100
            """, [study.id]
        ).map { try StudyArchive.Copy($0, now: study.version, isTrusted: isTrusted) }
        return StudyArchive(
            study: study.uid, project: try row.decode("project"), subject: try row.decode("subject"),
            description: try row.decode("description", as: String.self).nonEmpty, bytes: try row.decode("bytes"),
            local: study.local, isArchived: copies.contains { $0.isCurrent && $0.state == "verified" }, job: job,
            copies: copies, backends: withBackends ? backends : nil)
    }
}

extension StudyArchive.Job {
    init(_ row: PostgresRow, isTrusted: Bool) throws {
        self.init(
            kind: try row.decode("kind"), state: try row.decode("state"), step: try row.decode("step"),
            done: try row.decode("done"), total: try row.decode("total"),
            at: try row.decode("created_at", as: Date.self).formatted(.iso8601),
            error: Self.error(try row.decode("error"), isTrusted: isTrusted),
            backend: isTrusted ? try row.decode("backend") : nil)
    }
}

extension StudyArchive.Job {
    /// A reason may name backends.
    private static func error(_ reason: String?, isTrusted: Bool) -> String? {
        isTrusted ? reason : reason.map { _ in "it failed: ask a custodian of the project, who sees why" }
    }
}

extension StudyArchive.Copy {
    init(_ row: PostgresRow, now: [UInt8], isTrusted: Bool) throws {
        self.init(
            state: try row.decode("state"), isCurrent: try row.decode("version", as: [UInt8].self) == now,
            hasPatches: try row.decode("has_patches"),
            at: try row.decode("created_at", as: Date.self).formatted(.iso8601),
            verifiedAt: try row.decode("verified_at", as: Date?.self)?.formatted(.iso8601),
            backend: isTrusted ? try row.decode("backend") : nil, cid: isTrusted ? try row.decode("root") : nil,
            pieceV1: isTrusted ? try row.decode("piece_v1") : nil,
            pieceV2: isTrusted ? try row.decode("piece_v2") : nil,
            bytes: isTrusted ? try row.decode("car_size") : nil, error: isTrusted ? try row.decode("error") : nil)
    }
}
