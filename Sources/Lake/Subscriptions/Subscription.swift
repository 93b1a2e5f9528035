public import Foundation
internal import Postgres

/// What somebody wants to be told of by mail when there is something new.
public struct Subscription: Sendable, Codable, Hashable {
    /// What is followed.
    public enum Kind: String, Sendable, Codable {
        case project
        /// What a filter of the list of studies finds.
        case filter
    }

    /// How often a mail comes at most.
    public enum Interval: String, Sendable, Codable, CaseIterable {
        case day
        case week
    }

    public let id: Int64
    public let kind: Kind
    /// Code of the project; of a filter the one it names.
    public let project: String?
    public let filter: StudyFilter?
    public let name: String
    public let every: Interval
    public let createdAt: Date
    /// When the last mail was made; none is made where nothing is new.
    public let lastAt: Date?
}

/// A row of `subscription`, with what the outside does not see.
struct SubscriptionRow: Sendable {
    let subscription: Subscription
    let accountID: Int64
    let projectID: Int64?
    /// What is newer has not been told.
    let toldUntil: Date

    static let columns = """
        s.id, s.account_id, s.kind, s.project_id, p.code AS project, s.filter, s.name, s.every, s.created_at,
        s.told_until, s.last_at
        """
    static let source = "subscription s LEFT JOIN project p ON p.id = s.project_id"

    init(_ row: PostgresRow) throws {
        guard let kind = Subscription.Kind(rawValue: try row.decode("kind")),
            let every = Subscription.Interval(rawValue: try row.decode("every"))
        else { throw LakeError(.unavailable, "a subscription is of a later version") }
        accountID = try row.decode("account_id")
        projectID = try row.decode("project_id")
        toldUntil = try row.decode("told_until")
        let filter: String? = try row.decode("filter")
        subscription = Subscription(
            id: try row.decode("id"), kind: kind, project: try row.decode("project"),
            filter: try filter.map { try JSONDecoder().decode(StudyFilter.self, from: Data($0.utf8)) },
            name: try row.decode("name"), every: every, createdAt: try row.decode("created_at"),
            lastAt: try row.decode("last_at"))
    }
}
