internal import ByteIO
internal import DICOMImaging
internal import Deidentification
internal import Foundation
internal import Postgres

/// A row of `held`, with what the outside does not see.
struct HeldRow: Sendable {
    let item: HeldItem
    let projectID: Int64
    let studyID: Int64
    let subjectID: Int64
    let batchID: Int64?
    let receivedBy: Int64
    let addresses: StoredAddresses
    let storedSHA256: [UInt8]
    let originalDigest: [UInt8]
    /// `PixelSignature.text`; empty where it has none.
    let signature: String
    /// The sealed `CatalogueEntry`.
    let entry: [UInt8]

    static let columns = """
        h.id, h.project_id, p.code AS project, h.study_key_id, k.subject_id, h.batch_id, h.instance_uid, h.series_uid,
        h.study_uid, h.state, h.reason, h.modality, h.description, h.rows, h.columns, h.frames, h.object_segment,
        h.object_offset, h.object_length, h.patch_segment, h.patch_offset, h.patch_length, h.stored_sha256,
        h.original_digest, h.entry, h.received_by, h.received_at, h.decided_at, h.decision_reason, h.signature,
        h.by_signature, md5(h.signature) AS alike, h.proposed, h.found, h.redacted, h.approval_id,
        coalesce(w.n, 0) AS waiting_alike
        """
    private static let joined = """
        held h JOIN project p ON p.id = h.project_id JOIN study_key k ON k.id = h.study_key_id LEFT JOIN
        """
    /// For one row.
    static let source = """
        \(joined) LATERAL (SELECT count(*) AS n FROM held o WHERE o.project_id = h.project_id AND o.state = 'waiting'
            AND o.by_signature AND h.by_signature AND md5(o.signature) = md5(h.signature)) w ON true
        """
    /// For many rows: those that are alike are counted once.
    static let listSource = """
        \(joined) (SELECT project_id, md5(signature) AS alike, count(*) AS n FROM held
            WHERE state = 'waiting' AND by_signature GROUP BY 1, 2) w
        ON h.by_signature AND w.project_id = h.project_id AND w.alike = md5(h.signature)
        """

    init(_ row: PostgresRow) throws {
        signature = try row.decode("signature")
        let device =
            try row.decode("by_signature", as: Bool.self) ? PixelSignature(text: signature)?.description : nil
        item = HeldItem(
            id: try row.decode("id"), project: try row.decode("project"),
            state: HeldItem.State(rawValue: try row.decode("state")) ?? .waiting, reason: try row.decode("reason"),
            study: try row.decode("study_uid"), series: try row.decode("series_uid"),
            instance: try row.decode("instance_uid"), modality: try row.decode("modality"),
            description: try row.decode("description"), rows: try row.decode("rows"),
            columns: try row.decode("columns"), frames: try row.decode("frames"),
            proposed: try row.regions("proposed"), found: try row.regions("found"), device: device ?? "",
            alike: device == nil ? "" : try row.decode("alike"),
            waitingAlike: try row.decode("waiting_alike"), approval: try row.decode("approval_id"),
            redacted: try row.optionalRegions("redacted"),
            receivedAt: try row.decode("received_at", as: Date.self).formatted(.iso8601),
            decidedAt: try row.decode("decided_at", as: Date?.self)?.formatted(.iso8601),
            decisionReason: try row.decode("decision_reason"))
        projectID = try row.decode("project_id")
        studyID = try row.decode("study_key_id")
        subjectID = try row.decode("subject_id")
        batchID = try row.decode("batch_id")
        receivedBy = try row.decode("received_by")
        addresses = try StoredAddresses(row)
        storedSHA256 = try row.decode("stored_sha256")
        originalDigest = try row.decode("original_digest")
        entry = try row.decode("entry")
    }
}

extension PostgresRow {
    /// A column of regions as JSON.
    func regions(_ name: String) throws -> [PixelRegion] { try optionalRegions(name) ?? [] }

    func optionalRegions(_ name: String) throws -> [PixelRegion]? {
        try decode(name, as: String?.self).map { try JSONDecoder().decode([PixelRegion].self, from: Data($0.utf8)) }
    }
}

extension [PixelRegion] {
    /// For a column of type jsonb.
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
