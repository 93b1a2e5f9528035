internal import Glibc

/// Why bytes could not be kept or had. Names segments and offsets, never paths or content.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        case cannotOpen = "the store cannot be opened"
        case inUse = "another process has the store open"
        case noSpace = "no space is left in the store"
        case writeFailed = "the store cannot be written"
        case readFailed = "the store cannot be read"
        case noSuchBlob = "there is no such blob in the store"
        case erased = "the blob was erased"
        case damaged = "the store does not hold what was written to it"
        case lengthDiffers = "the blob has another length than was announced"
        case closed = "the store is closed"
    }

    public let code: Code
    public let segment: Int64?
    public let offset: Int64?
    /// The system's error number, 0 where there is none.
    public let errno: Int32

    public init(_ code: Code, segment: Int64? = nil, offset: Int64? = nil, errno: Int32 = 0) {
        self.code = code
        self.segment = segment
        self.offset = offset
        self.errno = errno
    }

    /// A failed write, with `errno` saying how.
    static func writing(segment: Int64?, errno: Int32) -> StorageError {
        let isFull = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
        return StorageError(isFull ? .noSpace : .writeFailed, segment: segment, errno: errno)
    }

    public var description: String {
        var text = code.rawValue
        if let segment { text += " (segment \(segment)" + (offset.map { ", byte \($0)" } ?? "") + ")" }
        return errno == 0 ? text : "\(text): \(String(cString: strerror(errno)))"
    }
}
