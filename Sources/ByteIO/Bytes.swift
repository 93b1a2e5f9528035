#if canImport(Glibc)
    import Glibc
#endif

/// An immutable run of bytes that shares its storage with every slice taken of it.
///
/// Indices start at 0 in every value, slices included. Slicing is O(1) and copies nothing.
public struct Bytes: Sendable {
    let storage: Storage
    let start: Int
    public let count: Int

    init(storage: Storage, start: Int, count: Int) {
        self.storage = storage
        self.start = start
        self.count = count
    }

    /// No bytes.
    public init() { self.init(storage: .empty, start: 0, count: 0) }

    /// A copy of `array`.
    public init(_ array: [UInt8]) {
        unsafe self.init(count: array.count) { target in
            unsafe array.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
    }

    /// The UTF-8 of `text`.
    public init(utf8 text: String) { self.init(Array(text.utf8)) }

    /// `count` bytes that `fill` writes. The memory is zeroed before.
    public init<E: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        let storage = Storage(allocating: count)
        try unsafe fill(UnsafeMutableRawBufferPointer(mutating: storage.buffer))
        self.init(storage: storage, start: 0, count: count)
    }

    /// The file at `path`, mapped read-only. A file that shrinks while it is mapped is the caller's hazard;
    /// map only files that nobody truncates.
    /// - Throws: `ByteIOError` when the file cannot be opened or mapped, or is no regular file.
    public static func mapping(file path: String) throws(ByteIOError) -> Bytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ByteIOError(.cannotOpen, errno: errno) }
        defer { close(descriptor) }
        return try mapping(descriptor: descriptor)
    }

    /// The open file, mapped read-only; see `mapping(file:)`. The descriptor may be closed afterwards.
    public static func mapping(descriptor: Int32) throws(ByteIOError) -> Bytes {
        let size = try size(ofFile: descriptor)
        guard size > 0 else { return Bytes() }
        guard let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), unsafe address != MAP_FAILED
        else { throw ByteIOError(.cannotOpen, errno: errno) }
        return Bytes(storage: unsafe Storage(mapped: address, count: size), start: 0, count: size)
    }

    /// The open file, read whole into memory: for a small file that is needed whole that is faster than a mapping, whose
    /// pages the kernel makes and takes away one by one; and nobody can cut it short while it is used. A file of more
    /// than `limit` bytes is mapped.
    public static func contents(descriptor: Int32, limit: Int = 4 << 20) throws(ByteIOError) -> Bytes {
        let size = try size(ofFile: descriptor)
        guard size > 0 else { return Bytes() }
        guard size <= limit, let memory = unsafe malloc(size) else { return try mapping(descriptor: descriptor) }
        var filled = 0
        while filled < size {
            let count = unsafe pread(descriptor, memory + filled, size - filled, filled)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                unsafe free(memory)
                throw ByteIOError(.cannotOpen, errno: count < 0 ? errno : EIO)
            }
            filled += count
        }
        return Bytes(storage: unsafe Storage(adopting: memory, count: size), start: 0, count: size)
    }

    private static func size(ofFile descriptor: Int32) throws(ByteIOError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw ByteIOError(.cannotOpen, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ByteIOError(.notARegularFile) }
        return Int(status.st_size)
    }

    /// The file at `path`, read whole into memory.
    /// - Throws: `ByteIOError` when the file cannot be opened or read, or is no regular file.
    public static func contents(ofFile path: String) throws(ByteIOError) -> Bytes {
        let mapped = try mapping(file: path)
        return Bytes(mapped.array)
    }

    /// The bytes at `range`, sharing this storage; `nil` when the range does not lie within `0..<count`.
    public func slice(_ range: Range<Int>) -> Bytes? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        return Bytes(storage: storage, start: start + range.lowerBound, count: range.count)
    }

    /// The bytes of `range` that exist: the range is clamped to `0..<count`.
    public subscript(clamping range: Range<Int>) -> Bytes {
        let clamped = range.clamped(to: 0..<count)
        return Bytes(storage: storage, start: start + clamped.lowerBound, count: clamped.count)
    }

    /// Lends the bytes to `body`, which must not let the pointer escape.
    @inlinable
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(pointer)
    }

    @usableFromInline var pointer: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: storage.buffer[start..<(start + count)])
    }

    /// A copy as an array.
    public var array: [UInt8] { unsafe Array(pointer) }
}
