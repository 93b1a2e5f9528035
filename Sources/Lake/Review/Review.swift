public import ByteIO

/// The queue of what may show a patient's name in its pixels. Nothing of it is in the catalogue before a person
/// has looked and released it. Every look is in the access log.
public struct Review: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// What waits, oldest first, in the projects where the principal may review (`project` narrows to one).
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [HeldItem] {
        throw LakeError(.unavailable, "not yet")
    }

    /// One held instance.
    /// - Throws: `.notFound`.
    public func held(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldItem {
        throw LakeError(.unavailable, "not yet")
    }

    /// A frame as PNG, to look at.
    /// - Parameter frame: from 1.
    /// - Throws: `.notFound`; `.invalid` where it has no such frame or no pixels that can be shown.
    public func rendered(_ id: Int64, frame: Int, principal: Principal) async throws(LakeError) -> Bytes {
        throw LakeError(.unavailable, "not yet")
    }

    /// Publishes it, in one transaction.
    /// - Throws: `.notFound`; `.conflict` where it was decided already.
    public func release(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldItem {
        throw LakeError(.unavailable, "not yet")
    }

    /// Refuses it: it stays sealed and recorded, and is never published.
    /// - Throws: `.notFound`; `.invalid` without a reason; `.conflict` where it was decided already.
    public func reject(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> HeldItem {
        throw LakeError(.unavailable, "not yet")
    }
}
