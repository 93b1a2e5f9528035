import ByteIO
import CCrypto
import Glibc

/// A small file that holds a secret: read whole into memory that is wiped, written whole or not at all.
public struct SecretFile: Sendable {
    private let storage: Storage
    /// Whether the file's mode lets others than its owner read it.
    public let isOpenToOthers: Bool
    /// Whether the file's mode lets others than its owner change it.
    public let isWritableByOthers: Bool

    /// What the file holds. Whoever keeps a copy wipes it.
    public var bytes: [UInt8] { storage.bytes }

    /// Reads the file at `path`; it may be a pipe.
    /// - Throws: `keyFileMissing`, `keyFileUnreadable`; `keyMalformed` for more than `limit` bytes.
    public static func read(_ path: String, upTo limit: Int) throws(VaultError) -> SecretFile {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw VaultError(errno == ENOENT ? .keyFileMissing : .keyFileUnreadable, errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw VaultError(.keyFileUnreadable, errno: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw VaultError(.keyFileUnreadable, errno: EISDIR) }
        let storage = Storage(count: limit + 1)
        let count = unsafe storage.fill { target in
            var filled = 0
            while filled < target.count {
                let count = unsafe Glibc.read(
                    descriptor, target.baseAddress.map { unsafe $0 + filled }, target.count - filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { return -1 }
                guard count > 0 else { break }
                filled += count
            }
            return filled
        }
        guard count >= 0 else { throw VaultError(.keyFileUnreadable, errno: errno) }
        guard count <= limit else { throw VaultError(.keyMalformed) }
        storage.truncate(to: count)
        return SecretFile(
            storage: storage, isOpenToOthers: status.st_mode & 0o077 != 0,
            isWritableByOthers: status.st_mode & 0o022 != 0)
    }

    /// Writes a file at `path` with mode 0600; directories on the way are made with mode 0700.
    /// - Parameters:
    ///   - bytes: what it shall hold; this copy is wiped.
    ///   - replaces: puts it in the place of the file that is there. A crash leaves one or the other.
    /// - Throws: `keyFileExists` where it does not replace; `keyFileUnwritable`.
    public static func write(
        _ bytes: consuming [UInt8], to path: String, replaces: Bool = false
    ) throws(VaultError) {
        var bytes = bytes
        defer { unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) } }
        let directory = parent(of: path)
        try makeDirectories(directory)
        let temporary = "\(path).\(SecureRandom.bytes(8).hexadecimal)"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
        defer {
            close(descriptor)
            unsafe unlink(temporary)
        }
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0 else {
            throw VaultError(.keyFileUnwritable, errno: errno)
        }
        // link, unlike rename, never replaces a file that another process made in between.
        guard unsafe (replaces ? rename(temporary, path) : link(temporary, path)) == 0 else {
            throw VaultError(errno == EEXIST ? .keyFileExists : .keyFileUnwritable, errno: errno == EEXIST ? 0 : errno)
        }
        let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
    }

    /// The folder of `path`.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder of `path` where there is none, with mode 0700.
    /// - Throws: `keyFileUnwritable`.
    public static func makeFolder(of path: String) throws(VaultError) { try makeDirectories(parent(of: path)) }

    private static func makeDirectories(_ path: String) throws(VaultError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return }
        let above = parent(of: path)
        if above != path { try makeDirectories(above) }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw VaultError(.keyFileUnwritable, errno: errno)
        }
    }

    /// Filled once before it is shared; wiped at the end.
    @safe private final class Storage: @unchecked Sendable {
        private(set) var bytes: [UInt8]

        init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }

        func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
            unsafe bytes.withUnsafeMutableBytes { unsafe body($0) }
        }

        func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

        // Where somebody still holds the array this wipes a copy.
        deinit { unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) } }
    }
}

/// Zeroes memory that held a secret, in a way the compiler does not optimise away.
public func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    if let base = memory.baseAddress { unsafe OPENSSL_cleanse(base, memory.count) }
}
