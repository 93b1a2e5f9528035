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
