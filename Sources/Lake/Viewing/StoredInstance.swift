internal import ByteIO
internal import DICOMImaging
internal import Postgres

/// A published instance as the catalogue has it. Immutable: a published instance is never replaced.
struct StoredInstance: Sendable {
    let uid: String
    let study: String
    let series: String
    let studyID: Int64
    let projectID: Int64
    let sopClass: String
    let transferSyntax: String
    let number: Int?
    let frames: Int
    let address: StoredAddresses.Address
    let size: Int
    let sha256: [UInt8]
    /// Whether its bytes are here, and not in cold storage only.
    let isHere: Bool
    /// Where the frames lie in the object; `nil` without pixels, and for deflated objects.
    let frameIndex: FrameIndex?

    static let columns = """
        i.uid, s.uid AS study, r.uid AS series, i.study_id, i.project_id, i.sop_class, i.transfer_syntax, i.number, i.frames,
        i.object_segment, i.object_offset, i.object_length, i.stored_size, i.stored_sha256, i.frame_index,
        i.object_here
        """
    static let source = "instance i JOIN series r ON r.id = i.series_id JOIN study s ON s.id = i.study_id"

    init(_ row: PostgresRow) throws {
        uid = try row.decode("uid")
        study = try row.decode("study")
        series = try row.decode("series")
        studyID = try row.decode("study_id")
        projectID = try row.decode("project_id")
        sopClass = try row.decode("sop_class")
        transferSyntax = try row.decode("transfer_syntax")
        number = try row.decode("number")
        frames = try row.decode("frames")
        address = try StoredAddresses.Address(row, part: "object")
        size = try row.decode("stored_size")
        sha256 = try row.decode("stored_sha256")
        isHere = try row.decode("object_here")
        frameIndex = try row.decode("frame_index", as: [UInt8]?.self).map { try FrameIndex(encoded: Bytes($0)) }
    }
}
