public import ByteIO

/// A de-identified object that is decrypted while it is read.
public struct ObjectReader: Sendable {
    public let instance: RetrievedInstance
    private let blob: SealedBlob

    init(_ opened: ViewedInstances.Opened) {
        instance = RetrievedInstance(opened.instance)
        blob = opened.blob
    }

    /// Length in bytes.
    public var count: Int { blob.count }

    /// The bytes at `range`.
    /// - Throws: `.invalid` for a range outside; `.unavailable` where the store fails.
    public func read(_ range: Range<Int>) async throws(LakeError) -> Bytes { try await blob.read(range) }

    /// The bytes of `range` in runs of about a megabyte, in order.
    public func forEachRun(
        _ range: Range<Int>? = nil, _ body: (Bytes) async throws -> Void
    ) async throws {
        let range = range ?? 0..<count
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, offset + (1 << 20))
            try await body(try await blob.read(offset..<end))
            offset = end
        }
    }
}

extension Viewing {
    /// One instance's de-identified Part 10 file; recorded as downloaded.
    /// - Throws: `.notFound`.
    public func object(_ uid: String, principal: Principal) async throws(LakeError) -> ObjectReader {
        let opened = try await instances.instance(uid, principal: principal)
        try await record(.download, [opened.instance], principal: principal)
        return ObjectReader(opened)
    }

    /// The same for one of those that `instances` found and recorded.
    public func object(_ instance: RetrievedInstance, principal: Principal) async throws(LakeError) -> ObjectReader {
        ObjectReader(try await instances.instance(instance.uid, principal: principal))
    }
}
