internal import ByteIO
internal import DICOMImaging

/// What is made anew from an original that is here already.
extension IngestPipeline {
    /// Takes memory for as long as `body` makes something anew, from what uploads may take.
    func weighed<Value>(
        _ addresses: StoredAddresses, _ body: () async throws(LakeError) -> Value
    ) async throws(LakeError) -> Value {
        let size = Int(addresses.object.length)
        let isSmall = size <= context.configuration.memoryLimit
        let weight = await budget.wait(for: isSmall ? Self.weight(size) * 2 : Self.spooledWeight)
        defer { budget.give(weight) }
        return try await body()
    }

    /// De-identifies and verifies it.
    /// - Parameters:
    ///   - regions: what a person wants blacked out; `nil` where nobody has looked.
    ///   - uids: under which it is taken in; `nil` for those that follow from its own.
    /// - Throws: `.invalid` where it cannot be done.
    func prepare(
        _ original: (bytes: any ByteSource, name: String), project: IngestProject,
        redacting regions: [PixelRegion]? = nil, as uids: ObjectUIDs? = nil
    ) async throws(LakeError) -> Prepared {
        let limits = context.configuration
        do throws(Rejection) {
            return try await context.workers.run { () throws(Rejection) in
                try Prepared(
                    original.bytes, name: original.name, project: project, limits: limits, redacting: regions, as: uids)
            }
        } catch {
            throw LakeError(error.failure == .unavailable ? .unavailable : .invalid, error.reason)
        }
    }
}
