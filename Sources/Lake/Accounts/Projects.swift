internal import ByteIO
public import Deidentification
internal import Foundation
internal import Postgres
internal import Vault

/// Projects, and who is what in them.
public struct Projects: Sendable {
    let context: LakeContext
    let accounts: Accounts
    static let unknown = LakeError(.notFound, "there is no such project")

    init(_ context: LakeContext, accounts: Accounts) {
        self.context = context
        self.accounts = accounts
    }

    /// Makes a project with a pseudonym secret of its own.
    /// - Throws: `.invalid` for a code or name that is not taken; `.conflict` for a code that is; `.notFound` for who
    ///   may not make projects.
    @discardableResult
    public func create(
        code: String, name: String, profile: Profile = .projectDefault, principal: Principal
    ) async throws(LakeError) -> Project {
        guard Gate.permits(principal, .manageProjects) else { throw LakeError(.notFound, "there is no such thing") }
        let code = try Naming.projectCode(code)
        // Its address would be that of the list.
        guard code != "listed" else { throw LakeError(.invalid, "no project's code is “listed”") }
        let name = try Naming.line(name, of: "a project's name", limit: 200)
        return try await LakeError.rethrowing {
            return try await context.database.transaction { connection in
                // Known before the row is: the wrapped secret is bound to it.
                let id: Int64 = try await connection.single(
                    "SELECT nextval(pg_get_serial_sequence('project', 'id')) AS id"
                ).decode("id")
                let secret = try await context.master.wrap(
                    SymmetricKey(), context: Projects.secretContext(id), connection)
                let row = try await connection.first(
                    """
                    INSERT INTO project (id, code, name, pseudonym_secret_wrapped, created_by)
                    OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (lower(code)) DO NOTHING RETURNING id
                    """, [id, code, name, secret.array, principal.accountID])
                guard row != nil else { throw LakeError(.conflict, "there is a project with this code already") }
                try await Projects.write(profile, version: 1, note: "", project: id, principal, connection)
                let project = try Project(
                    try await connection.single("SELECT \(Project.columns) FROM project WHERE id = $1", [id]))
                try await AccessLog.write(.projectCreate, project: project.id, detail: code, principal, connection)
                return project
            }
        }
    }

    /// The projects in which the principal is something; all of them for who may make projects. By code.
    public func list(principal: Principal) async throws(LakeError) -> [Project] {
        let seen = Gate.permits(principal, .manageProjects) ? nil : principal.roles.keys.sorted()
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(Project.columns) FROM project
                WHERE $1::bigint[] IS NULL OR id = ANY ($1) ORDER BY lower(code)
                """, [seen]
            ).map { try Project($0) }
        }
    }

    /// One project.
    /// - Throws: `.notFound` where there is none of this code, or none in which the principal is something.
    public func project(_ code: String, principal: Principal) async throws(LakeError) -> Project {
        let project = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(Project.columns) FROM project WHERE lower(code) = lower($1)",
                [code.contains("\0") ? "" : code]
            ).map { try Project($0) }
        }
        guard let project, principal.roles[project.id] != nil || Gate.permits(principal, .manageProjects) else {
            throw Projects.unknown
        }
        return project
    }

    /// The project of what somebody may see already.
    func project(id: Int64) async throws(LakeError) -> Project {
        try await LakeError.rethrowing {
            try Project(
                try await context.database.single("SELECT \(Project.columns) FROM project WHERE id = $1", [id]))
        }
    }

    /// The secret under which a project's pseudonyms are made.
    func pseudonymSecret(of project: Project) async throws(LakeError) -> PseudonymSecret {
        try await LakeError.rethrowing {
            let row = try await context.database.single(
                "SELECT pseudonym_secret_wrapped FROM project WHERE id = $1", [project.id])
            let wrapped = Bytes(try row.decode("pseudonym_secret_wrapped", as: [UInt8].self))
            return PseudonymSecret(
                try context.master.unwrap(wrapped, context: Projects.secretContext(project.id)))
        }
    }

    private static func secretContext(_ project: Int64) -> SealingContext {
        SealingContext("project-secret", "\(project)")
    }
}

extension Project {
    static let columns = """
        id, code, name, created_at, is_listed,
        (SELECT v.profile FROM project_profile v WHERE v.project_id = project.id ORDER BY v.version DESC LIMIT 1)
            AS profile,
        (SELECT max(v.version) FROM project_profile v WHERE v.project_id = project.id) AS profile_version
        """

    init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), code: try row.decode("code"), name: try row.decode("name"),
            profile: try JSONDecoder().decode(
                Profile.self, from: Data(try row.decode("profile", as: String.self).utf8)),
            profileVersion: Int(try row.decode("profile_version", as: Int32.self)),
            createdAt: try row.decode("created_at"), isListed: try row.decode("is_listed"))
    }
}
