internal import ByteIO
internal import DICOMImaging
internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// Checks that every row has its bytes and that they are what was written.
public struct Fsck: Sendable {
    let context: LakeContext
    let archive: Archive

    init(_ context: LakeContext, archive: Archive) {
        self.context = context
        self.archive = archive
    }

    /// Walks the catalogue and the segments.
    /// - Parameter deep: rebuild every original from object and patch and compare its digest, too.
    /// - Parameter restoring: bring back from cold storage what is lost or damaged here.
    /// - Throws: `.forbidden` for who is neither operator nor administrator; `.unavailable` where the database or the
    ///   store does not answer. What is wrong with single rows is in the report.
    public func run(deep: Bool = false, restoring: Bool = false, principal: Principal) async throws(LakeError)
        -> FsckReport
    {
        guard Gate.permits(principal, .operate) else {
            throw LakeError(.forbidden, "only an operator may check the store")
        }
        var walk = FsckWalk(context, deep: deep)
        for table in FsckWalk.Table.allCases { try await walk.check(table) }
        var restoringCount = 0
        if restoring {
            for (study, instances) in walk.damaged.sorted(by: { $0.key < $1.key }) {
                let isComing = try await LakeError.rethrowing {
                    try await archive.bringBackLost(study: study, instances: instances, principal: principal)
                }
                if isComing { restoringCount += 1 }
            }
        }
        try await walk.checkCounters()
        try await walk.checkSegments()
        var report = walk.report
        report.restoring = restoringCount
        return report
    }
}
