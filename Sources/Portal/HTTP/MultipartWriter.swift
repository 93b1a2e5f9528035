import ByteIO
import NIOCore

/// Boundaries and headers of a multipart body that is written part by part (RFC 2046 §5.1.1).
public struct MultipartWriter: Sendable {
    /// Between the parts. Long and random enough not to occur in one.
    public let boundary: String
    private var isFirst = true

    public init() {
        var generator = SystemRandomNumberGenerator()
        boundary = "tarn-" + (0..<2).map { _ in String(generator.next(), radix: 36) }.joined()
    }

    /// The bytes before a part's content.
    /// - Parameter fields: the part's header, such as `("Content-Type", "application/dicom")`.
    public mutating func beginning(_ fields: [(name: String, value: String)]) -> String {
        var text = isFirst ? "--\(boundary)\r\n" : "\r\n--\(boundary)\r\n"
        isFirst = false
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return text + "\r\n"
    }

    /// The bytes after the last part.
    public func end() -> String { isFirst ? "--\(boundary)--\r\n" : "\r\n--\(boundary)--\r\n" }
}
