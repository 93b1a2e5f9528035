internal import Deidentification

/// A project as ingest needs it.
struct IngestProject: Sendable {
    let id: Int64
    let code: String
    /// Profile and pseudonym secret of the project.
    let deidentifier: Deidentifier

    /// - Throws: `.notFound` where there is no such project for this principal, `.forbidden` where it may not upload.
    static func load(_ code: String, principal: Principal, _ context: LakeContext) async throws(LakeError) -> IngestProject {
        throw LakeError(.unavailable, "not yet")
    }
}
