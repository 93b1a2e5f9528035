import Glibc

/// Why bytes could not be had. Carries no path and no content.
public struct ByteIOError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        case cannotOpen = "cannot be opened"
        case cannotRead = "cannot be read"
        case cannotWrite = "cannot be written"
        case notARegularFile = "is not a regular file"
        case outOfRange = "ends before the bytes that were asked for"
        case corrupt = "does not hold what was written to it"
    }

    public let code: Code
    /// The system's error number, 0 where there is none.
    public let errno: Int32

    public init(_ code: Code, errno: Int32 = 0) {
        self.code = code
        self.errno = errno
    }

    public var description: String {
        errno == 0 ? code.rawValue : "\(code.rawValue): \(unsafe String(cString: strerror(errno)))"
    }
}
