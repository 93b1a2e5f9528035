import ByteIO
import CCrypto
import Glibc

/// The key above all others, kept in a file of its own: 32 bytes in base64 on one line. Format: Docs/Formats/keys.md.
public struct MasterKey: Sendable {
    public let key: SymmetricKey
    /// Whether the file's mode lets others than its owner read it. The caller says so to the operator: refusing
    /// would lock out secrets that a container runtime mounts 0444.
    public let isOpenToOthers: Bool

    /// A name for the key that says nothing about it: 16 hexadecimal digits that follow from it one way.
    public var id: String {
        let derived = HKDF.key(from: key, salt: Bytes(), info: Bytes(utf8: "tarn master key id 1"))
        return unsafe derived.withUnsafeBytes { unsafe $0.prefix(8).hexadecimal }
    }

    /// The line that a key file holds, for a backup that is kept apart. It is the key itself.
    public var backup: String { unsafe key.withUnsafeBytes { unsafe Base64.encode($0) } }

    /// The key in the file at `path`.
    /// - Throws: `keyFileMissing`, `keyFileUnreadable`, `keyMalformed`.
    public static func load(from path: String) throws(VaultError) -> MasterKey {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw VaultError(errno == ENOENT ? .keyFileMissing : .keyFileUnreadable, errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw VaultError(.keyFileUnreadable, errno: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw VaultError(.keyFileUnreadable, errno: EISDIR) }
        // One byte more than any key file has, so that a longer one shows.
        var text = [UInt8](repeating: 0, count: 64)
        defer { unsafe text.withUnsafeMutableBytes { unsafe wipe($0) } }
        let capacity = text.count
        let count = unsafe text.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, capacity) }
        guard count >= 0 else { throw VaultError(.keyFileUnreadable, errno: errno) }
        guard count < capacity, var bytes = Base64.decode(trimmed(text[..<count])) else {
            throw VaultError(.keyMalformed)
        }
        defer { unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) } }
        guard bytes.count == SymmetricKey.count else { throw VaultError(.keyMalformed) }
        let key = unsafe SymmetricKey { target in
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        return MasterKey(key: key, isOpenToOthers: status.st_mode & 0o077 != 0)
    }

    /// A new random key, in a new file at `path` with mode 0600; directories on the way are made with mode 0700.
    /// The file appears whole or not at all.
    /// - Throws: `keyFileExists`, `keyFileUnwritable`.
    public static func create(at path: String) throws(VaultError) -> MasterKey {
        let master = MasterKey(key: SymmetricKey(), isOpenToOthers: false)
        try master.save(to: path)
        return master
    }

    /// Writes the key to a new file at `path`, as `create(at:)` does.
    /// - Throws: `keyFileExists`, `keyFileUnwritable`.
    public func save(to path: String) throws(VaultError) {
        let directory = Self.parent(of: path)
        try Self.makeDirectories(directory)
        let temporary = "\(path).\(SecureRandom.bytes(8).hexadecimal)"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
        defer {
            close(descriptor)
            unsafe unlink(temporary)
        }
        var line = Array((backup + "\n").utf8)
        defer { unsafe line.withUnsafeMutableBytes { unsafe wipe($0) } }
        let written = unsafe line.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count, fsync(descriptor) == 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
        // link, unlike rename, never replaces a file that another process made in between.
        guard unsafe link(temporary, path) == 0 else {
            throw VaultError(errno == EEXIST ? .keyFileExists : .keyFileUnwritable, errno: errno == EEXIST ? 0 : errno)
        }
        let parent = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw VaultError(.keyFileUnwritable, errno: errno) }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeDirectories(_ path: String) throws(VaultError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return }
        let above = parent(of: path)
        if above != path { try makeDirectories(above) }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw VaultError(.keyFileUnwritable, errno: errno)
        }
    }
}

/// Zeroes memory that held a secret, in a way the compiler does not optimise away.
func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    if let base = memory.baseAddress { unsafe OPENSSL_cleanse(base, memory.count) }
}
