internal import ByteIO
public import ContentAddressing
internal import Glibc

/// A directory of CARs, named after their roots: a mounted archive, or a disk that is taken away.
public struct DirectoryBackend: ColdBackend {
    public let configuration: ColdBackendConfiguration
    private let path: String

    init(_ configuration: ColdBackendConfiguration, path: String) {
        self.configuration = configuration
        self.path = path
    }

    public func store(_ archive: ColdArchive) async throws(ColdStorageError) {
        let target = file(archive.root)
        try await Blocking.run { cancellation throws(ColdStorageError) in
            // Not made here: an archive that is not mounted must not become a directory on the system's disk.
            try checkDirectory()
            let source = try ColdFile.open(archive.path)
            guard source.count == archive.count else { throw ColdStorageError(.notWhatWasAsked, "the archive was cut") }
            let copy = try NewColdFile(target + ".part")
            try source.copy(to: copy, cancellation)
            try copy.finish(as: target)
        }
    }

    public func fetch(_ root: CID, upTo limit: Int, into path: String) async throws(ColdStorageError) {
        let source = file(root)
        try await Blocking.run { cancellation throws(ColdStorageError) in
            try checkDirectory()
            let found = try ColdFile.open(source)
            guard found.count <= limit else {
                throw ColdStorageError(.notWhatWasAsked, "the archive there is longer than the one that was stored")
            }
            let copy = try NewColdFile(path)
            try found.copy(to: copy, cancellation)
            try FetchedArchive.check(path, root: root)
            try copy.finish()
        }
    }

    public func remove(_ root: CID) async throws(ColdStorageError) {
        let target = file(root)
        try await Blocking.run { _ throws(ColdStorageError) in
            try checkDirectory()
            guard unlink(target) == 0 || errno == ENOENT else { throw ColdStorageError.ofSystem("removed", errno) }
            try NewColdFile.synchronizeDirectory(of: target)
        }
    }

    private func file(_ root: CID) -> String { "\(path)/\(root).car" }

    private func checkDirectory() throws(ColdStorageError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ColdStorageError(
                .unavailable, "the directory of the backend \(name) is not there: mount it, or make it")
        }
    }
}

extension ColdFile {
    func copy(to target: NewColdFile, _ cancellation: Cancellation) throws(ColdStorageError) {
        var offset = 0
        while offset < count {
            try cancellation.check()
            let end = min(count, offset + (1 << 20))
            let run: Bytes
            do throws(ByteIOError) { run = try read(offset..<end) } catch {
                throw ColdStorageError(.unavailable, "the archive cannot be read")
            }
            try target.append(run)
            offset = end
        }
    }
}

/// What came back from a backend.
enum FetchedArchive {
    /// Compares every block with its identifier and looks that none is missing that `root` leads to.
    static func check(_ path: String, root: CID) throws(ColdStorageError) {
        let missing = try self.missing(path, root: root)
        guard missing.isEmpty else {
            throw ColdStorageError(
                .notWhatWasAsked, "the archive came back with a part missing (\(missing.count) blocks)")
        }
    }

    /// Blocks that `root` leads to and that are not there, as far as what is there tells.
    static func missing(_ path: String, root: CID) throws(ColdStorageError) -> [CID] {
        do throws(ContentAddressingError) {
            let archive = try CARArchive(try ColdFile.opened(path))
            guard archive.contains(root) else { return [root] }
            // What the archive itself calls its roots proves nothing.
            return try archive.completeness(from: [root], listing: 1 << 20).missing
        } catch {
            throw ColdStorageError(.notWhatWasAsked, "what came back is not what was stored: \(error)")
        }
    }
}

extension ColdFile {
    fileprivate static func opened(_ path: String) throws(ContentAddressingError) -> ColdFile {
        do throws(ColdStorageError) { return try open(path) } catch { throw ContentAddressingError(.unreadable) }
    }
}
