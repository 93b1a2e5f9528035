import ByteIO
import Foundation

/// What lies at and beneath a path, in the order of the names' bytes. Nothing is left out: what cannot be read, or is
/// no file, is an entry that says why.
enum FileTree {
    struct Entry: Sendable {
        /// For the system: bytes that need not be UTF-8, ending with a zero.
        let path: [CChar]
        /// Path beneath the folder that was named; the file's own name where a file was named. In a name that is not
        /// UTF-8 the bytes beyond ASCII are written `%FF`.
        let relativePath: String
        /// `nil` for a file.
        let obstacle: Obstacle?

        /// The file's bytes, mapped.
        func contents() throws(ByteIOError) -> Bytes {
            let descriptor = try opened()
            defer { close(descriptor) }
            return try Bytes.mapping(descriptor: descriptor)
        }

        /// The file's bytes for one who needs them all; see `Bytes.contents(descriptor:limit:)`.
        func wholeContents() throws(ByteIOError) -> Bytes {
            let descriptor = try opened()
            defer { close(descriptor) }
            return try Bytes.contents(descriptor: descriptor)
        }

        private func opened() throws(ByteIOError) -> Int32 {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw ByteIOError(.cannotOpen, errno: errno) }
            return descriptor
        }
    }

    /// Why there is nothing to read.
    struct Obstacle: Sendable {
        /// Whether something may lie behind it.
        let isFailure: Bool
        let reason: String

        static func failure(_ reason: String) -> Obstacle { Obstacle(isFailure: true, reason: reason) }
        static func failure(errno: Int32) -> Obstacle { failure(String(cString: strerror(errno))) }
        static let special = Obstacle(isFailure: false, reason: "neither a file nor a folder")
        static let folderLink = Obstacle(isFailure: false, reason: "a link to a folder, which is not followed")
    }

    /// `nil` where there is nothing at the path.
    static func files(at path: String) -> [Entry]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let bytes = path.utf8.map { CChar(bitPattern: $0) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        switch status.st_mode & S_IFMT {
        case S_IFREG: return [Entry(path: bytes + [0], relativePath: name, obstacle: nil)]
        case S_IFDIR:
            var walk = Walk()
            walk.folder(Walk.Place(path: bytes, relativePath: ""), named: name, depth: 0)
            return walk.entries
        default: return [Entry(path: bytes + [0], relativePath: name, obstacle: .special)]
        }
    }
}

/// A walk through folders. Links to files are followed, links to folders are not: they may lead in circles.
private struct Walk {
    struct Place {
        let path: [CChar]
        let relativePath: String
    }

    private(set) var entries: [FileTree.Entry] = []

    mutating func folder(_ place: Place, named name: String, depth: Int) {
        let shown = place.relativePath.isEmpty ? name : place.relativePath
        guard depth < 256 else { return add(place.path, shown, .failure("folders are nested too deep")) }
        guard let directory = opendir(place.path + [0]) else { return add(place.path, shown, .failure(errno: errno)) }
        let (names, failure) = Self.names(in: directory)
        closedir(directory)
        if failure != 0 { add(place.path, shown, .failure(errno: failure)) }
        for name in names {
            let path = place.path + [CChar(bitPattern: 0x2F)] + name
            let text = Self.text(name)
            let relative = place.relativePath.isEmpty ? text : "\(place.relativePath)/\(text)"
            visit(Place(path: path, relativePath: relative), named: text, depth: depth)
        }
    }

    private mutating func visit(_ place: Place, named name: String, depth: Int) {
        var status = stat()
        guard lstat(place.path + [0], &status) == 0 else {
            return add(place.path, place.relativePath, .failure(errno: errno))
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, stat(place.path + [0], &status) != 0 {
            let reason = errno == ENOENT ? "a link to what is not there" : String(cString: strerror(errno))
            return add(place.path, place.relativePath, .failure(reason))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: add(place.path, place.relativePath, nil)
        case S_IFDIR where isLink: add(place.path, place.relativePath, .folderLink)
        case S_IFDIR: folder(place, named: name, depth: depth + 1)
        default: add(place.path, place.relativePath, .special)
        }
    }

    private mutating func add(_ path: [CChar], _ relativePath: String, _ obstacle: FileTree.Obstacle?) {
        entries.append(FileTree.Entry(path: path + [0], relativePath: relativePath, obstacle: obstacle))
    }

    /// Names without the zero at their end, sorted, and the error that ended the list early.
    private static func names(in directory: OpaquePointer) -> (names: [[CChar]], failure: Int32) {
        var names: [[CChar]] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { $0.prefix { $0 != 0 }.map(CChar.init(bitPattern:)) }
            let dot = CChar(bitPattern: 0x2E)
            if name != [dot], name != [dot, dot] { names.append(name) }
            errno = 0
        }
        let failure = errno
        return (
            names.sorted { $0.lexicographicallyPrecedes($1) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) } }, failure
        )
    }

    private static func text(_ name: [CChar]) -> String {
        let bytes = name.map { UInt8(bitPattern: $0) }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return bytes.map { $0 < 0x80 ? String(UnicodeScalar($0)) : String(format: "%%%02X", $0) }.joined()
    }
}
