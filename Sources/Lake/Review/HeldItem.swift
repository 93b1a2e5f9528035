/// One instance that waits for a person, or that a person decided on.
public struct HeldItem: Codable, Hashable, Sendable {
    public enum State: String, Codable, Sendable { case waiting, released, rejected }

    public let id: Int64
    /// Code of the project.
    public let project: String
    public let state: State
    /// Why it waits.
    public let reason: String
    /// New UIDs.
    public let study: String
    public let series: String
    public let instance: String
    public let modality: String
    public let description: String
    public let rows: Int
    public let columns: Int
    public let frames: Int
    /// ISO 8601, UTC.
    public let receivedAt: String
    public let decidedAt: String?
    public let decisionReason: String?
}
