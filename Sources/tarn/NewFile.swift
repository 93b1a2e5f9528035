import ByteIO
import Foundation

/// A file that was not there before, and is gone again unless it was written whole.
final class NewFile: @unchecked Sendable {
    private let path: String
    private let descriptor: Int32

    /// `nil` where something has that name already. Folders on the way are made.
    init?(at path: String) throws {
        self.path = path
        var descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if descriptor < 0, errno == ENOENT {
            try Self.makeFolder(Self.folder(of: path))
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

    /// Writes `bytes` over those at `offset`.
    func overwrite(_ bytes: Bytes, at offset: Int) throws {
        try bytes.withUnsafeBytes { buffer in
            let count = pwrite(descriptor, buffer.baseAddress, buffer.count, offset)
            guard count == buffer.count else { throw Failure(errno: count < 0 ? errno : ENOSPC) }
        }
    }

    /// Writes `bytes` at the end.
    func write(_ bytes: Bytes) throws { try bytes.withUnsafeBytes { try put($0) } }

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

    /// Makes the folder at `path` and those on the way to it; one that is there is left as it is.
    static func makeFolder(_ path: String) throws(Failure) {
        if mkdir(path, 0o777) == 0 { return }
        var reason = errno
        if reason == ENOENT, folder(of: path) != path {
            try makeFolder(folder(of: path))
            if mkdir(path, 0o777) == 0 { return }
            reason = errno
        }
        var status = stat()
        guard reason == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(errno: reason)
        }
    }

    private static func folder(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    struct Failure: Error, CustomStringConvertible {
        let errno: Int32
        /// What the system says.
        var reason: String { String(cString: strerror(errno)) }
        var description: String { "cannot be written: \(reason)" }
    }
}
