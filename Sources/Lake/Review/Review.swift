public import ByteIO
internal import DICOMImaging
internal import Foundation
internal import Postgres

/// The queue of what may show a patient's name in its pixels. Nothing of it is in the catalogue before a person
/// has looked and released it. Every look is in the access log.
public struct Review: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let pipeline: IngestPipeline
    let projects: Projects
    let superseded: SupersededBlobs
    let pictures: HeldPictures
    let tasks = ApprovalTasks()

    init(_ context: LakeContext, accessLog: AccessLog, pipeline: IngestPipeline, projects: Projects) {
        self.context = context
        self.accessLog = accessLog
        self.pipeline = pipeline
        self.projects = projects
        superseded = SupersededBlobs(context)
        pictures = HeldPictures(context)
    }

    /// What waits for a person, oldest first, in the projects where the principal may review (`project` narrows to
    /// one). What an approval will release in a moment does not.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [HeldItem] {
        try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(HeldRow.columns) FROM \(HeldRow.listSource)
                WHERE h.state = 'waiting' AND NOT (\(Self.isUntried) AND (h.leased_until IS NULL OR h.leased_until >= now()))
                    AND ($1::text IS NULL OR p.code = $1) AND ($2::bigint[] IS NULL OR h.project_id = ANY($2)) ORDER BY h.id LIMIT 1000
                """, [project, Gate.projects(principal, .review)]
            ).map { try HeldRow($0).item }
        }
    }

    /// Whether the newest approval of its signature has not been tried on the row `h`.
    static let isUntried = """
        (h.by_signature AND coalesce((SELECT NOT a.is_withdrawn AND h.approval_tried IS DISTINCT FROM a.id
            FROM pixel_approval a WHERE a.project_id = h.project_id AND md5(a.signature) = md5(h.signature)
            ORDER BY a.version DESC LIMIT 1), false))
        """

    /// One held instance.
    /// - Throws: `.notFound`.
    public func held(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldItem {
        try await row(id, principal: principal).item
    }

    /// A frame as PNG, to look at.
    /// - Parameters:
    ///   - frame: from 1.
    ///   - isStretched: over all values that the frame has, whatever the file's window is: shows what that hides.
    /// - Throws: `.notFound`; `.invalid` where it has no such frame or no pixels that can be shown.
    public func rendered(
        _ id: Int64, frame: Int, isStretched: Bool = false, principal: Principal
    ) async throws(LakeError) -> Bytes {
        let row = try await row(id, principal: principal)
        try await accessLog.record(
            .review, project: row.projectID, study: row.item.study, count: 1, principal: principal)
        return try await pictures.png(of: row, frame: frame, isStretched: isStretched)
    }

    /// Refuses it: it stays sealed and recorded, and is never published.
    /// - Throws: `.notFound`; `.invalid` without a reason; `.conflict` where it was decided already.
    public func reject(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> HeldItem {
        let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty, reason.utf8.count <= 2000, !reason.contains("\0") else {
            throw LakeError(.invalid, "a reason of 1 to 2000 characters is needed")
        }
        let row = try await row(id, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                try await decide(row, .init(state: .rejected, reason: reason), principal, connection)
            }
            return try await self.row(id, principal: principal).item
        }
    }

    /// What becomes of a held instance.
    struct Decision: Sendable {
        let state: HeldItem.State
        var reason: String?
        /// What was blacked out, where it was made anew for that.
        var redacted: [PixelRegion]?
        /// The approval by which it was released.
        var approval: Int64?
    }

    /// Only one decision counts: the row's condition sees to it.
    func decide(
        _ row: HeldRow, _ decision: Decision, _ principal: Principal, _ connection: PostgresConnection
    ) async throws {
        let changed = try await connection.execute(
            """
            UPDATE held SET state = $2, decided_by = $3, decided_at = now(), decision_reason = $4,
                redacted = $5::jsonb, approval_id = $6, leased_until = NULL
            WHERE id = $1 AND state = 'waiting'
            """,
            [
                row.item.id, decision.state.rawValue, principal.accountID, decision.reason,
                try decision.redacted?.json, decision.approval,
            ])
        guard changed == 1 else { throw Self.decidedAlready }
        // Committed with the decision, or not at all.
        try await AccessLog.write(
            decision.state == .released ? .release : .reject, project: row.projectID, study: row.item.study,
            instance: row.item.instance, purpose: decision.reason ?? "", detail: Self.detail(decision), principal,
            connection)
    }

    static let decidedAlready = LakeError(.conflict, "this instance was decided on already")

    /// How it was released, for the ledger.
    private static func detail(_ decision: Decision) -> String {
        let boxes = decision.redacted.map { $0.isEmpty ? "nothing blacked out" : "\($0.count) regions blacked out" }
        let approval = decision.approval.map { "approval \($0)" }
        return [boxes, approval].compactMap(\.self).joined(separator: ", ")
    }

    func row(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldRow {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(HeldRow.columns) FROM \(HeldRow.source) WHERE h.id = $1", [id]
            ).map { try HeldRow($0) }
        }
        guard let row, Gate.permits(principal, .review, project: row.projectID) else {
            throw LakeError(.notFound, "there is no such held instance")
        }
        return row
    }
}
