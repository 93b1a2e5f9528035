internal import Foundation
internal import Glibc
internal import KeyManagement
internal import Vault

/// The file of the master key, and those beside it while and after another key takes its place:
///
///     master.key                      the key
///     master.key.next                 the one that takes its place
///     master.key.1a2b3c4d5e6f7081     one that was, by its name; kept for backups that were made under it
///
/// Each may be wrapped by a key service, so that what reads one may wait for the network.
struct MasterKeyFiles {
    /// Of the key, without links: what replaces it replaces no link.
    let path: String

    var nextPath: String { path + ".next" }
    func formerPath(_ id: String) -> String { path + "." + id }

    /// The key in `path`, and what wraps it.
    func load() throws(KeyManagementError) -> KeyFile.Loaded { try KeyFile(path).load() }

    /// Keeps others from changing the files while it is held.
    func lock() throws(KeyManagementError) -> KeyFolderLock { try KeyFolderLock(of: path) }

    /// The key that is to take its place; `nil` where there is none.
    func next() throws(KeyManagementError) -> MasterKey? { try Self.optional(nextPath) }

    /// A key that was once in `path`; `nil` where it was not kept.
    func former(_ id: String) throws(KeyManagementError) -> MasterKey? {
        guard let key = try Self.optional(formerPath(id)), key.id == id else { return nil }
        return key
    }

    /// The key that is to take its place; made, and wrapped by the same service, where there is none.
    func makeNext(under service: KeyService?) throws(KeyManagementError) -> MasterKey {
        if let next = try next() { return next }
        return try KeyFile(nextPath).create(under: service)
    }

    /// Puts the next key in the place of `old`, which is kept under its name. A crash leaves one or the other.
    func putNextInPlace(of old: MasterKey) throws(LakeError) {
        let failed = LakeError(
            .unavailable, "the master key \(path) cannot be replaced: the folder is read-only or full")
        guard link(path, formerPath(old.id)) == 0 || errno == EEXIST else { throw failed }
        try synchronize(or: failed)
        guard rename(nextPath, path) == 0 else { throw failed }
        try synchronize(or: failed)
    }

    private func synchronize(or failed: LakeError) throws(LakeError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw failed }
    }

    private static func optional(_ path: String) throws(KeyManagementError) -> MasterKey? {
        do throws(KeyManagementError) { return try KeyFile(path).load().master } catch {
            guard error.code == .file(.keyFileMissing) else { throw error }
            return nil
        }
    }
}
