public import DICOMImaging

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
    /// What the rules would black out, in pixels of the image from 0.
    public let proposed: [PixelRegion]
    /// Where text was found, outside of that.
    public let found: [PixelRegion]
    /// What images like this one have in common, in words; empty where a decision can be about this one only.
    public let device: String
    /// Which images are like this one: the same in each of them, and no other meaning. Empty as `device`.
    public let alike: String
    /// How many wait that are like this one, itself among them.
    public let waitingAlike: Int
    /// The number of the approval by which it was released.
    public let approval: Int64?
    /// What a person had blacked out when it was released.
    public let redacted: [PixelRegion]?
    /// ISO 8601, UTC.
    public let receivedAt: String
    public let decidedAt: String?
    public let decisionReason: String?
}
