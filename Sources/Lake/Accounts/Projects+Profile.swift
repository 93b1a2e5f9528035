public import Deidentification
public import Foundation
internal import Postgres

/// A version of a project's profile.
public struct ProfileVersion: Sendable, Hashable, Codable {
    /// From 1; the highest is in force.
    public let version: Int
    public let note: String
    public let author: String
    public let at: Date
    /// How many instances were taken in under it.
    public let instances: Int
}

/// What de-identification takes out and leaves, in versions. What was taken in already is not touched by a new one.
extension Projects {
    /// The profile that is in force.
    /// - Throws: `.notFound`, also for who may not set it.
    public func profile(_ code: String, principal: Principal) async throws(LakeError) -> Project {
        let project = try await project(code, principal: principal)
        guard Gate.permits(principal, .profile, project: project.id) else { throw Projects.unknown }
        return project
    }

    /// An earlier profile.
    /// - Throws: `.notFound`.
    public func profile(
        _ code: String, version: Int, principal: Principal
    ) async throws(LakeError) -> Profile {
        let project = try await profile(code, principal: principal)
        return try await LakeError.rethrowing {
            let row = try await context.database.first(
                "SELECT profile FROM project_profile WHERE project_id = $1 AND version = $2",
                [project.id, Int32(clamping: version)])
            guard let row else { throw LakeError(.notFound, "the profile has no such version") }
            return try JSONDecoder().decode(
                Profile.self, from: Data(try row.decode("profile", as: String.self).utf8))
        }
    }

    /// All versions, the newest first.
    public func profileVersions(_ code: String, principal: Principal) async throws(LakeError) -> [ProfileVersion] {
        let project = try await profile(code, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT v.version, v.note, a.name, v.created_at, (SELECT count(*) FROM instance i
                    WHERE i.project_id = v.project_id AND i.profile_version = v.version) AS instances
                FROM project_profile v JOIN account a ON a.id = v.created_by WHERE v.project_id = $1
                ORDER BY v.version DESC
                """, [project.id]
            ).map { row in
                ProfileVersion(
                    version: Int(try row.decode("version", as: Int32.self)), note: try row.decode("note"),
                    author: try row.decode("name"), at: try row.decode("created_at"),
                    instances: Int(try row.decode("instances", as: Int64.self)))
            }
        }
    }

    /// Puts a new version in force, for what comes in from now on.
    /// - Parameters:
    ///   - document: see `ProfileDocument`.
    ///   - after: the version that the author saw.
    /// - Throws: `.invalid` with every problem of the document; `.stale` where somebody else set one meanwhile;
    ///   `.notFound` for who may not.
    public func setProfile(
        _ code: String, document: Data, note: String, after: Int, principal: Principal
    ) async throws(LakeError) -> Project {
        let project = try await profile(code, principal: principal)
        let profile: Profile
        do throws(DeidentificationError) { profile = try ProfileDocument.profile(document) } catch {
            throw LakeError(.invalid, error.reason)
        }
        let note = note.isEmpty ? "" : try Naming.line(note, of: "a note", limit: 500)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // One at a time: the version is counted under this lock.
                let row = try await connection.single(
                    "SELECT \(Project.columns) FROM project WHERE id = $1 FOR UPDATE", [project.id])
                let now = try Project(row)
                guard now.profileVersion == after else {
                    throw LakeError(.stale, "somebody has set another profile meanwhile: look at it first")
                }
                guard now.profile != profile else { return now }
                try await Projects.write(
                    profile, version: after + 1, note: note, project: project.id, principal, connection)
                try await AccessLog.write(
                    .profileSet, project: project.id, detail: "version \(after + 1)", principal, connection)
                return try Project(
                    try await connection.single("SELECT \(Project.columns) FROM project WHERE id = $1", [project.id]))
            }
        }
    }

    static func write(
        _ profile: Profile, version: Int, note: String, project: Int64, _ principal: Principal,
        _ connection: PostgresConnection
    ) async throws {
        let json = String(decoding: try JSONEncoder().encode(profile), as: UTF8.self)
        try await connection.execute(
            """
            INSERT INTO project_profile (project_id, version, profile, note, created_by) VALUES ($1, $2, $3, $4, $5)
            """, [project, Int32(clamping: version), json, note, principal.accountID])
    }
}
