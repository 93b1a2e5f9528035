internal import ByteIO
internal import ObjectStorage
internal import Vault

/// Sealed objects of the lake, opened by range.
struct StoredObjects: Sendable {
    let store: SegmentStore
    let keys: StudyKeys

    /// What the de-identified object of the instance `uid` (new UID) is sealed for.
    static func objectContext(_ uid: String) -> SealingContext { SealingContext("image-object", uid) }
    /// What its identity patch is sealed for.
    static func patchContext(_ uid: String) -> SealingContext { SealingContext("identity-patch", uid) }
    /// What the catalogue entry of a held instance is sealed for.
    static func entryContext(_ uid: String) -> SealingContext { SealingContext("held-entry", uid) }

    /// The de-identified Part 10 file of an instance.
    /// - Parameters:
    ///   - uid: new SOP Instance UID.
    ///   - study: `study.id`.
    func object(
        _ address: StoredAddresses.Address, uid: String, study: Int64
    ) async throws(LakeError) -> SealedBlob {
        let key = try await keys.pair(study: study).image
        return try await SealedBlob.open(address, in: store, key: key, context: Self.objectContext(uid))
    }

    /// The identity patch of an instance.
    /// - Throws: `.notFound` where the identity key was destroyed.
    func patch(
        _ address: StoredAddresses.Address, uid: String, study: Int64
    ) async throws(LakeError) -> SealedBlob {
        guard let key = try await keys.pair(study: study).identity else {
            throw LakeError(.notFound, "the identity of this study was destroyed")
        }
        return try await SealedBlob.open(address, in: store, key: key, context: Self.patchContext(uid))
    }
}

/// One sealed blob in a segment: reads ranges of its plaintext.
struct SealedBlob: Sendable {
    let address: StoredAddresses.Address
    let store: SegmentStore
    private let reader: SealedReader

    /// Length of the plaintext in bytes.
    var count: Int { reader.plaintextCount }

    static func open(
        _ address: StoredAddresses.Address, in store: SegmentStore, key: SymmetricKey, context: SealingContext
    ) async throws(LakeError) -> SealedBlob {
        do {
            let header = try await store.read(address.blob, 0..<SealedObject.headerCount)
            let reader = try SealedReader(
                header: header, sealedCount: Int(address.length), key: key, context: context)
            return SealedBlob(address: address, store: store, reader: reader)
        } catch {
            throw LakeError(error)
        }
    }

    /// The plaintext at `range`.
    /// - Throws: `.invalid` for a range outside; `.unavailable` where the bytes are not what was sealed.
    func read(_ range: Range<Int>) async throws(LakeError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw LakeError(.invalid, "no such range") }
        do {
            let sealed = try await store.read(address.blob, try reader.sealedRange(for: range))
            return try reader.open(sealed, covering: range)
        } catch {
            throw LakeError(error)
        }
    }

    /// The whole plaintext in runs of at most `step` bytes, in order.
    func forEachRun(_ step: Int = 1 << 20, _ body: (Bytes) async throws(LakeError) -> Void) async throws(LakeError) {
        var offset = 0
        while offset < count {
            let end = min(count, offset + step)
            try await body(try await read(offset..<end))
            offset = end
        }
    }
}
