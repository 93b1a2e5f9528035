public import ByteIO

/// The one way in. Browser upload, STOW-RS, the command line and whatever comes later end here.
///
/// receive → parse with limits → de-identify and make the identity patch → verify that patch and object give the
/// original → seal → append to a segment (fsync) → catalogue rows (commit) → verdict. See Docs/Operations/ingest.md.
public struct Ingest: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Takes in one instance, whole.
    /// - Parameters:
    ///   - source: a Part 10 file, or a data set without preamble.
    ///   - project: code of the project.
    /// - Returns: the verdict, after the instance is durable. A bad file is a verdict, no error.
    /// - Throws: `.notFound` where there is no such project for this principal.
    public func instance(
        _ source: any ByteSource, project: String, principal: Principal
    ) async throws(LakeError) -> Verdict {
        throw LakeError(.unavailable, "not yet")
    }

    /// Begins an upload of many instances: for each `batch.part()`, `part.append(bytes)`…, `part.finish()`; at last
    /// `batch.finish()`. Verdicts come in the order of the parts.
    /// - Throws: `.notFound` where there is no such project for this principal.
    public func batch(project: String, principal: Principal) async throws(LakeError) -> IngestBatch {
        throw LakeError(.unavailable, "not yet")
    }
}
