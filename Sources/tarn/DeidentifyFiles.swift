import ByteIO
import Foundation

/// The regular files at and beneath a path, in the order of their names.
enum FileTree {
    struct Entry: Sendable {
        let path: String
        /// Path beneath the folder that was named; the file's own name where a file was named.
        let relativePath: String
    }

    /// `nil` where there is nothing at the path.
    static func files(at path: String) -> [Entry]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & S_IFMT != S_IFDIR {
            return [Entry(path: path, relativePath: (path as NSString).lastPathComponent)]
        }
        var entries: [Entry] = []
        collect(path, "", &entries, depth: 0)
        return entries
    }

    /// Links to files are followed, links to folders are not: they may lead in circles.
    private static func collect(_ folder: String, _ prefix: String, _ entries: inout [Entry], depth: Int) {
        guard depth < 256, let directory = opendir(folder) else { return }
        var names: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFLNK,
                stat("\(folder)/\(name)", &status) != 0 || status.st_mode & S_IFMT != S_IFREG
            {
                continue
            }
            let kind = status.st_mode & S_IFMT
            if kind == S_IFDIR || kind == S_IFREG { names.append((name, kind == S_IFDIR)) }
        }
        closedir(directory)
        for (name, isFolder) in names.sorted(by: { $0.name < $1.name }) {
            let relative = prefix.isEmpty ? name : "\(prefix)/\(name)"
            if isFolder {
                collect("\(folder)/\(name)", relative, &entries, depth: depth + 1)
            } else {
                entries.append(Entry(path: "\(folder)/\(name)", relativePath: relative))
            }
        }
    }
}

/// A file that was not there before, and is gone again unless it was written whole.
final class NewFile: @unchecked Sendable {
    private let path: String
    private let descriptor: Int32

    /// `nil` where something has that name already. Folders on the way are made.
    init?(at path: String) throws {
        self.path = path
        var descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if descriptor < 0, errno == ENOENT {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        }
        self.descriptor = descriptor
        if descriptor < 0 {
            if errno == EEXIST { return nil }
            throw Failure(errno: errno)
        }
    }

    /// Writes the pieces. Small ones are gathered, large ones go straight from where they lie.
    func write(_ pieces: [Piece], from source: Bytes) throws {
        var gathered: [UInt8] = []
        gathered.reserveCapacity(32 << 10)
        for piece in pieces {
            let bytes =
                switch piece {
                case .literal(let bytes): bytes
                case .source(let range): source[clamping: range]
                }
            if bytes.count >= 16 << 10 {
                try flush(&gathered)
                try bytes.withUnsafeBytes { try put($0) }
            } else {
                bytes.withUnsafeBytes { gathered.append(contentsOf: $0) }
                if gathered.count >= 64 << 10 { try flush(&gathered) }
            }
        }
        try flush(&gathered)
    }

    private func flush(_ gathered: inout [UInt8]) throws {
        try gathered.withUnsafeBytes { try put($0) }
        gathered.removeAll(keepingCapacity: true)
    }

    private func put(_ buffer: UnsafeRawBufferPointer) throws {
        var offset = 0
        while offset < buffer.count {
            let count = Foundation.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(errno: count < 0 ? errno : ENOSPC) }
            offset += count
        }
    }

    func close() { _ = Foundation.close(descriptor) }

    /// Takes the file away again.
    func discard() {
        close()
        unlink(path)
    }

    struct Failure: Error, CustomStringConvertible {
        let errno: Int32
        var description: String { "cannot be written: \(String(cString: strerror(errno)))" }
    }
}
