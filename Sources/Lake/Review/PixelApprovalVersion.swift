public import DICOMImaging
internal import Deidentification
public import Foundation
internal import Postgres

/// A version of what a person decided for all images that look alike.
public struct PixelApprovalVersion: Codable, Hashable, Sendable {
    public let id: Int64
    /// Code of the project.
    public let project: String
    /// Which images it is for: the same text as `HeldItem.alike`.
    public let alike: String
    /// Them in words.
    public let device: String
    /// The images' size in pixels.
    public let rows: Int
    public let columns: Int
    /// From 1; the highest counts.
    public let version: Int
    /// Whether with this version it ended.
    public let isWithdrawn: Bool
    /// Blacked out in every frame.
    public let regions: [PixelRegion]
    /// Where text was looked at and left.
    public let seen: [PixelRegion]
    public let note: String
    public let author: String
    public let at: Date
    /// How many instances were published under it without a person having looked at each.
    public let instances: Int

    static let columns = """
        a.id, p.code AS project, a.signature, md5(a.signature) AS alike, a.version, a.is_withdrawn, a.regions, a.seen,
        a.note, u.name AS author, a.created_at,
        (SELECT count(*) FROM instance i WHERE i.pixel_approval_id = a.id) AS instances
        """
    static let source = "pixel_approval a JOIN project p ON p.id = a.project_id JOIN account u ON u.id = a.created_by"

    init(_ row: PostgresRow) throws {
        let signature = PixelSignature(text: try row.decode("signature"))
        id = try row.decode("id")
        project = try row.decode("project")
        alike = try row.decode("alike")
        device = signature?.description ?? ""
        rows = signature?.rows ?? 0
        columns = signature?.columns ?? 0
        version = Int(try row.decode("version", as: Int32.self))
        isWithdrawn = try row.decode("is_withdrawn")
        regions = try row.regions("regions")
        seen = try row.regions("seen")
        note = try row.decode("note")
        author = try row.decode("author")
        at = try row.decode("created_at")
        instances = try row.decode("instances")
    }
}
