/// Checks that every row has its bytes and that they are what was written.
public struct Fsck: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Walks the catalogue and the segments.
    /// - Parameter deep: rebuild every original from object and patch and compare its digest, too.
    public func run(deep: Bool = false, principal: Principal) async throws(LakeError) -> FsckReport {
        throw LakeError(.unavailable, "not yet")
    }
}
