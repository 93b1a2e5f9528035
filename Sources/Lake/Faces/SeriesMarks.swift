internal import ByteIO
internal import DICOM
internal import Deidentification
internal import Postgres

/// Says of series that were taken in before there were marks whether a face may be recognised in them. What comes in
/// is marked at once.
struct SeriesMarks: Sendable {
    let context: LakeContext

    private static let pageSize = 200

    /// Once when a server starts: nothing is left to do afterwards.
    var recurring: [Recurring] {
        [Recurring(name: "marking series", interval: .seconds(24 * 3600)) { try await markAll() }]
    }

    /// Marks all that are not. Several servers may do it at once: they come to the same.
    func markAll() async throws {
        var last: Int64 = 0
        while true {
            let rows = try await context.database.query(
                """
                SELECT r.id, i.metadata FROM series r
                CROSS JOIN LATERAL (SELECT metadata FROM instance WHERE series_id = r.id
                    ORDER BY (frames = 0), number NULLS LAST, id LIMIT 1) i
                WHERE r.recognizable IS NULL AND r.id > $1 ORDER BY r.id LIMIT \(Self.pageSize)
                """, [last])
            guard let end = rows.last else { return }
            last = try end.decode("id")
            var (ids, marks) = ([Int64](), [String]())
            for row in rows {
                ids.append(try row.decode("id"))
                marks.append(Self.mark(try row.decode("metadata")))
            }
            try await context.database.execute(
                """
                UPDATE series SET recognizable = d.mark FROM unnest($1::bigint[], $2::text[]) AS d (id, mark)
                WHERE series.id = d.id AND series.recognizable IS NULL
                """, [ids, marks])
        }
    }

    /// What cannot be read counts as unknown.
    private static func mark(_ metadata: [UInt8]) -> String {
        guard let dataSet = try? DataSet(json: Bytes(metadata)) else { return Recognizability.unnamed.rawValue }
        return Recognizability(dataSet)?.rawValue ?? ""
    }

    /// A condition on `series`, called `r`: a face may be recognised in it.
    static let condition = """
        (r.recognizable = 'picture' OR (r.frame_count >= \(Recognizability.fewestFrames)
            AND (r.recognizable IN ('head', 'unnamed') OR (r.recognizable IS NULL AND r.modality IN ('CT', 'MR')))))
        """
}
