import ByteIO
import Foundation

/// One file to hand in: on disk, or an entry of a ZIP archive.
struct InputFile: Sendable {
    /// As the user would name it: a path, or `archive.zip/entry`.
    let name: String
    let place: Place

    enum Place: Sendable {
        case file(path: String)
        case entry(ZIPArchive, ZIPArchive.Entry)
        /// Made when it is its turn.
        case generated(@Sendable () throws -> Bytes)
        /// It was found and cannot be handed in: why.
        case refused(String)
    }

    /// Everything beneath `paths`, in order, lazily: folders are walked, archives are listed, links are not followed
    /// below the paths named.
    static func enumerate(_ paths: [String], _ body: (InputFile) throws -> Void) rethrows {
        for path in paths { try walk(path, isNamed: true, body) }
    }

    private static func walk(_ path: String, isNamed: Bool, _ body: (InputFile) throws -> Void) rethrows {
        var status = stat()
        guard (isNamed ? stat(path, &status) : lstat(path, &status)) == 0 else {
            return try body(InputFile(name: path, place: .refused(String(cString: strerror(errno)))))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
                return try body(InputFile(name: path, place: .refused("the folder cannot be read")))
            }
            for name in names.sorted() { try walk(path + "/" + name, isNamed: false, body) }
        case S_IFREG: try listed(path, body)
        case S_IFLNK: return
        default:
            if isNamed { try body(InputFile(name: path, place: .refused("is no file and no folder"))) }
        }
    }

    private static func listed(_ path: String, _ body: (InputFile) throws -> Void) rethrows {
        guard ZIPArchive.isArchive(path) else { return try body(InputFile(name: path, place: .file(path: path))) }
        let archive: ZIPArchive
        do { archive = try ZIPArchive(path: path) } catch {
            return try body(InputFile(name: path, place: .refused("\(error)")))
        }
        for entry in archive.entries where !entry.isDirectory {
            try body(InputFile(name: path + "/" + entry.name, place: .entry(archive, entry)))
        }
    }

    /// Opens it for reading from start to end.
    /// - Throws: where it cannot be read or its archive is damaged.
    func open() throws -> any InputReader {
        switch place {
        case .refused(let reason): throw ClientError(reason)
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

    init(path: String) throws {
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
