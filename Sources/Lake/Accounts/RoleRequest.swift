public import Foundation
internal import Postgres

/// Somebody who asks to be something in a project.
public struct RoleRequest: Sendable, Codable, Hashable {
    /// Where it stands. Open ones become one of the others, once.
    public enum State: String, Sendable, Codable {
        case open
        case approved
        case declined
        /// By the one who asked.
        case withdrawn
    }

    public let id: Int64
    /// Name of the account.
    public let account: String
    /// Code of the project.
    public let project: String
    public let role: Role
    /// Why, in the words of the one who asks.
    public let reason: String
    public let at: Date
    public let state: State
    /// What the one who decided had to say.
    public let note: String?
    /// The last day of the role that was given, `YYYY-MM-DD` in UTC.
    public let until: String?
    public let decidedAt: Date?
    /// Name of the account that decided.
    public let decidedBy: String?

    static let columns = """
        r.id, a.name AS account, p.code AS project, r.role, r.reason, r.at, r.state, r.note, r.until::text AS until,
        r.decided_at, d.name AS decided_by
        """
    static let source = """
        role_request r JOIN account a ON a.id = r.account_id JOIN project p ON p.id = r.project_id
        LEFT JOIN account d ON d.id = r.decided_by
        """

    init(_ row: PostgresRow) throws {
        guard let state = State(rawValue: try row.decode("state")) else {
            throw LakeError(.unavailable, "a request has a state of a later version")
        }
        id = try row.decode("id")
        account = try row.decode("account")
        project = try row.decode("project")
        role = try row.decode("role")
        reason = try row.decode("reason")
        at = try row.decode("at")
        self.state = state
        note = try row.decode("note")
        until = try row.decode("until")
        decidedAt = try row.decode("decided_at")
        decidedBy = try row.decode("decided_by")
    }
}
