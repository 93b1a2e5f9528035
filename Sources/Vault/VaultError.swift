import Glibc

/// Why something could not be sealed, opened, or trusted. Carries neither keys nor content nor paths.
public struct VaultError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        case keyMalformed = "not a key: 32 bytes are wanted, in a file as base64 on one line"
        case keyFileMissing = "the key file does not exist"
        case keyFileExists = "the key file exists already and is not overwritten"
        case keyFileUnreadable = "the key file cannot be read"
        case keyFileUnwritable = "the key file cannot be written"
        case keyFileOpenToOthers = "the key file can be read by others than its owner (want mode 0600)"
        case notSealed = "not a sealed object"
        case unsupportedVersion = "sealed by a version of the format that is not known here"
        case truncated = "the sealed bytes end too early"
        case notAuthentic = "the bytes are not what was sealed under this key for this purpose"
        case outOfRange = "the range leaves the object"
        case lengthDiffers = "the length differs from what was announced"
        case sourceFailed = "the bytes to be sealed cannot be read"
        case storageFull = "no space is left for temporary files"
        case spoolFailed = "the temporary file cannot be used"
        case passwordHashMalformed = "not an Argon2id hash in PHC form"
        case ageKeyMalformed = "not an age key: AGE-SECRET-KEY-1… or age1… is wanted"
        case notAge = "not a file of the format age-encryption.org/v1"
        case noIdentityMatched = "no identity matched any of the recipients: another key opens this file"
        case cryptographyFailed = "libcrypto refused an operation"
    }

    public let code: Code
    /// Where in the sealed bytes, where that is known.
    public let offset: Int?
    /// The system's error number, 0 where there is none.
    public let errno: Int32

    public init(_ code: Code, offset: Int? = nil, errno: Int32 = 0) {
        self.code = code
        self.offset = offset
        self.errno = errno
    }

    /// The reason in one line, without values.
    public var reason: String {
        errno == 0 ? code.rawValue : "\(code.rawValue): \(unsafe String(cString: strerror(errno)))"
    }

    public var description: String { offset.map { "\(reason) (at byte \($0))" } ?? reason }
}
