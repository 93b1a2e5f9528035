internal import ByteIO
internal import Glibc

/// A file on disk: read by range, written from front to back. Names no path in what it throws: an administrator knows
/// it, and a person who asks for a study need not.
final class ColdFile: ByteSource, Sendable {
    private let descriptor: Int32
    let count: Int

    private init(descriptor: Int32, count: Int) {
        self.descriptor = descriptor
        self.count = count
    }

    deinit { close(descriptor) }

    /// - Throws: `missing` where there is none.
    static func open(_ path: String) throws(ColdStorageError) -> ColdFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? ColdStorageError(.missing, "the archive is not there") : ColdStorageError.ofSystem("read", errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ColdStorageError(.unavailable, "the archive cannot be read")
        }
        return ColdFile(descriptor: descriptor, count: Int(status.st_size))
    }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
        return try Bytes(count: range.count) { target throws(ByteIOError) in
            var done = 0
            while done < range.count {
                let got = pread(
                    descriptor, target.baseAddress?.advanced(by: done), range.count - done,
                    off_t(range.lowerBound + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw ByteIOError(.cannotRead, errno: got < 0 ? errno : EIO) }
                done += got
            }
        }
    }
}

/// A file that is being written, and goes away again unless it was finished.
final class NewColdFile {
    private let path: String
    private let descriptor: Int32
    private(set) var count = 0
    private var isFinished = false

    /// - Throws: `unavailable`.
    init(_ path: String) throws(ColdStorageError) {
        unlink(path)
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ColdStorageError.ofSystem("made", errno) }
        self.path = path
    }

    deinit {
        if !isFinished { unlink(path) }
        close(descriptor)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ColdStorageError) {
        try write(bytes, at: count)
        count += bytes.count
    }

    func append(_ bytes: Bytes) throws(ColdStorageError) {
        try bytes.withUnsafeBytes { buffer throws(ColdStorageError) in try append(buffer) }
    }

    /// Replaces bytes that are there already.
    func overwrite(_ bytes: Bytes, at offset: Int) throws(ColdStorageError) {
        try bytes.withUnsafeBytes { buffer throws(ColdStorageError) in try write(buffer, at: offset) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ColdStorageError) {
        var done = 0
        while done < bytes.count {
            let put = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw ColdStorageError.ofSystem("written", errno) }
            done += put
        }
    }

    /// Cuts it.
    func resize(_ count: Int) throws(ColdStorageError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw ColdStorageError.ofSystem("written", errno) }
        self.count = count
    }

    /// Makes it durable, content and name; renamed to `name` where that is another.
    func finish(as name: String? = nil) throws(ColdStorageError) {
        guard fsync(descriptor) == 0 else { throw ColdStorageError.ofSystem("written", errno) }
        let final = name ?? path
        guard final == path || rename(path, final) == 0 else { throw ColdStorageError.ofSystem("written", errno) }
        isFinished = true
        try Self.synchronizeDirectory(of: final)
    }

    static func synchronizeDirectory(of path: String) throws(ColdStorageError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw ColdStorageError.ofSystem("written", errno) }
    }
}

extension ColdStorageError {
    static func ofSystem(_ verb: String, _ number: Int32) -> ColdStorageError {
        number == ENOSPC || number == EDQUOT
            ? ColdStorageError(.noSpace, "no space is left on the disk: free some, then try again")
            : ColdStorageError(.unavailable, "an archive cannot be \(verb): \(String(cString: strerror(number)))")
    }
}
