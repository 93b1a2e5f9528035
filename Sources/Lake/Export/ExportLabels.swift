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
        return "labels/\(set)-\(plain.joined().prefix(60))"
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
    /// - Throws: `.notFound` for a label set that is not one of the project.
    func labelFiles(
        _ choices: [LabelChoice], project: Int64, _ filter: StudyFilter, _ principal: Principal,
        _ connection: PostgresConnection
    ) async throws -> LabelFiles {
        guard !choices.isEmpty else { return LabelFiles(studies: nil, labels: [], files: []) }
        throw LakeError(.unavailable, "labels cannot be exported yet")
    }
}
