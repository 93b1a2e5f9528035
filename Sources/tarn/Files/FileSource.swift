import ByteIO
import Foundation

/// A file that is read piece by piece, for files larger than memory: one that shrinks meanwhile is an error of the
/// read, where a mapped one would end the process.
final class FileSource: ByteSource {
    let count: Int
    private let descriptor: Int32

    /// - Throws: `ByteIOError` when the file cannot be opened or is no regular file.
    convenience init(_ path: String) throws(ByteIOError) {
        try self.init(path.utf8.map { CChar(bitPattern: $0) } + [0])
    }

    /// - Parameter path: For the system: bytes that need not be UTF-8, ending with a zero.
    init(_ path: [CChar]) throws(ByteIOError) {
        // Opening a FIFO must not wait for its other end.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ByteIOError(.cannotOpen, errno: errno) }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        count = isFile ? Int(status.st_size) : 0
        guard isFile else {
            close(descriptor)
            throw ByteIOError(.notARegularFile)
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { close(descriptor) }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
        return try Bytes(count: range.count) { target throws(ByteIOError) in
            var have = 0
            while have < target.count {
                let read = pread(
                    descriptor, target.baseAddress.map { $0 + have }, target.count - have, range.lowerBound + have)
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { throw ByteIOError(.cannotRead, errno: read < 0 ? errno : 0) }
                have += read
            }
        }
    }

    /// Hands the whole file to `body`, in order, a mebibyte at a time.
    func forEachPiece(_ body: (Bytes) throws -> Void) throws {
        var offset = 0
        while offset < count {
            let end = min(count, offset + 1 << 20)
            try body(try read(offset..<end))
            offset = end
        }
    }
}
