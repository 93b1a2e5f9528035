internal import Deidentification
internal import Foundation
internal import Postgres

/// A project as ingest needs it.
struct IngestProject: Sendable {
    let id: Int64
    let code: String
    /// Profile, pseudonym secret and approved pixels of the project.
    let deidentifier: Deidentifier
    /// Version of the profile.
    let profileVersion: Int
    let approvals: PixelApprovals.InForce

    private init(_ project: Project, profile: Profile, version: Int, _ projects: Projects) async throws(LakeError) {
        id = project.id
        code = project.code
        approvals = try await PixelApprovals.inForce(project: project.id, projects.context)
        deidentifier = Deidentifier(
            profile: profile, secret: try await projects.pseudonymSecret(of: project), approved: approvals.regions)
        profileVersion = version
    }

    /// - Throws: `.notFound` where there is no such project for this principal, `.forbidden` where it may not upload.
    static func load(
        _ code: String, principal: Principal, _ projects: Projects
    ) async throws(LakeError) -> IngestProject {
        // The operator is a member of no project and may upload to each.
        let project = try await projects.project(code, principal: principal)
        guard Gate.permits(principal, .upload, project: project.id) else {
            throw LakeError(.forbidden, "this account may not upload to the project")
        }
        return try await IngestProject(project, profile: project.profile, version: project.profileVersion, projects)
    }

    /// The project, for what is here already and is made anew.
    /// - Parameter profileVersion: of an earlier profile, for what was taken in under it; `nil` for that of today.
    static func load(
        id: Int64, profileVersion: Int? = nil, _ projects: Projects
    ) async throws(LakeError) -> IngestProject {
        let (project, profile) = try await LakeError.rethrowing {
            let project = try Project(
                try await projects.context.database.single(
                    "SELECT \(Project.columns) FROM project WHERE id = $1", [id]))
            guard let profileVersion else { return (project, project.profile) }
            let row = try await projects.context.database.single(
                "SELECT profile FROM project_profile WHERE project_id = $1 AND version = $2",
                [id, Int32(clamping: profileVersion)])
            let json = try row.decode("profile", as: String.self)
            return (project, try JSONDecoder().decode(Profile.self, from: Data(json.utf8)))
        }
        return try await IngestProject(
            project, profile: profile, version: profileVersion ?? project.profileVersion, projects)
    }
}
