/// Why pixels could not be decoded, shown or encoded. Says where and what, never a value of a patient.
public struct ImagingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The data set has no Pixel Data.
        case notAnImage
        /// An attribute that describes the pixels is missing, or says something that cannot be.
        case invalidDescription
        /// The transfer syntax, or a variant of it, is one this version cannot decode.
        case unsupported
        /// The frame asked for does not exist.
        case noSuchFrame
        /// The pixel data ends too early.
        case truncated
        /// The codestream contradicts itself or the data set.
        case corrupt
        /// More memory would be needed than the limit allows.
        case tooLarge
        /// The caller asked for something that makes no sense, such as a window of width 0.
        case invalidRequest
    }

    public let code: Code
    /// Byte offset within what was being decoded, where there is one.
    public let offset: Int?
    public let reason: String

    public init(_ code: Code, at offset: Int? = nil, _ reason: String) {
        self.code = code
        self.offset = offset
        self.reason = reason
    }

    public var description: String {
        guard let offset else { return reason }
        return "\(reason) (at byte \(offset))"
    }
}
