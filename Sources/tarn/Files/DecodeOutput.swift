import ByteIO
import Foundation

/// A file that appears whole or not at all.
///
/// It is written without a name (O_TMPFILE) where the file system can do that, so that not even a killed process
/// leaves anything behind; else under a hidden name beside its place. What is no regular file, a pipe or device, is
/// written to as it is.
struct DecodeOutput: ~Copyable {
    private let path: String
    private let descriptor: Int32
    /// The hidden name; `nil` while the file has none.
    private var hiddenName: String?
    private let isDirect: Bool
    private var isDone = false

    /// A link is followed: what it leads to is replaced, not the link (/dev/stdout is one).
    ///
    /// - Throws: `Failure` where nothing can be written at `named`.
    init(_ named: String) throws {
        // Before anything else is set: with a later, conditional assignment the optimiser released a wrong value.
        path = Self.followed(named)
        var status = stat()
        isDirect = stat(named, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        if isDirect {
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let unnamed = open(Self.split(path).folder + ".", Self.temporary | O_WRONLY | O_CLOEXEC, 0o666)
            if unnamed >= 0 {
                descriptor = unnamed
            } else {
                let name = Self.hiddenName(beside: path)
                descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                hiddenName = name
            }
        }
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
    }

    deinit {
        if let hiddenName, !isDone { unlink(hiddenName) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends `bytes`.
    func write(_ bytes: Bytes) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[clamping: offset..<bytes.count].withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(path: path, errno: errno) }
            offset += count
        }
    }

    /// Puts the file in its place, instead of one that is there.
    mutating func finish() throws {
        guard !isDirect else { return }
        if hiddenName == nil {
            let name = Self.hiddenName(beside: path)
            guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
                throw Failure(path: path, errno: errno)
            }
            hiddenName = name
        }
        guard let hiddenName, rename(hiddenName, path) == 0 else { throw Failure(path: path, errno: errno) }
        isDone = true
    }

    /// Why a file could not be written.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let errno: Int32

        var description: String { "\(path) cannot be written: \(String(cString: strerror(errno)))" }
    }

    private static func hiddenName(beside path: String) -> String {
        let (folder, name) = split(path)
        return "\(folder).\(name).\(UInt32.random(in: 0...UInt32.max))"
    }

    /// The folder with its slash, empty where none is named, and the name. By hand: Foundation's
    /// `deletingLastPathComponent` ends the process for a name of one character.
    private static func split(_ path: String) -> (folder: Substring, name: Substring) {
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return (path[..<name], path[name...])
    }

    /// Where a link to a regular file leads; everything else as it is named.
    private static func followed(_ named: String) -> String {
        var status = stat()
        guard lstat(named, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
            stat(named, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let real = realpath(named, nil)
        else { return named }
        defer { free(real) }
        return String(cString: real)
    }

    /// O_TMPFILE, a macro that Swift does not import: __O_TMPFILE with O_DIRECTORY.
    private static let temporary = 0o20_000_000 | O_DIRECTORY
}
