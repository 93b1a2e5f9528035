internal import Deidentification
internal import Foundation
internal import Postgres

/// The record of what was brought in and what de-identification made of it. Numbers, tags and reasons only, so whoever
/// brings images into a project, looks at what is held, or audits may read it.
public struct Uploads: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Uploads, newest first, of the projects whose uploads the principal may know (`project` narrows to one).
    /// - Throws: `.invalid` for a cursor that is none.
    public func list(
        project: String? = nil, cursor: String? = nil, limit: Int = 50, principal: Principal
    ) async throws(LakeError) -> UploadPage {
        let limit = max(1, min(limit, 200))
        let before = try cursor.map { text throws(LakeError) in
            guard let id = Int64(text) else { throw LakeError(.invalid, "there is no such page") }
            return id
        }
        return try await LakeError.rethrowing {
            let rows = try await context.database.query(
                """
                SELECT \(Upload.columns) FROM \(Upload.source)
                WHERE ($1::bigint[] IS NULL OR u.project_id = ANY ($1)) AND ($2::text IS NULL OR p.code = $2)
                    AND ($3::bigint IS NULL OR u.id < $3)
                ORDER BY u.id DESC LIMIT $4
                """, [Self.projects(principal), project, before, limit + 1])
            let last = try rows.prefix(limit).last?.decode("number", as: Int64.self)
            return UploadPage(
                uploads: try rows.prefix(limit).map { try Upload($0) },
                next: rows.count > limit ? last.map { "\($0)" } : nil)
        }
    }

    /// One upload with its report.
    /// - Throws: `.notFound`.
    public func upload(_ uid: String, principal: Principal) async throws(LakeError) -> Upload {
        try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT \(Upload.columns) FROM \(Upload.source)
                WHERE u.uid = $1 AND ($2::bigint[] IS NULL OR u.project_id = ANY ($2))
                """, [uid, Self.projects(principal)])
            guard let row else { throw LakeError(.notFound, "there is no such upload") }
            var upload = try Upload(row)
            var report = BatchReport()
            let parts = try await context.database.query(
                "SELECT report::text AS report FROM ingest_batch WHERE upload_id = $1 AND report IS NOT NULL ORDER BY id",
                [try row.decode("number", as: Int64.self)])
            for part in parts {
                let text: String = try part.decode("report")
                report.add(try JSONDecoder().decode(BatchReport.self, from: Data(text.utf8)))
            }
            upload.report = report
            return upload
        }
    }

    /// The projects whose uploads the principal may know; `nil` for all.
    static func projects(_ principal: Principal) -> [Int64]? {
        var all: Set<Int64> = []
        for permission in [Permission.upload, .review, .accessHistory] {
            guard let some = Gate.projects(principal, permission) else { return nil }
            all.formUnion(some)
        }
        return all.sorted()
    }
}
