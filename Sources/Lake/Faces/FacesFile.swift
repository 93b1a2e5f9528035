internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Postgres
internal import Vault

/// `faces.json` of an export without faces: what became of each series that may show one, and which image was made of
/// which, so that labels, which name the images that they were drawn on, still find theirs. Docs/Formats/export.md.
struct FacesFile: Sendable {
    static let path = "faces.json"

    private struct Contents: Encodable {
        struct Series: Encodable {
            let study: String
            let series: String
            /// `defaced` or `left out`.
            let result: String
            var defaced: String?
            var removedMillilitres: Double?
            /// New SOP Instance UID by the one that it was made of.
            var images: [String: String]?
            var reason: String?
        }
        let format = "tarn-faces-1"
        let method = SeriesDefacer.version
        let series: [Series]
    }

    /// `defaced_series.id` of those that have images.
    let defaced: [Int64]
    let summary: ExportFaces
    private let content: Bytes

    /// - Throws: `.conflict` where a series was not looked at yet.
    init(_ series: [MarkedSeries], _ database: PostgresPool) async throws {
        let outcomes = try series.map { one in
            guard let outcome = one.outcome else {
                throw LakeError(.conflict, "images came in meanwhile whose faces are not taken out: ask again")
            }
            return (series: one, outcome: outcome)
        }
        defaced = outcomes.filter { !$0.outcome.uid.isEmpty }.map(\.outcome.id)
        summary = ExportFaces(
            method: SeriesDefacer.version, defaced: defaced.count, leftOut: outcomes.count - defaced.count)
        var images: [Int64: [String: String]] = [:]
        for row in try await database.query(
            """
            SELECT d.defaced_series_id, i.uid, d.uid AS new_uid FROM defaced_image d JOIN instance i ON i.id = d.instance_id
            WHERE d.defaced_series_id = ANY ($1)
            """, [defaced])
        {
            images[try row.decode("defaced_series_id"), default: [:]][try row.decode("uid")] = try row.decode(
                "new_uid", as: String.self)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let listed = outcomes.map { one, outcome in
            outcome.uid.isEmpty
                ? Contents.Series(study: one.studyUID, series: one.uid, result: "left out", reason: outcome.reason)
                : Contents.Series(
                    study: one.studyUID, series: one.uid, result: "defaced", defaced: outcome.uid,
                    removedMillilitres: outcome.removed.rounded(), images: images[outcome.id])
        }
        content = Bytes(Array(try encoder.encode(Contents(series: listed))))
        guard content.count <= LabelFiles.largest else {
            throw LakeError(.tooLarge, "these are too many series for one export without faces")
        }
    }

    /// What the manifest says.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(summary), as: UTF8.self)
    }

    func insert(into export: Int64, _ connection: PostgresConnection) async throws {
        try await connection.execute(
            "INSERT INTO export_file (export_id, path, content, crc32, sha256) VALUES ($1, $2, $3, $4, $5)",
            [export, Self.path, content.array, Int64(CRC32.of(content)), SHA256.of(content).array])
    }
}
