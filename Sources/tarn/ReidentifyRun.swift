import ByteIO
import Deidentification
import Foundation
import Vault

/// Rebuilds originals one after the other.
struct ReidentifyRun {
    let key: SymmetricKey
    let patches: String
    let originals: String

    /// What became of one file.
    struct Verdict: Encodable {
        let file: String
        /// restored, failed.
        let verdict: String
        var original: String?
        var reason: String?
        /// Whether the patch is there and did not open under the key.
        var isSealedOtherwise = false

        private enum CodingKeys: String, CodingKey { case file, verdict, original, reason }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        var isSealedOtherwise = false
    }

    func process(_ input: FileTree.Entry) -> Verdict {
        do {
            if let obstacle = input.obstacle { throw Failure(description: obstacle.reason) }
            let stored = try input.wholeContents()
            let patch = try patch(for: input)
            try patch.checkStored(stored)
            try restore(patch, stored)
            return Verdict(file: input.relativePath, verdict: "restored", original: patch.originalName)
        } catch let error as DeidentificationError where [.wrongStoredObject, .wrongOriginal].contains(error.code) {
            // It opened under the key, so that it is a patch of this key's, whole.
            return Verdict(
                file: input.relativePath, verdict: "failed",
                reason: "the patch belongs to another file, or this one was changed: \(error.reason)")
        } catch {
            return Verdict(
                file: input.relativePath, verdict: "failed", reason: "\(error)",
                isSealedOtherwise: (error as? Failure)?.isSealedOtherwise ?? false)
        }
    }

    private func patch(for input: FileTree.Entry) throws -> IdentityPatch {
        let sealed: Bytes
        do { sealed = try Bytes.mapping(file: "\(patches)/\(input.relativePath).patch") } catch {
            throw Failure(description: "no patch at \(input.relativePath).patch")
        }
        let bytes: Bytes
        do throws(VaultError) {
            bytes = try SealedObject.open(sealed, key: key, context: DeidentificationKeys.context)
        } catch {
            throw Failure(
                description: "the patch cannot be opened: wrong key, or it was changed (\(error))",
                isSealedOtherwise: error.code == .notAuthentic)
        }
        return try IdentityPatch(parsing: bytes)
    }

    /// Writes under a name of its own, compares the digest, and only then gives the file its name.
    private func restore(_ patch: IdentityPatch, _ stored: Bytes) throws {
        let components = try Self.components(of: patch.originalName)
        let folder = try Folder(at: originals).descending(into: components.dropLast())
        guard let name = components.last else { throw Failure(description: "the patch names no file") }
        let temporary = ".tarn-\(SecureRandom.bytes(8).hexadecimal)"
        let descriptor = openat(
            folder.descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw NewFile.Failure(errno: errno) }
        defer {
            close(descriptor)
            unlinkat(folder.descriptor, temporary, 0)
        }
        var check = try IdentityPatch.Check(patch)
        var failure: Int32 = 0
        try patch.forEachChunk(of: stored) { chunk throws(DeidentificationError) in
            try check.update(chunk)
            if failure == 0 { failure = Self.write(chunk, to: descriptor) }
        }
        guard failure == 0 else { throw NewFile.Failure(errno: failure) }
        try check.finish(stored: stored)
        // link, unlike rename, never replaces what is there.
        guard linkat(folder.descriptor, temporary, folder.descriptor, name, 0) == 0 else {
            let reason = errno
            if reason == EEXIST, try folder.holds(name, patch, stored) { return }
            throw reason == EEXIST
                ? Failure(description: "another file has its name already") : NewFile.Failure(errno: reason)
        }
    }

    private static func write(_ chunk: Bytes, to descriptor: Int32) -> Int32 {
        chunk.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Foundation.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : ENOSPC }
                offset += count
            }
            return 0
        }
    }

    /// The name is the sender's: no absolute path, no way up, nothing empty.
    private static func components(of name: String) throws -> [String] {
        let components = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSafe = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
        guard isSafe, components.count < 256 else {
            throw Failure(description: "the original's path is not a relative one")
        }
        return components
    }
}

/// An open folder, below which no link is followed.
private final class Folder {
    let descriptor: Int32

    init(at path: String) throws {
        try NewFile.makeFolder(path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NewFile.Failure(errno: errno) }
    }

    private init(in parent: Int32, _ name: String) throws {
        if mkdirat(parent, name, 0o777) != 0, errno != EEXIST { throw NewFile.Failure(errno: errno) }
        descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw errno == ELOOP || errno == ENOTDIR
                ? ReidentifyRun.Failure(description: "a link or a file stands on the original's path")
                : NewFile.Failure(errno: errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func descending(into names: ArraySlice<String>) throws -> Folder {
        var folder = self
        for name in names { folder = try Folder(in: folder.descriptor, name) }
        return folder
    }

    /// Whether the file of that name is the original already.
    func holds(_ name: String, _ patch: IdentityPatch, _ stored: Bytes) throws -> Bool {
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        let bytes = try Bytes.contents(descriptor: file)
        guard bytes.count == patch.originalCount else { return false }
        var check = try IdentityPatch.Check(patch)
        try check.update(bytes)
        do { try check.finish(stored: stored) } catch { return false }
        return true
    }
}
