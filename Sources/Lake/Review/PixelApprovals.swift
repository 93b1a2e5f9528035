internal import DICOMImaging
internal import Deidentification
internal import Foundation
internal import Postgres

/// What persons decided for all images of a signature, in versions that only ever follow one another.
public struct PixelApprovals: Sendable {
    let context: LakeContext
    private let visibility: Visibility

    init(_ context: LakeContext) {
        self.context = context
        visibility = Visibility(context: context)
    }

    /// The newest versions of a project that are not withdrawn, for who takes images in.
    struct InForce: Sendable {
        fileprivate(set) var regions: [PixelSignature: PixelApproval] = [:]
        fileprivate(set) var ids: [PixelSignature: Int64] = [:]
    }

    static func inForce(project: Int64, _ context: LakeContext) async throws(LakeError) -> InForce {
        try await LakeError.rethrowing {
            var all = InForce()
            let rows = try await context.database.query(
                """
                SELECT * FROM (SELECT DISTINCT ON (md5(signature)) id, signature, regions, seen, is_withdrawn
                    FROM pixel_approval WHERE project_id = $1 ORDER BY md5(signature), version DESC) a
                WHERE NOT is_withdrawn
                """, [project])
            for row in rows {
                // One of an earlier form that is no longer read approves nothing: images wait for a person again.
                guard let signature = PixelSignature(text: try row.decode("signature")) else { continue }
                all.ids[signature] = try row.decode("id", as: Int64.self)
                all.regions[signature] = PixelApproval(
                    regions: try row.regions("regions"), seen: try row.regions("seen"))
            }
            return all
        }
    }

    /// All versions in the projects where the principal may review, the newest first.
    /// - Parameter project: code of the only project that is asked about.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [PixelApprovalVersion] {
        let projects = try await visibility.projects(.review, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(PixelApprovalVersion.columns) FROM \(PixelApprovalVersion.source)
                WHERE a.project_id = ANY($1) ORDER BY a.id DESC LIMIT 5000
                """, [projects]
            ).map { try PixelApprovalVersion($0) }
        }
    }

    /// The newest version for these images, withdrawn or not.
    /// - Parameter alike: which images it is for, as `PixelApprovalVersion.alike` says.
    /// - Throws: `.notFound`, also for who may not review in the project.
    public func newest(
        _ alike: String, project: String, principal: Principal
    ) async throws(LakeError) -> PixelApprovalVersion {
        let projects = try await visibility.projects(.review, code: project, principal: principal)
        return try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT \(PixelApprovalVersion.columns) FROM \(PixelApprovalVersion.source)
                WHERE a.project_id = ANY($1) AND md5(a.signature) = $2 ORDER BY a.version DESC LIMIT 1
                """, [projects, alike])
            guard let row else { throw Self.unknown }
            return try PixelApprovalVersion(row)
        }
    }

    /// Ends it, for what comes in from now on; what was published under it stays.
    /// - Parameters:
    ///   - alike: which images it is for, as `PixelApprovalVersion.alike` says.
    ///   - reason: one line without names; kept with it.
    /// - Throws: `.notFound` for who may not review in the project, and where there is none; `.conflict` where it is
    ///   withdrawn already; `.invalid` without a reason.
    public func withdraw(
        _ alike: String, project code: String, reason: String, principal: Principal
    ) async throws(LakeError) -> PixelApprovalVersion {
        guard let project = try await visibility.projects(.review, code: code, principal: principal).first else {
            throw Self.unknown
        }
        let reason = try Naming.line(reason, of: "a reason", limit: 500)
        return try await LakeError.rethrowing {
            try await context.database.transaction(attempts: 4) { connection in
                let newest = try await Self.lock(project: project, alike: alike, connection)
                guard let newest else { throw Self.unknown }
                guard try !newest.decode("is_withdrawn", as: Bool.self) else {
                    throw LakeError(.conflict, "this approval is withdrawn already")
                }
                let id = try await Self.write(
                    .init(signature: try newest.decode("signature"), isWithdrawn: true, note: reason),
                    project: project, principal, connection)
                try await AccessLog.write(
                    .pixelsWithdraw, project: project, purpose: reason, detail: "approval \(id)", principal, connection)
                return try PixelApprovalVersion(
                    try await connection.single(
                        "SELECT \(PixelApprovalVersion.columns) FROM \(PixelApprovalVersion.source) WHERE a.id = $1",
                        [id]))
            }
        }
    }

    private static let unknown = LakeError(.notFound, "there is no such approval")

    // MARK: Writing

    struct New: Sendable {
        var signature: String
        var isWithdrawn = false
        var regions: [PixelRegion] = []
        var seen: [PixelRegion] = []
        var note: String
    }

    /// The newest version, and nobody else writes the next one before this transaction has ended.
    private static func lock(
        project: Int64, alike: String, _ connection: PostgresConnection
    ) async throws -> PostgresRow? {
        try await connection.query("SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE", [project])
        return try await connection.first(
            """
            SELECT signature, version, is_withdrawn FROM pixel_approval WHERE project_id = $1 AND md5(signature) = $2
            ORDER BY version DESC LIMIT 1
            """, [project, alike])
    }

    /// Puts the next version in force; returns its number.
    static func write(
        _ new: New, project: Int64, _ principal: Principal, _ connection: PostgresConnection
    ) async throws -> Int64 {
        try await connection.query("SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE", [project])
        return try await connection.single(
            """
            INSERT INTO pixel_approval (project_id, signature, version, is_withdrawn, regions, seen, note, created_by)
            VALUES ($1, $2, (SELECT coalesce(max(version), 0) + 1 FROM pixel_approval
                WHERE project_id = $1 AND md5(signature) = md5($2)), $3, $4::jsonb, $5::jsonb, $6, $7)
            RETURNING id
            """,
            [
                project, new.signature, new.isWithdrawn, try new.regions.json, try new.seen.json, new.note,
                principal.accountID,
            ]
        ).decode("id")
    }
}
