/// Why a multipart body could not be read. Carries no content.
public struct MultipartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the body.
    public enum Code: String, Sendable {
        case noBoundary = "the content type names no usable boundary (RFC 2046 §5.1.1)"
        case preambleTooLong = "no part begins within the first bytes of the body"
        case headerTooLong = "a part's header is too long"
        case badHeader = "a part's header is not a list of fields"
        case tooManyParts = "the body has too many parts"
        case truncated = "the body ends before its closing boundary"
    }

    public let code: Code
    /// Offset in the body, in bytes.
    public let offset: Int

    public init(_ code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }

    public var description: String { "\(code.rawValue) (at byte \(offset))" }
}
