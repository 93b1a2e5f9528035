internal import ByteIO
internal import DICOMImaging
internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// Checks that every row has its bytes and that they are what was written.
public struct Fsck: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Walks the catalogue and the segments.
    /// - Parameter deep: rebuild every original from object and patch and compare its digest, too.
    /// - Throws: `.forbidden` for who is neither operator nor administrator; `.unavailable` where the database or the
    ///   store does not answer. What is wrong with single rows is in the report.
    public func run(deep: Bool = false, principal: Principal) async throws(LakeError) -> FsckReport {
        guard Gate.permits(principal, .operate) else {
            throw LakeError(.forbidden, "only an operator may check the store")
        }
        var walk = FsckWalk(context, deep: deep)
        for table in FsckWalk.Table.allCases { try await walk.check(table) }
        try await walk.checkCounters()
        try await walk.checkSegments()
        return walk.report
    }
}
