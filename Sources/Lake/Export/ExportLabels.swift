internal import ByteIO
internal import Foundation
internal import Postgres
internal import Vault

/// Which labels to take along in an export.
public struct LabelChoice: Codable, Hashable, Sendable {
    /// ID of the label set.
    public let set: String
    /// A tag, or the number of a version; `nil` takes the newest.
    public let at: String?

    public init(set: String, at: String? = nil) {
        (self.set, self.at) = (set, at)
    }
}

/// Labels that went along in an export: which version they are, and where they lie in the archive.
public struct ExportLabels: Codable, Hashable, Sendable {
    /// ID of the label set.
    public let set: String
    public let name: String
    public let version: Int
    /// The tag that was asked for.
    public let tag: String?
    /// Digest of the commit, in hexadecimal; empty where nothing was saved yet.
    public let digest: String
    /// Folder of the archive with `annotations.json` and `annotations.csv`.
    public let folder: String
}

/// Files of labels on their way into an export.
struct LabelFiles: Sendable {
    /// The studies that they are about, which are all that the export takes; `nil` where no labels go along.
    let studies: [Int64]?
    let labels: [ExportLabels]
    let files: [(path: String, content: Bytes)]

    /// Bytes of one file: it is kept in one value of the database, which takes 1 GiB.
    static let largest = 512 << 20

    /// The text of the manifest: JSON, the same whenever it is made.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(labels), as: UTF8.self)
    }

    /// A folder that every file system takes; the number tells sets apart whose names come out alike.
    static func folder(set: String, name: String) -> String {
        let plain = name.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                ? String(scalar) : "_"
        }
        return "labels/\(set.prefix(8))-\(plain.joined().prefix(60))"
    }

    /// Writes them down beside the entries of an export that is being made.
    func insert(into export: Int64, _ connection: PostgresConnection) async throws {
        for (path, content) in files {
            try await connection.execute(
                "INSERT INTO export_file (export_id, path, content, crc32, sha256) VALUES ($1, $2, $3, $4, $5)",
                [export, path, content.array, Int64(CRC32.of(content)), SHA256.of(content).array])
        }
    }

    /// Bytes of such a file of a frozen export.
    static func content(
        of entry: ExportEntry, in export: Int64, _ range: Range<Int>, _ database: PostgresPool
    ) async throws -> Bytes {
        let row = try await database.single(
            "SELECT substring(content FROM $3::int FOR $4::int) AS part FROM export_file WHERE export_id = $1 AND path = $2",
            [export, entry.path, range.lowerBound + 1, range.count])
        return Bytes(try row.decode("part", as: [UInt8].self))
    }
}

extension Exports {
    /// The files of the labels that are asked for, about the studies that `filter` finds.
    /// - Throws: `.notFound` for a label set that is not one of the project, a version or a tag that is not there;
    ///   `.invalid` where a set is named twice.
    func labelFiles(
        _ choices: [LabelChoice], project: Int64, code: String, _ filter: StudyFilter, _ principal: Principal
    ) async throws(LakeError) -> LabelFiles {
        guard !choices.isEmpty else { return LabelFiles(studies: nil, labels: [], files: []) }
        let studies = try await studies(project, filter)
        var labels: [ExportLabels] = []
        var files: [(path: String, content: Bytes)] = []
        for choice in choices {
            let frozen = try await self.labels.freeze(
                set: choice.set, at: choice.at, studies: studies, principal: principal)
            guard frozen.project == code else { throw Labels.unknownSet }
            guard !labels.contains(where: { $0.set == frozen.set }) else {
                throw LakeError(.invalid, "a label set goes along once: choose one of its versions")
            }
            guard max(frozen.json.count, frozen.csv.count) <= LabelFiles.largest else {
                throw LakeError(.tooLarge, "these labels are too many for one export: choose fewer studies")
            }
            let folder = LabelFiles.folder(set: frozen.set, name: frozen.name)
            labels.append(
                ExportLabels(
                    set: frozen.set, name: frozen.name, version: frozen.version, tag: frozen.tag,
                    digest: frozen.digest, folder: folder))
            files.append((folder + "/annotations.csv", frozen.csv))
            files.append((folder + "/annotations.json", frozen.json))
        }
        return LabelFiles(studies: studies, labels: labels, files: files)
    }

    private func studies(_ project: Int64, _ filter: StudyFilter) async throws(LakeError) -> [Int64] {
        try await LakeError.rethrowing {
            var conditions = Conditions()
            let scope = conditions.parameter(project)
            conditions.add(filter, visible: "ARRAY[\(scope)]")
            return try await context.database.query(
                """
                SELECT s.id FROM study s JOIN subject b ON b.id = s.subject_id
                WHERE s.project_id = \(scope)\(conditions.conjunction)
                """, conditions.parameters
            ).map { try $0.decode("id") }
        }
    }
}
