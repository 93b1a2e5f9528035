internal import Foundation
internal import Glibc
internal import Vault

/// The file of the master key, and those beside it while and after another key takes its place:
///
///     master.key                      the key
///     master.key.next                 the one that takes its place
///     master.key.1a2b3c4d5e6f7081     one that was, by its name; kept for backups that were made under it
struct MasterKeyFiles {
    /// Of the key, without links: what replaces it replaces no link.
    let path: String

    var nextPath: String { path + ".next" }
    func formerPath(_ id: String) -> String { path + "." + id }

    /// The key in `path`.
    func load() throws(VaultError) -> MasterKey { try MasterKey.load(from: path) }

    /// The key that is to take its place; `nil` where there is none.
    func next() throws(VaultError) -> MasterKey? { try Self.optional(nextPath) }

    /// A key that was once in `path`; `nil` where it was not kept.
    func former(_ id: String) throws(VaultError) -> MasterKey? {
        guard let key = try Self.optional(formerPath(id)), key.id == id else { return nil }
        return key
    }

    /// The key that is to take its place; made where there is none.
    func makeNext() throws(VaultError) -> MasterKey {
        if let next = try next() { return next }
        return try MasterKey.create(at: nextPath)
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

    private static func optional(_ path: String) throws(VaultError) -> MasterKey? {
        do throws(VaultError) { return try MasterKey.load(from: path) } catch {
            guard error.code == .keyFileMissing else { throw error }
            return nil
        }
    }
}
