internal import Foundation
internal import Postgres

/// What people mark in images: lists of labels, label sets, and their versions.
///
/// A label set has one line of commits. Each is of one study and holds the whole of its state, so that people who work
/// on different studies never meet, and two who changed the same study are told (`.stale`) with nothing lost.
public struct Labels: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let visibility: Visibility
    let instances: ViewedInstances

    static let unknownSet = LakeError(.notFound, "there is no such label set")
    private static let longestName = 100

    init(_ context: LakeContext, accessLog: AccessLog, instances: ViewedInstances) {
        self.context = context
        self.accessLog = accessLog
        self.instances = instances
        visibility = Visibility(context: context)
    }

    // MARK: The project's list

    /// The labels of a project.
    /// - Throws: `.notFound`.
    public func list(project code: String, principal: Principal) async throws(LakeError) -> LabelList {
        try await list(of: project(code, .view, principal: principal), context.database)
    }

    /// Replaces the list by its next version.
    /// - Parameter ifMatch: `tag` of the list that was changed.
    /// - Throws: `.stale` where it has been changed since; `.invalid` where a label was taken away.
    public func setList(
        project code: String, _ labels: [Label], ifMatch: String, principal: Principal
    ) async throws(LakeError) -> LabelList {
        let project = try await project(code, .curateLabels, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // Held against another one that changes the list at the same time.
                try await connection.execute("SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE", [project])
                let present = try await list(of: project, connection)
                guard present.tag == ifMatch else {
                    throw LakeError(
                        .stale, "the list of labels was changed meanwhile: load it again, nothing was changed by this")
                }
                let next = try present.next(labels)
                guard next.labels != present.labels else { return present }
                try await connection.execute(
                    "INSERT INTO label_list (project_id, version, labels, author_id) VALUES ($1, $2, $3::jsonb, $4)",
                    [
                        project, next.version, String(decoding: try JSONEncoder().encode(next.labels), as: UTF8.self),
                        principal.accountID,
                    ])
                try await AccessLog.write(
                    .labelsList, project: project, detail: "version \(next.version)", principal, connection)
                return next
            }
        }
    }

    func list(of project: Int64, _ database: some PostgresQueryable) async throws(LakeError) -> LabelList {
        try await LakeError.rethrowing {
            let row = try await database.first(
                "SELECT version, labels FROM label_list WHERE project_id = $1 ORDER BY version DESC LIMIT 1", [project])
            guard let row else { return LabelList.standard }
            let labels: String = try row.decode("labels")
            return LabelList(
                labels: try JSONDecoder().decode([Label].self, from: Data(labels.utf8)),
                version: try row.decode("version"))
        }
    }

    // MARK: Label sets

    /// The label sets of the projects that the principal may view, by name.
    /// - Parameter project: code of the only project to list.
    public func sets(project code: String? = nil, principal: Principal) async throws(LakeError) -> [LabelSet] {
        let code = code.map { $0.contains("\0") ? "" : $0 }
        let projects = try await visibility.projects(.view, code: code, principal: principal)
        return try await sets(where: "l.project_id = ANY ($1)", [projects])
    }

    /// One label set.
    /// - Throws: `.notFound`.
    public func set(_ id: String, principal: Principal) async throws(LakeError) -> LabelSet {
        let place = try await place(id, principal: principal)
        guard let found = try await sets(where: "l.id = $1::uuid", [place.set]).first else { throw Self.unknownSet }
        return found
    }

    /// Makes a label set, empty.
    /// - Throws: `.notFound` for a project; `.invalid`, `.conflict` for a name.
    public func create(
        project code: String, name: String, description: String = "", principal: Principal
    ) async throws(LakeError) -> LabelSet {
        let project = try await project(code, .annotate, principal: principal)
        let name = try Naming.line(name, of: "a label set's name", limit: Self.longestName)
        let description = try LabelNaming.text(
            description, of: "a label set's description", limit: LabelNaming.longestMessage)
        let id = UUID().uuidString.lowercased()
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let made = try await connection.execute(
                    """
                    INSERT INTO label_set (id, project_id, name, description, created_by)
                    VALUES ($1::uuid, $2, $3, $4, $5) ON CONFLICT (project_id, lower(name)) DO NOTHING
                    """, [id, project, name, description, principal.accountID])
                guard made == 1 else {
                    throw LakeError(.conflict, "the project has a label set of this name already")
                }
                try await AccessLog.write(
                    .labelsCreate, project: project, detail: "label set \(id)", principal, connection)
            }
        }
        return try await set(id, principal: principal)
    }

    private func sets(
        where clause: String, _ parameters: [any PostgresEncodable]
    ) async throws(LakeError) -> [LabelSet] {
        try await LakeError.rethrowing {
            let rows = try await context.database.query(
                "SELECT \(LabelSet.columns) FROM \(LabelSet.source) WHERE \(clause) ORDER BY lower(l.name), l.id LIMIT 1000",
                parameters)
            let tags = try await context.database.query(
                """
                SELECT t.label_set_id::text AS label_set, \(LabelTag.columns)
                FROM \(LabelTag.source) JOIN label_set l ON l.id = t.label_set_id
                WHERE \(clause) ORDER BY t.created_at, t.name
                """, parameters)
            let named = try Dictionary(grouping: tags) { try $0.decode("label_set", as: String.self) }
            return try rows.map { row in
                let own = named[try row.decode("id", as: String.self)] ?? []
                return try LabelSet(row, tags: try own.map { try LabelTag($0) })
            }
        }
    }

    // MARK: Who may

    /// The project of this code.
    /// - Throws: `.notFound` where there is none that the principal may view; `.forbidden` where it may view it and may
    ///   not do `permission`.
    private func project(
        _ code: String, _ permission: Permission, principal: Principal
    ) async throws(LakeError) -> Int64 {
        let code = code.contains("\0") ? "" : code
        let viewed = try await visibility.projects(.view, code: code, principal: principal)
        guard let project = viewed.first else { throw LakeError(.notFound, "there is no such project") }
        guard Gate.permits(principal, permission, project: project) else { throw Self.forbidden }
        return project
    }

    private static let forbidden = LakeError(.forbidden, "your roles in this project do not let you do this")

    /// A label set that may be seen, and a study of its project.
    struct Place {
        /// UUID in lower case.
        let set: String
        let project: Int64
    }

    struct StudyPlace {
        let set: String
        let project: Int64
        let study: Int64
        let uid: String
    }

    /// - Throws: `.notFound`; `.forbidden` where the principal may view the label set and may not do `permission`.
    func place(
        _ set: String, _ permission: Permission = .view, principal: Principal
    ) async throws(LakeError) -> Place {
        guard let id = UUID(uuidString: set)?.uuidString.lowercased() else { throw Self.unknownSet }
        let project = try await LakeError.rethrowing {
            try await context.database.first("SELECT project_id FROM label_set WHERE id = $1::uuid", [id])?.decode(
                "project_id", as: Int64.self)
        }
        guard let project, Gate.permits(principal, .view, project: project) else { throw Self.unknownSet }
        guard Gate.permits(principal, permission, project: project) else { throw Self.forbidden }
        return Place(set: id, project: project)
    }

    func place(
        _ set: String, study uid: String, _ permission: Permission = .view, principal: Principal
    ) async throws(LakeError) -> StudyPlace {
        let place = try await place(set, permission, principal: principal)
        let study = try await study(uid, of: place.project)
        return StudyPlace(set: place.set, project: place.project, study: study, uid: uid)
    }

    /// - Throws: `.notFound` for a study that is not in the project: it may be in one that nobody here knows of.
    func study(_ uid: String, of project: Int64) async throws(LakeError) -> Int64 {
        let unknown = LakeError(.notFound, "there is no such study in the project of this label set")
        guard LabelNaming.isUID(uid) else { throw unknown }
        let study = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT id FROM study WHERE uid = $1 AND project_id = $2", [uid, project])?
                .decode("id", as: Int64.self)
        }
        guard let study else { throw unknown }
        return study
    }
}
