internal import ByteIO
internal import Foundation
internal import Postgres

/// A frozen selection of instances.
public struct Export: Codable, Hashable, Sendable {
    public let id: String
    /// Code of the project.
    public let project: String
    /// ISO 8601, UTC.
    public let createdAt: String
    /// Name of the account.
    public let createdBy: String
    public let filter: StudyFilter
    public let studies: Int
    public let instances: Int
    /// Bytes of all files.
    public let bytes: Int64
    /// Bytes of the archive.
    public let archiveBytes: Int64
    /// In hexadecimal.
    public let manifestSHA256: String
    /// Which labels go along.
    public let labels: [ExportLabels]
    /// Instances of patients who were erased since. Where there are any, archive and manifest cannot be made any more.
    public let erased: Int
    /// What became of faces, where they were to be taken out.
    public let faces: ExportFaces?
}

/// A row of `export`, with what the outside does not see.
struct ExportRow: Sendable {
    let export: Export
    let id: Int64
    let projectID: Int64
    let layout: ArchiveLayout

    static let columns = """
        e.id, e.project_id, p.code AS project, a.name AS created_by, e.created_at, e.filter, e.studies, e.instances, e.bytes,
        e.manifest_size, e.manifest_crc32, e.manifest_sha256, e.directory_offset, e.archive_size, e.labels, e.label_files,
        e.erased, e.faces
        """
    static let source = "export e JOIN project p ON p.id = e.project_id JOIN account a ON a.id = e.created_by"

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        projectID = try row.decode("project_id")
        let createdAt: Date = try row.decode("created_at")
        let filter: String = try row.decode("filter")
        let labels: String = try row.decode("labels")
        let faces: String = try row.decode("faces")
        export = Export(
            id: String(id), project: try row.decode("project"), createdAt: createdAt.formatted(.iso8601),
            createdBy: try row.decode("created_by"),
            filter: try JSONDecoder().decode(StudyFilter.self, from: Data(filter.utf8)),
            studies: try row.decode("studies"), instances: try row.decode("instances"), bytes: try row.decode("bytes"),
            archiveBytes: try row.decode("archive_size"),
            manifestSHA256: try row.decode("manifest_sha256", as: [UInt8].self).hexadecimal,
            labels: try JSONDecoder().decode([ExportLabels].self, from: Data(labels.utf8)),
            erased: try row.decode("erased"),
            faces: faces.isEmpty ? nil : try JSONDecoder().decode(ExportFaces.self, from: Data(faces.utf8)))
        layout = ArchiveLayout(
            manifestHead: ManifestText.head(
                export: id, project: export.project, createdAt: export.createdAt, labels: labels,
                faces: faces),
            manifestSize: try row.decode("manifest_size"),
            manifestCRC32: UInt32(truncatingIfNeeded: try row.decode("manifest_crc32", as: Int64.self)),
            entryCount: export.instances + (try row.decode("label_files", as: Int.self)),
            directoryOffset: try row.decode("directory_offset"),
            size: export.archiveBytes, time: DOSTime(createdAt))
    }
}

/// A row of `export_entry`.
struct ExportEntry: Sendable {
    let position: Int
    /// `nil` for a file of labels.
    let instanceID: Int64?
    let uid: String
    let path: String
    let size: Int64
    let crc32: UInt32
    let sha256: [UInt8]
    let manifestOffset: Int64
    let archiveOffset: Int64
    let directoryOffset: Int64

    static let columns = """
        e.position, e.instance_id, e.instance_uid, e.path, e.size, e.crc32, e.sha256, e.manifest_offset, e.archive_offset,
        e.directory_offset
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        position = try row.decode("position")
        instanceID = try row.decode("instance_id")
        uid = try row.decode("instance_uid")
        path = try row.decode("path")
        size = try row.decode("size")
        crc32 = UInt32(truncatingIfNeeded: try row.decode("crc32", as: Int64.self))
        sha256 = try row.decode("sha256")
        manifestOffset = try row.decode("manifest_offset")
        archiveOffset = try row.decode("archive_offset")
        directoryOffset = try row.decode("directory_offset")
    }

    init(
        position: Int, instanceID: Int64? = nil, uid: String = "", path: String, size: Int64, crc32: UInt32,
        sha256: [UInt8] = [],
        manifestOffset: Int64 = 0, archiveOffset: Int64 = 0, directoryOffset: Int64 = 0
    ) {
        self.position = position
        self.instanceID = instanceID
        self.uid = uid
        self.path = path
        self.size = size
        self.crc32 = crc32
        self.sha256 = sha256
        self.manifestOffset = manifestOffset
        self.archiveOffset = archiveOffset
        self.directoryOffset = directoryOffset
    }
}
