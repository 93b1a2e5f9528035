internal import Foundation
internal import Postgres

/// Somebody's wish to have the original files of some studies, and what came of it.
public struct OriginalsRequest: Codable, Hashable, Sendable {
    public enum State: String, Codable, Sendable {
        /// Somebody else has to approve it.
        case waiting
        /// Can be downloaded, once, until `endsAt`.
        case approved
        case declined
        /// By the one who asked.
        case withdrawn
        /// Nobody decided, or nobody downloaded, in time.
        case expired
        /// Was downloaded whole.
        case downloaded
    }

    public let id: Int64
    /// Code of the project.
    public let project: String
    /// Name of the account.
    public let by: String
    /// ISO 8601, UTC.
    public let at: String
    public let reason: String
    public let studies: Int
    public let instances: Int64
    /// Whether it is more than one person alone may have.
    public let needsSecondPerson: Bool
    public let state: State
    /// The second person.
    public let decidedBy: String?
    public let decidedAt: String?
    public let decisionReason: String?
    /// ISO 8601, UTC: of the wait; once approved, of the download.
    public let endsAt: String
    /// What the one who looks may do.
    public let mayDecide: Bool
    public let mayDownload: Bool
    public let mayWithdraw: Bool

    static let columns = """
        r.id, p.code AS project, a.name AS account, r.asked_by, r.asked_at, r.reason, r.instances, r.needs_second,
        r.state, d.name AS decided_by, r.decided_at, r.decision_reason, r.ends_at, r.downloads, r.downloaded_at,
        r.project_id, r.ends_at <= now() AS has_ended,
        (SELECT count(*) FROM originals_request_study o WHERE o.request_id = r.id) AS studies
        """
    static let source = """
        originals_request r JOIN project p ON p.id = r.project_id JOIN account a ON a.id = r.asked_by
        LEFT JOIN account d ON d.id = r.decided_by
        """

    init(_ row: PostgresRow, _ principal: Principal) throws {
        id = try row.decode("id")
        project = try row.decode("project")
        by = try row.decode("account")
        at = try row.decode("asked_at", as: Date.self).formatted(.iso8601)
        reason = try row.decode("reason")
        studies = try row.decode("studies")
        instances = try row.decode("instances")
        needsSecondPerson = try row.decode("needs_second")
        state = try Self.state(row)
        decidedBy = try row.decode("decided_by")
        decidedAt = try row.decode("decided_at", as: Date?.self)?.formatted(.iso8601)
        decisionReason = try row.decode("decision_reason")
        endsAt = try row.decode("ends_at", as: Date.self).formatted(.iso8601)
        let isMine = try row.decode("asked_by", as: Int64.self) == principal.accountID
        let mayRead = Gate.permits(principal, .identityRead, project: try row.decode("project_id"))
        mayDecide = state == .waiting && !isMine && mayRead
        mayDownload = state == .approved && isMine && mayRead
        mayWithdraw = state == .waiting && isMine
    }

    private static func state(_ row: PostgresRow) throws -> State {
        if try row.decode("downloaded_at", as: Date?.self) != nil { return .downloaded }
        let state = State(rawValue: try row.decode("state")) ?? .declined
        guard state == .waiting || state == .approved else { return state }
        if try row.decode("has_ended") { return .expired }
        guard state == .approved else { return state }
        return try row.decode("downloads", as: Int.self) < OriginalsRequests.mostDownloads ? state : .expired
    }
}

/// A request with the studies that it is about.
public struct OriginalsRequestDetail: Codable, Hashable, Sendable {
    public let request: OriginalsRequest
    /// Study Instance UIDs; those that were erased since are not among them.
    public let uids: [String]
}
