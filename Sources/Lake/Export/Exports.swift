internal import Foundation
internal import Postgres

/// Batch export: a filter becomes a frozen manifest, the manifest an archive that is made while it is downloaded.
public struct Exports: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let labels: Labels
    let faces: SeriesFaces
    private let visibility: Visibility

    /// Instances in one export at most.
    public static let maximumInstances = 5_000_000

    init(_ context: LakeContext, accessLog: AccessLog, labels: Labels) {
        self.context = context
        self.accessLog = accessLog
        self.labels = labels
        faces = SeriesFaces(context: context)
        visibility = Visibility(context: context)
    }

    /// Freezes what `filter` finds in a project.
    /// - Parameters:
    ///   - labels: label sets of the project to take along, each at a version.
    ///   - defacing: take images of heads without their faces; `prepareFaces` has made them. What may show a face and
    ///     could not be defaced stays away.
    /// - Throws: `.notFound` where there is no such project or label set for this principal; `.forbidden` where it may
    ///   not export from it; `.invalid` for a filter that makes no sense or finds nothing; `.tooLarge`.
    public func create(
        project code: String, filter: StudyFilter, labels: [LabelChoice] = [], defacing: Bool = false,
        principal: Principal
    ) async throws(LakeError) -> Export {
        try filter.check()
        let (project, code) = try await permitted(code, filter, principal)
        let files = try await labelFiles(labels, project: project, code: code, filter, principal)
        let faces = try await facesFile(defacing, project: project, filter, studies: files.studies)
        let id = try await LakeError.rethrowing {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let text = String(decoding: try encoder.encode(filter), as: UTF8.self)
            let said = try faces?.text() ?? ""
            return try await context.database.transaction { connection in
                let row = try await connection.single(
                    "INSERT INTO export (project_id, created_by, filter, faces) VALUES ($1, $2, $3::jsonb, $4) RETURNING id, created_at",
                    [project, principal.accountID, text, said])
                let id: Int64 = try row.decode("id")
                let createdAt = try row.decode("created_at", as: Date.self).formatted(.iso8601)
                let text = try files.text()
                try await files.insert(into: id, connection)
                try await faces?.insert(into: id, connection)
                let head = ManifestText.head(
                    export: id, project: code, createdAt: createdAt, labels: text, faces: said)
                try await Self.choose(
                    id, project: project, filter, studies: files.studies, faces: faces, head: head, connection)
                try await Self.freeze(id, head: head, labels: text, connection)
                try await AccessLog.write(
                    .export, project: project, export: id, detail: faces == nil ? "" : "without faces", count: 1,
                    principal, connection)
                return id
            }
        }
        return try await row(id, principal: principal).export
    }

    /// The project, where the principal may export from it what `filter` finds.
    func permitted(
        _ code: String, _ filter: StudyFilter, _ principal: Principal
    ) async throws(LakeError) -> (id: Int64, code: String) {
        let (project, code) = try await self.project(code, principal: principal)
        if filter.report != nil, !Gate.permits(principal, .readReports, project: project) {
            throw LakeError(.forbidden, "your roles in this project do not let you search its reports")
        }
        return (project, code)
    }

    /// The project to export from, with its code as it was made.
    private func project(_ code: String, principal: Principal) async throws(LakeError) -> (id: Int64, code: String) {
        if let id = try await visibility.projects(.export, code: code, principal: principal).first {
            return try await LakeError.rethrowing {
                (id, try await context.database.single("SELECT code FROM project WHERE id = $1", [id]).decode("code"))
            }
        }
        guard try await visibility.projects(.browse, code: code, principal: principal).isEmpty else {
            throw LakeError(.forbidden, "your roles in this project do not let you export from it")
        }
        throw LakeError(.notFound, "there is no such project")
    }

    /// Exports of the projects that the principal may export from, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [Export] {
        let projects = try await visibility.projects(.export, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(ExportRow.columns) FROM \(ExportRow.source) WHERE e.project_id = ANY($1) AND e.frozen
                ORDER BY e.id DESC LIMIT 1000
                """, [projects]
            ).map { try ExportRow($0).export }
        }
    }

    /// One export.
    /// - Throws: `.notFound`.
    public func export(_ id: String, principal: Principal) async throws(LakeError) -> Export {
        try await row(Self.number(id), principal: principal).export
    }

    /// `manifest.json` of an export, to be read in ranges.
    /// - Throws: `.notFound`; `.gone` where some of it was erased since.
    public func manifest(_ id: String, principal: Principal) async throws(LakeError) -> ExportManifest {
        ExportManifest(try await whole(id, principal: principal), context)
    }

    private func whole(_ id: String, principal: Principal) async throws(LakeError) -> ExportRow {
        let row = try await row(Self.number(id), principal: principal)
        guard row.export.erased == 0 else {
            throw LakeError(
                .gone,
                "\(row.export.erased) of its \(row.export.instances) images belonged to somebody who was erased since: "
                    + "make a new export, and delete what you downloaded of this one")
        }
        return row
    }

    /// The archive of an export, to be read in ranges. The download is recorded.
    /// - Throws: `.notFound`; `.gone` where some of it was erased since.
    public func archive(_ id: String, principal: Principal) async throws(LakeError) -> ExportArchive {
        let row = try await whole(id, principal: principal)
        // Said before the first byte: what comes later can only break the download off.
        let away = try await LakeError.rethrowing {
            try await context.database.first(
                """
                SELECT 1 AS one FROM export_entry e JOIN instance i ON i.id = e.instance_id
                WHERE e.export_id = $1 AND e.defaced_id IS NULL AND NOT i.object_here LIMIT 1
                """, [row.id])
        }
        guard away == nil else { throw LakeError.offloaded }
        try await accessLog.record(
            .download, project: row.projectID, export: row.id, purpose: "export \(row.id)", count: row.export.instances,
            principal: principal)
        return ExportArchive(row, context)
    }

    private static func number(_ id: String) throws(LakeError) -> Int64 {
        guard let number = Int64(id), number > 0 else { throw LakeError(.notFound, "there is no such export") }
        return number
    }

    private func row(_ id: Int64, principal: Principal) async throws(LakeError) -> ExportRow {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(ExportRow.columns) FROM \(ExportRow.source) WHERE e.id = $1 AND e.frozen", [id]
            ).map { try ExportRow($0) }
        }
        guard let row, Gate.permits(principal, .export, project: row.projectID) else {
            throw LakeError(.notFound, "there is no such export")
        }
        return row
    }
}
