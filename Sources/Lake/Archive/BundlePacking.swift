internal import ByteIO
internal import ColdStorage
internal import Foundation
internal import ObjectStorage
internal import Postgres
internal import Vault

/// Puts one version of a study into a sealed archive on this machine's disk.
struct BundlePacking {
    /// An instance as its row has it.
    struct Item: Sendable {
        let uid: String
        let addresses: StoredAddresses
        let size: Int
        let sha256: [UInt8]

        init(_ row: PostgresRow) throws {
            uid = try row.decode("uid")
            addresses = try StoredAddresses(row)
            size = try row.decode("stored_size")
            sha256 = try row.decode("stored_sha256")
        }
    }

    struct Packed: Sendable {
        let archive: ColdArchiveWriter.Result
        let contentSHA256: [UInt8]
    }

    let study: ArchivedStudy
    let items: [Item]
    let hasPatches: Bool
    let context: LakeContext

    /// Reads the rows of a study, and with them the version that they make.
    init(_ study: ArchivedStudy, hasPatches: Bool, _ context: LakeContext) async throws {
        let rows = try await context.database.query(
            """
            SELECT uid, object_segment, object_offset, object_length, patch_segment, patch_offset, patch_length, stored_size,
                stored_sha256, object_here, patch_here
            FROM instance WHERE study_id = $1 ORDER BY uid COLLATE "C"
            """, [study.id])
        guard
            try rows.allSatisfy({ row in
                try row.decode("object_here") && (!hasPatches || (try row.decode("patch_here", as: Bool.self)))
            })
        else { throw LakeError(.conflict, "the bytes of this study are in cold storage: bring it back first") }
        self.study = study
        items = try rows.map { try Item($0) }
        self.hasPatches = hasPatches
        self.context = context
    }

    /// Over every instance in the order of UIDs, its UID and its digest.
    var version: [UInt8] {
        var hash = SHA256()
        for item in items { hash.update(utf8: "\(item.uid) \(item.sha256.hexadecimal)\n") }
        return hash.digest().array
    }

    /// Writes the archive, durably.
    func run(
        to path: String, recipient: AgeRecipient, progress: (_ done: Int, _ total: Int) async throws -> Void
    ) async throws -> Packed {
        let sink = try BundleSink(path, recipient: recipient)
        let workers = context.workers
        let manifest = try await manifest().encoded()
        try await workers.run { try sink.begin(BundleManifest.name, size: manifest.count) }
        try await workers.run { try sink.append(manifest) }
        _ = try await workers.run { try sink.endFile() }
        var done = 0
        let total = items.reduce(0) { $0 + $1.size }
        for (index, item) in items.enumerated() {
            try Task.checkCancellation()
            try await object(item, Self.path(index, isPatch: false), into: sink)
            if hasPatches { try await patch(item, Self.path(index, isPatch: true), into: sink) }
            done += item.size
            if index % 16 == 0 || index == items.count - 1 { try await progress(done, total) }
        }
        return try await workers.run { try sink.finish() }
    }

    private static func path(_ index: Int, isPatch: Bool) -> String {
        let number = "\(index + 1)"
        let padded = String(repeating: "0", count: max(0, 6 - number.utf8.count)) + number
        return isPatch ? "patches/\(padded).patch" : "objects/\(padded).dcm"
    }

    private func object(_ item: Item, _ path: String, into sink: BundleSink) async throws {
        let blob = try await context.objects.object(item.addresses.object, uid: item.uid, study: study.id)
        guard blob.count == item.size else { throw Self.damaged }
        let workers = context.workers
        try await workers.run { try sink.begin(path, size: item.size) }
        try await blob.forEachRun { run throws(LakeError) in
            try await LakeError.rethrowing { try await workers.run { try sink.append(run) } }
        }
        let digest = try await workers.run { try sink.endFile() }
        guard digest == item.sha256 else { throw Self.damaged }
    }

    private func patch(_ item: Item, _ path: String, into sink: BundleSink) async throws {
        let address = item.addresses.patch.blob
        let workers = context.workers
        try await workers.run { try sink.begin(path, size: Int(address.length)) }
        try await forEachRun(of: address) { run in try await workers.run { try sink.append(run) } }
        _ = try await workers.run { try sink.endFile() }
    }

    private static let damaged = LakeError(
        .unavailable, "an image of this study is damaged here: run tarn fsck before it is archived")

    private func manifest() async throws -> BundleManifest {
        var instances: [BundleManifest.Instance] = []
        for (index, item) in items.enumerated() {
            var patch: BundleManifest.File?
            if hasPatches {
                var hash = SHA256()
                try await forEachRun(of: item.addresses.patch.blob) { run in hash.update(run) }
                patch = .init(
                    path: Self.path(index, isPatch: true), size: Int(item.addresses.patch.length),
                    sha256: hash.digest().hexadecimal)
            }
            let object = BundleManifest.File(
                path: Self.path(index, isPatch: false), size: item.size, sha256: item.sha256.hexadecimal)
            instances.append(.init(uid: item.uid, object: object, patch: patch))
        }
        return BundleManifest(
            format: BundleManifest.format, study: study.uid, version: version.hexadecimal, instances: instances)
    }

    private func forEachRun(of address: BlobAddress, _ body: (Bytes) async throws -> Void) async throws {
        var offset = 0
        while offset < Int(address.length) {
            let end = min(Int(address.length), offset + (1 << 20))
            try await body(try await context.store.read(address, offset..<end))
            offset = end
        }
    }
}

/// tar → age → archive. Used by one thread after the other.
final class BundleSink: @unchecked Sendable {
    private let age: AgeEncryptor
    private let archive: ColdArchiveWriter
    private var hash = SHA256()
    private var fileHash = SHA256()
    private var left = 0
    private var size = 0

    init(_ path: String, recipient: AgeRecipient) throws {
        age = try AgeEncryptor(to: recipient)
        archive = try ColdArchiveWriter(path)
    }

    func begin(_ name: String, size: Int) throws {
        try write(BundleTar.header(name: name, size: size))
        (self.size, left, fileHash) = (size, size, SHA256())
    }

    func append(_ bytes: Bytes) throws {
        guard bytes.count <= left else { throw LakeError(.unavailable, "a file is longer than it was") }
        left -= bytes.count
        fileHash.update(bytes)
        try write(bytes)
    }

    /// The digest of the file's content.
    @discardableResult
    func endFile() throws -> [UInt8] {
        guard left == 0 else { throw LakeError(.unavailable, "a file is shorter than it was") }
        try write(BundleTar.padding(size))
        return fileHash.digest().array
    }

    func finish() throws -> BundlePacking.Packed {
        try write(BundleTar.end)
        try store(try age.finish())
        return BundlePacking.Packed(archive: try archive.finish(), contentSHA256: hash.digest().array)
    }

    private func write(_ bytes: Bytes) throws { try store(try age.append(bytes)) }

    private func store(_ sealed: Bytes) throws {
        guard !sealed.isEmpty else { return }
        hash.update(sealed)
        try archive.append(sealed)
    }
}
