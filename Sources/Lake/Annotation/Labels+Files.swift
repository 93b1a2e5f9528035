public import ByteIO
internal import Foundation
internal import Postgres

extension Labels {
    /// Studies that are written at a time.
    private static let filePage = 100
    private static let historyPage = 5000

    /// A label set at a version as JSON and CSV: for an export, whose archive holds the bytes that this gives.
    /// - Parameters:
    ///   - moment: a version or a tag; the newest version where absent.
    ///   - studies: only these, by `study.id`; all where absent.
    /// - Throws: `.notFound`.
    public func freeze(
        set: String, at moment: String? = nil, studies: [Int64]? = nil, principal: Principal
    ) async throws(LakeError) -> FrozenLabels {
        let place = try await place(set, principal: principal)
        let (version, tag) = try await self.version(moment, of: place.set)
        return try await LakeError.rethrowing {
            let row = try await context.database.single(
                """
                SELECT l.name, p.code, (SELECT digest FROM label_commit c WHERE c.label_set_id = l.id AND c.version = $2)
                    AS digest FROM label_set l JOIN project p ON p.id = l.project_id WHERE l.id = $1::uuid
                """, [place.set, version])
            let set = FiledSet(
                id: place.set, name: try row.decode("name"), project: try row.decode("code"), version: version,
                tag: tag,
                digest: try row.decode("digest", as: [UInt8]?.self)?.hexadecimalText)
            return try await files(set, studies: studies, principal: principal)
        }
    }

    /// What a label set is downloaded as.
    public enum FileFormat: String, Sendable {
        case json
        case csv
    }

    /// A label set as one file; recorded as downloaded.
    /// - Throws: `.notFound`.
    public func file(
        _ format: FileFormat, of set: String, at moment: String? = nil, principal: Principal
    ) async throws(LakeError) -> (bytes: Bytes, name: String) {
        let found = try await self.set(set, principal: principal)
        let files = try await freeze(set: found.id, at: moment, principal: principal)
        let place = try await place(found.id, principal: principal)
        try await LakeError.rethrowing {
            try await AccessLog.write(
                .labelsDownload, project: place.project, detail: "label set \(place.set) version \(files.version)",
                principal, context.database)
        }
        let name = "\(found.project)-labels-\(found.id.prefix(8))-\(files.version).\(format.rawValue)"
        return (format == .json ? files.json : files.csv, name)
    }

    private func files(_ set: FiledSet, studies: [Int64]?, principal: Principal) async throws -> FrozenLabels {
        var json = FileText()
        var csv = FileText()
        try json.add(LabelJSON.head(set))
        try csv.add(LabelCSV.head)
        let versions = try await newest(of: set, only: studies)
        var separator = "\n"
        for start in stride(from: 0, to: versions.count, by: Self.filePage) {
            let page = Array(versions[start..<min(start + Self.filePage, versions.count)])
            for filed in try await filedStudies(of: set, page, principal: principal) {
                try json.add(separator + LabelJSON.line(filed))
                try csv.add(LabelCSV.lines(filed))
                separator = ",\n"
            }
        }
        try json.add(LabelJSON.between)
        try await addHistory(of: set, only: studies, to: &json)
        try json.add(LabelJSON.tail)
        return FrozenLabels(
            set: set.id, name: set.name, project: set.project, version: set.version, tag: set.tag,
            digest: set.digest ?? "", json: json.bytes, csv: csv.bytes)
    }

    /// The newest commit of each study up to the version, in the order of their UIDs.
    private func newest(of set: FiledSet, only studies: [Int64]?) async throws -> [Int] {
        try await context.database.query(
            """
            SELECT max(version) AS version FROM label_commit
            WHERE label_set_id = $1::uuid AND version <= $2 AND ($3::bigint[] IS NULL OR study_id = ANY ($3))
            GROUP BY study_uid ORDER BY study_uid COLLATE "C"
            """, [set.id, set.version, studies]
        ).map { try $0.decode("version") }
    }

    /// What the studies of these commits have after them, by UID.
    private func filedStudies(
        of set: FiledSet, _ versions: [Int], principal: Principal
    ) async throws -> [FiledStudy] {
        let rows = try await context.database.query(
            """
            SELECT c.study_uid AS uid, c.version, c.digest, c.author, c.at, c.message, c.content, b.code AS subject
            FROM label_commit c JOIN study s ON s.id = c.study_id JOIN subject b ON b.id = s.subject_id
            WHERE c.label_set_id = $1::uuid AND c.version = ANY ($2) ORDER BY c.study_uid COLLATE "C"
            """, [set.id, versions])
        let states = try rows.map { row in
            let content: String = try row.decode("content")
            let study = AnnotatedStudy(
                labelSet: set.id, study: try row.decode("uid"), version: try row.decode("version"),
                digest: try row.decode("digest", as: [UInt8].self).hexadecimalText, author: try row.decode("author"),
                at: try row.decode("at", as: Date.self).formatted(.iso8601), message: try row.decode("message"),
                annotations: try JSONDecoder().decode([Annotation].self, from: Data(content.utf8)))
            return (study: study, subject: try row.decode("subject", as: String.self))
        }
        let uids = Set(states.flatMap { $0.study.annotations.map(\.instance) }).sorted()
        var series: [String: String] = [:]
        for row in try await context.database.query(
            "SELECT i.uid, r.uid AS series FROM instance i JOIN series r ON r.id = i.series_id WHERE i.uid = ANY ($1::text[])",
            [uids])
        {
            series[try row.decode("uid")] = try row.decode("series", as: String.self)
        }
        let points = try await patientPoints(of: states.map(\.study), among: series, principal: principal)
        return zip(states, points).map { state, points in
            FiledStudy(study: state.study, subject: state.subject, series: series, patientPoints: points)
        }
    }

    /// Adds the commits up to the version. Of studies that are not in the file only version and digest.
    private func addHistory(of set: FiledSet, only studies: [Int64]?, to json: inout FileText) async throws {
        var last = 0
        var parent: String?
        while last < set.version {
            let rows = try await context.database.query(
                """
                SELECT version, study_uid, author, at, kind, message, restored_from, content_digest, digest,
                    NOT erased AND ($3::bigint[] IS NULL OR study_id = ANY ($3)) AS is_filed
                FROM label_commit WHERE label_set_id = $1::uuid AND version > $2 AND version <= $4
                ORDER BY version LIMIT \(Self.historyPage)
                """, [set.id, last, studies, set.version])
            guard !rows.isEmpty else { throw LakeError(.unavailable, "a label set lost commits") }
            for row in rows {
                last = try row.decode("version")
                let digest = try row.decode("digest", as: [UInt8].self).hexadecimalText
                let line: String
                if try row.decode("is_filed", as: Bool.self) {
                    let record = CommitDigest(
                        labelSet: set.id, version: last, parent: parent, study: try row.decode("study_uid"),
                        author: try row.decode("author"), at: try row.decode("at", as: Date.self).formatted(.iso8601),
                        kind: LabelCommit.Kind(rawValue: try row.decode("kind")) ?? .save,
                        message: try row.decode("message"), restoredFrom: try row.decode("restored_from"),
                        content: try row.decode("content_digest", as: [UInt8].self).hexadecimalText)
                    line = LabelJSON.line(record, digest: digest)
                } else {
                    line = LabelJSON.line(version: last, digest: digest)
                }
                try json.add((last == 1 ? "\n" : ",\n") + line)
                parent = digest
            }
        }
    }
}

/// A text that becomes long.
private struct FileText: ~Copyable {
    private var builder = Bytes.Builder()

    mutating func add(_ text: String) throws {
        var text = text
        try text.withUTF8 { try builder.append(UnsafeRawBufferPointer($0)) }
    }

    var bytes: Bytes {
        mutating get { builder.finish() }
    }
}
