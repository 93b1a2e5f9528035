internal import ByteIO
internal import Glibc

/// One file of the store. Reads may come from any thread; writes from one at a time.
final class SegmentFile: Sendable {
    let number: Int64
    private let descriptor: Int32

    private init(number: Int64, descriptor: Int32) {
        self.number = number
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    static let suffix = ".segment"

    static func name(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + suffix
    }

    /// The number in a file's name; `nil` for other files.
    static func number(inName name: String) -> Int64? {
        guard name.hasSuffix(suffix) else { return nil }
        let digits = name.dropLast(suffix.count)
        guard digits.count >= 10, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int64(digits)
    }

    /// A new file with its header, which is not durable yet.
    static func create(_ number: Int64, in directory: String) throws(StorageError) -> SegmentFile {
        let path = directory + "/" + name(number)
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError.writing(segment: number, errno: errno) }
        let file = SegmentFile(number: number, descriptor: descriptor)
        do throws(StorageError) { try file.write([SegmentFormat.encode(.segment(number: number))], at: 0) } catch {
            unlink(path)
            throw error
        }
        return file
    }

    static func open(_ number: Int64, in directory: String, forWriting: Bool = false) throws(StorageError)
        -> SegmentFile
    {
        let path = directory + "/" + name(number)
        let descriptor = Glibc.open(path, (forWriting ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StorageError(errno == ENOENT ? .noSuchBlob : .readFailed, segment: number, errno: errno)
        }
        return SegmentFile(number: number, descriptor: descriptor)
    }

    static func remove(_ number: Int64, in directory: String) { unlink(directory + "/" + name(number)) }

    var count: Int {
        get throws(StorageError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                throw StorageError(.readFailed, segment: number, errno: errno)
            }
            return Int(status.st_size)
        }
    }

    /// Writes `parts` one after the other from `offset` on.
    func write(_ parts: [Bytes], at offset: Int) throws(StorageError) {
        guard lseek(descriptor, offset, SEEK_SET) == offset else {
            throw StorageError.writing(segment: number, errno: errno)
        }
        // `parts` keeps the memory alive that the vectors point to.
        try withExtendedLifetime(parts) { () throws(StorageError) in
            var vectors: [iovec] = []
            vectors.reserveCapacity(parts.count)
            for part in parts where part.count > 0 {
                part.withUnsafeBytes { bytes in
                    vectors.append(
                        iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count))
                }
            }
            try write(&vectors)
        }
    }

    /// Writes `bytes` at `offset` without moving the place at which `write(_:at:)` of another thread goes on.
    func overwrite(_ bytes: Bytes, at offset: Int) throws(StorageError) {
        let error = bytes.withUnsafeBytes { bytes -> Int32 in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = pwrite(descriptor, base + done, bytes.count - done, offset + done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count == 0 ? EIO : errno }
                done += count
            }
            return 0
        }
        guard error == 0 else { throw StorageError.writing(segment: number, errno: error) }
    }

    /// fallocate(2), which the Glibc module leaves out.
    private static let allocate = dlsym(nil, "fallocate").map {
        unsafeBitCast($0, to: (@convention(c) (Int32, Int32, off_t, off_t) -> Int32).self)
    }

    /// Gives the disk space of `range` back, which reads as zeros from then on.
    /// - Returns: Whether the file system can do that.
    func punch(_ range: Range<Int>) throws(StorageError) -> Bool {
        guard !range.isEmpty else { return true }
        guard let allocate = Self.allocate else { return false }
        // <linux/falloc.h>: FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE.
        while allocate(descriptor, 0x01 | 0x02, range.lowerBound, range.count) != 0 {
            if errno == EINTR { continue }
            if errno == EOPNOTSUPP || errno == ENOSYS { return false }
            throw StorageError.writing(segment: number, errno: errno)
        }
        return true
    }

    private func write(_ vectors: inout [iovec]) throws(StorageError) {
        let most = 1024  // IOV_MAX
        var first = 0
        while first < vectors.count {
            let count = min(most, vectors.count - first)
            var written = vectors.withUnsafeBufferPointer {
                writev(descriptor, $0.baseAddress?.advanced(by: first), Int32(count))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw StorageError.writing(segment: number, errno: written == 0 ? EIO : errno) }
            while written > 0, first < vectors.count {
                let length = vectors[first].iov_len
                if written >= length {
                    written -= length
                    first += 1
                } else {
                    vectors[first].iov_base = vectors[first].iov_base.map { $0 + written }
                    vectors[first].iov_len -= written
                    written = 0
                }
            }
        }
    }

    /// Makes all that was written durable.
    func synchronize() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw StorageError.writing(segment: number, errno: errno) }
    }

    func truncate(to count: Int) throws(StorageError) {
        guard ftruncate(descriptor, count) == 0 else { throw StorageError.writing(segment: number, errno: errno) }
    }

    /// The bytes at `range`, all of them.
    func read(_ range: Range<Int>) throws(StorageError) -> Bytes {
        try Bytes(count: range.count) { (target) throws(StorageError) in
            guard let base = target.baseAddress else { return }
            var have = 0
            while have < range.count {
                let count = pread(descriptor, base + have, range.count - have, range.lowerBound + have)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    throw StorageError(.readFailed, segment: number, offset: Int64(range.lowerBound), errno: errno)
                }
                guard count > 0 else {
                    throw StorageError(.noSuchBlob, segment: number, offset: Int64(range.lowerBound))
                }
                have += count
            }
        }
    }
}
