import ByteIO
import Foundation

/// One file to hand in: on disk, or an entry of a ZIP archive.
struct InputFile: Sendable {
    /// As the user would name it: a path, or `archive.zip/entry`.
    let name: String
    let place: Place

    enum Place: Sendable {
        /// The path as the system has it: bytes that need not be UTF-8, ending with a zero.
        case file(path: [CChar])
        case entry(ZIPArchive, ZIPArchive.Entry)
        /// Made when it is its turn.
        case generated(@Sendable () throws -> Bytes)
        /// It was found and cannot be handed in: why.
        case refused(String)
        /// There is nothing in it to hand in: why.
        case skipped(String)
    }

    /// Everything beneath `paths`, in order: folders are walked, archives are listed, links to files are followed.
    static func enumerate(_ paths: [String], _ body: (InputFile) throws -> Void) rethrows {
        for path in paths {
            guard let entries = FileTree.files(at: path) else {
                try body(InputFile(name: path, place: .refused(String(cString: strerror(errno)))))
                continue
            }
            let isFolder = isFolder(path)
            let stem = path.hasSuffix("/") ? path : path + "/"
            for entry in entries {
                try visit(entry, named: isFolder ? stem + entry.relativePath : path, body)
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func visit(
        _ entry: FileTree.Entry, named name: String, _ body: (InputFile) throws -> Void
    ) rethrows {
        if let obstacle = entry.obstacle {
            let place: Place = obstacle.isFailure ? .refused(obstacle.reason) : .skipped(obstacle.reason)
            return try body(InputFile(name: name, place: place))
        }
        let archive: ZIPArchive?
        do { archive = try Self.archive(entry.path) } catch {
            return try body(InputFile(name: name, place: .refused("\(error)")))
        }
        guard let archive else { return try body(InputFile(name: name, place: .file(path: entry.path))) }
        for entry in archive.entries where !entry.isDirectory {
            let isArchive = entry.name.lowercased().hasSuffix(".zip")
            let place: Place =
                isArchive ? .skipped("an archive within an archive is not opened") : .entry(archive, entry)
            try body(InputFile(name: name + "/" + entry.name, place: place))
        }
    }

    /// The archive at `path`; `nil` where there is another file.
    private static func archive(_ path: [CChar]) throws -> ZIPArchive? {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ClientError(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let same = "/proc/self/fd/\(descriptor)"
        return ZIPArchive.isArchive(same) ? try ZIPArchive(path: same) : nil
    }

    /// Opens it for reading from start to end.
    /// - Throws: where it cannot be read or its archive is damaged.
    func open() throws -> any InputReader {
        switch place {
        case .refused(let reason), .skipped(let reason): throw ClientError(reason)
        case .file(let path): return try FileReader(path: path)
        case .entry(let archive, let entry): return try archive.reader(of: entry)
        case .generated(let make): return MemoryReader(try make())
        }
    }
}

/// Bytes of one input, in order.
protocol InputReader: AnyObject {
    /// Fills `buffer` from the start; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Reads a file.
final class FileReader: InputReader {
    private let descriptor: Int32

    convenience init(path: String) throws { try self.init(path: path.utf8.map { CChar(bitPattern: $0) } + [0]) }

    /// - Parameter path: ends with a zero.
    init(path: [CChar]) throws {
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ClientError(String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ClientError(String(cString: strerror(errno))) }
            return count
        }
    }
}

/// Reads bytes in memory.
final class MemoryReader: InputReader {
    private var rest: Bytes

    init(_ bytes: Bytes) { rest = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let chunk = rest[clamping: 0..<buffer.count]
        chunk.withUnsafeBytes { buffer.copyMemory(from: $0) }
        rest = rest[clamping: chunk.count..<rest.count]
        return chunk.count
    }
}
