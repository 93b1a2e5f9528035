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

    /// - Throws: `Failure` where nothing can be written at `path`.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        isDirect = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        if isDirect {
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let directory = (path as NSString).deletingLastPathComponent
            let unnamed = open(
                directory.isEmpty ? "." : directory, Self.temporary | O_WRONLY | O_CLOEXEC, 0o666)
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
        let folder = (path as NSString).deletingLastPathComponent
        let name = ".\((path as NSString).lastPathComponent).\(UInt32.random(in: 0...UInt32.max))"
        return (folder as NSString).appendingPathComponent(name)
    }

    /// O_TMPFILE, a macro that Swift does not import: __O_TMPFILE with O_DIRECTORY.
    private static let temporary = 0o20_000_000 | O_DIRECTORY
}
