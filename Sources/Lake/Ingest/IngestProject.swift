internal import Deidentification

/// A project as ingest needs it.
struct IngestProject: Sendable {
    let id: Int64
    let code: String
    /// Profile and pseudonym secret of the project.
    let deidentifier: Deidentifier
    /// Version of the profile.
    let profileVersion: Int

    /// - Throws: `.notFound` where there is no such project for this principal, `.forbidden` where it may not upload.
    static func load(
        _ code: String, principal: Principal, _ projects: Projects
    ) async throws(LakeError) -> IngestProject {
        // The operator is a member of no project and may upload to each.
        let project = try await projects.project(code, principal: principal)
        guard Gate.permits(principal, .upload, project: project.id) else {
            throw LakeError(.forbidden, "this account may not upload to the project")
        }
        let secret = try await projects.pseudonymSecret(of: project)
        return IngestProject(
            id: project.id, code: project.code, deidentifier: Deidentifier(profile: project.profile, secret: secret),
            profileVersion: project.profileVersion)
    }
}
