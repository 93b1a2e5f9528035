internal import ByteIO
internal import ContentAddressing
internal import Deidentification
internal import ObjectStorage
internal import Postgres
internal import Vault

/// Takes a bundle apart and brings what is not here back into segments.
struct BundleUnpacking {
    /// An instance some of whose bytes are not here.
    private struct Wanted: Sendable {
        let id: Int64
        let uid: String
        let addresses: StoredAddresses
        let size: Int
        let sha256: [UInt8]
        let needsObject: Bool
        let needsPatch: Bool
    }

    private let study: ArchivedStudy
    private let context: LakeContext
    private let wanted: [String: Wanted]
    private let imageKey: SymmetricKey
    /// Where what was brought back lies now, by `instance.id`.
    private(set) var objects: [Int64: BlobAddress] = [:]
    private(set) var patches: [Int64: BlobAddress] = [:]

    var appended: [BlobAddress] { Array(objects.values) + Array(patches.values) }

    init(_ study: ArchivedStudy, _ context: LakeContext) async throws {
        self.study = study
        self.context = context
        imageKey = try await context.keys.pair(study: study.id).image
        let rows = try await context.database.query(
            """
            SELECT id, uid, object_segment, object_offset, object_length, patch_segment, patch_offset, patch_length,
                stored_size, stored_sha256, object_here, patch_here
            FROM instance WHERE study_id = $1 AND NOT (object_here AND patch_here)
            """, [study.id])
        var wanted: [String: Wanted] = [:]
        for row in rows {
            let uid: String = try row.decode("uid")
            wanted[uid] = Wanted(
                id: try row.decode("id"), uid: uid, addresses: try StoredAddresses(row),
                size: try row.decode("stored_size"), sha256: try row.decode("stored_sha256"),
                needsObject: try !row.decode("object_here", as: Bool.self),
                needsPatch: try !row.decode("patch_here", as: Bool.self))
        }
        self.wanted = wanted
    }

    private static let damaged = LakeError(.unavailable, "the bundle is damaged: it is not what its manifest says")

    mutating func run(
        _ path: String, root: CID, identity: AgeIdentity, progress: (_ done: Int, _ total: Int) async throws -> Void
    ) async throws {
        let workers = context.workers
        let (reader, manifest) = try await workers.run {
            let reader = try BundleReader(path, root: root, identity: identity)
            return (reader, try reader.manifest())
        }
        guard manifest.study == study.uid else { throw LakeError(.unavailable, "the bundle is another study's") }
        let total = manifest.instances.reduce(0) { $0 + $1.object.size }
        var done = 0
        for (index, entry) in manifest.instances.enumerated() {
            try Task.checkCancellation()
            let wanted = wanted[entry.uid]
            try await begin(entry.object, reader)
            if let wanted, wanted.needsObject {
                guard entry.object.size == wanted.size, entry.object.sha256 == wanted.sha256.hexadecimal else {
                    throw LakeError(.unavailable, "the bundle holds another image than the catalogue has")
                }
                objects[wanted.id] = try await object(entry.object, wanted, reader)
            }
            if let patch = entry.patch {
                try await begin(patch, reader)
                if let wanted, wanted.needsPatch { patches[wanted.id] = try await self.patch(patch, reader) }
            }
            done += entry.object.size
            if index % 16 == 0 || index == manifest.instances.count - 1 { try await progress(done, total) }
        }
        guard try await workers.run({ try reader.nextFile() == nil }) else { throw Self.damaged }
        guard
            wanted.values.allSatisfy({
                (!$0.needsObject || objects[$0.id] != nil) && (!$0.needsPatch || patches[$0.id] != nil)
            })
        else { throw LakeError(.unavailable, "the bundle does not hold all that is missing of this study") }
    }

    private func begin(_ file: BundleManifest.File, _ reader: BundleReader) async throws {
        let found = try await context.workers.run { try reader.nextFile() }
        guard let found, found.name == file.path, found.size == file.size else { throw Self.damaged }
    }

    /// Seals an object anew under the study's image key.
    private func object(_ file: BundleManifest.File, _ wanted: Wanted, _ reader: BundleReader) async throws
        -> BlobAddress
    {
        let sealing = StoredObjects.objectContext(wanted.uid)
        let key = imageKey
        if file.size <= context.configuration.memoryLimit {
            let sealed = try await context.workers.run {
                let content = try reader.content(upTo: file.size)
                guard SHA256.of(content).hexadecimal == file.sha256 else { throw Self.damaged }
                return try SealedObject.seal(content, key: key, context: sealing)
            }
            return try await append(sealed)
        }
        return try await context.store.append(count: SealedObject.sealedCount(plaintext: file.size)) { emit in
            let sealer = try Sealer(key: key, context: sealing, plaintextCount: file.size)
            var hash = SHA256()
            try emit(sealer.header)
            while let bytes = try reader.read() {
                hash.update(bytes)
                try emit(try sealer.seal(bytes))
            }
            try emit(try sealer.finish())
            guard hash.digest().hexadecimal == file.sha256 else { throw Self.damaged }
        }
    }

    /// A patch goes back as it was: sealed under the identity key, which this does not need.
    private func patch(_ file: BundleManifest.File, _ reader: BundleReader) async throws -> BlobAddress {
        if file.size <= context.configuration.memoryLimit {
            let content = try await context.workers.run {
                let content = try reader.content(upTo: file.size)
                guard SHA256.of(content).hexadecimal == file.sha256 else { throw Self.damaged }
                return content
            }
            return try await append(content)
        }
        return try await context.store.append(count: file.size) { emit in
            var hash = SHA256()
            while let bytes = try reader.read() {
                hash.update(bytes)
                try emit(bytes)
            }
            guard hash.digest().hexadecimal == file.sha256 else { throw Self.damaged }
        }
    }

    private func append(_ bytes: Bytes) async throws -> BlobAddress {
        guard let address = try await context.store.append([[bytes]]).first else {
            throw LakeError(.unavailable, "the object store lost an address")
        }
        return address
    }

    /// Rebuilds the original of every instance whose patch came back from what will be here, and compares its digest; where the identity was
    /// destroyed there is nothing to be rebuilt.
    func rebuild(progress: (_ done: Int, _ total: Int) async throws -> Void) async throws {
        guard try await context.keys.pair(study: study.id).identity != nil else { return }
        for (index, wanted) in wanted.values.enumerated() {
            try Task.checkCancellation()
            // A patch that stayed here is fsck's to look at; the object alone was compared with its row.
            guard let patch = patches[wanted.id] else { continue }
            var addresses = wanted.addresses
            addresses.patch = .init(patch)
            if let object = objects[wanted.id] { addresses.object = .init(object) }
            _ = try await context.objects.original(addresses, uid: wanted.uid, study: study.id, in: context)
            if index % 16 == 0 { try await progress(index + 1, self.wanted.count) }
        }
    }
}
