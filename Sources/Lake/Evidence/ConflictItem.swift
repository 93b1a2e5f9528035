public import Deidentification
internal import Foundation
internal import Postgres

/// An instance that could not stand where its UIDs put it: another with the same SOP Instance UID is there, or its series or
/// its patient belong elsewhere. The first one stands; this one is kept sealed.
public struct ConflictItem: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable { case waiting, dismissed, kept }

    public let id: Int64
    /// Code of the project.
    public let project: String
    public let state: State
    /// Why it cannot stand.
    public let reason: String
    /// New UIDs.
    public let study: String
    public let series: String
    public let instance: String
    public let bytes: Int
    public let account: String
    /// ISO 8601, UTC.
    public let receivedAt: String
    public let decidedAt: String?
    public let decisionReason: String?
    /// SOP Instance UID under which it was taken in as an image of its own.
    public let keptAs: String?
}

/// How an instance in conflict differs from the one that stands. Both are de-identified: nothing here says who the patient
/// is.
public struct ConflictComparison: Codable, Sendable, Hashable {
    /// Where the other one is: "published", "held", "rejected"; "none" where there is no instance of that UID.
    public let standing: String
    /// Attributes that differ: `before` is what stands, `after` the new one.
    public let attributes: [Comparison.Row]
    /// Whether more attributes differ than are listed.
    public let isCut: Bool
    /// Whether the pixel data are the same, byte for byte; `nil` where neither has any or there is nothing to compare with.
    public let hasSamePixels: Bool?
}

/// A row of `conflict`, with what the outside does not see.
struct ConflictRow: Sendable {
    let item: ConflictItem
    let projectID: Int64
    let studyID: Int64
    let addresses: StoredAddresses

    static let columns = """
        c.id, c.project_id, p.code AS project, a.name AS account, c.study_key_id, c.instance_uid, c.series_uid, c.study_uid,
        c.state, c.reason, c.object_segment, c.object_offset, c.object_length, c.patch_segment, c.patch_offset,
        c.patch_length, c.stored_size, c.received_at, c.decided_at, c.decision_reason, c.kept_as
        """
    static let source = """
        conflict c JOIN project p ON p.id = c.project_id JOIN account a ON a.id = c.received_by
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        let reason: String = try row.decode("reason")
        item = ConflictItem(
            id: try row.decode("id"), project: try row.decode("project"),
            state: ConflictItem.State(rawValue: try row.decode("state")) ?? .waiting,
            // Before reasons were kept there was one only.
            reason: reason.isEmpty ? Standing.otherContent.reason : reason,
            study: try row.decode("study_uid"), series: try row.decode("series_uid"),
            instance: try row.decode("instance_uid"), bytes: try row.decode("stored_size"),
            account: try row.decode("account"),
            receivedAt: try row.decode("received_at", as: Date.self).formatted(.iso8601),
            decidedAt: try row.decode("decided_at", as: Date?.self)?.formatted(.iso8601),
            decisionReason: try row.decode("decision_reason"), keptAs: try row.decode("kept_as"))
        projectID = try row.decode("project_id")
        studyID = try row.decode("study_key_id")
        addresses = try StoredAddresses(row)
    }
}

extension Standing {
    /// Why it is held or in conflict; empty else.
    fileprivate var reason: String {
        switch self {
        case .held(let reason), .conflict(let reason): reason
        default: ""
        }
    }
}
