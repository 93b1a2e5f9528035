import ByteIO
import Vault

/// Names one version of a representation (RFC 9110 §8.8.3).
public struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// Between the quotes.
    public let value: String
    public let isWeak: Bool

    public init(_ value: String, isWeak: Bool = false) {
        self.value = value
        self.isWeak = isWeak
    }

    /// Of what these bytes stand for, shortened to 128 bits.
    init(digest bytes: [UInt8], isWeak: Bool = false) {
        self.init(SHA256.of(Bytes(bytes)).array.prefix(16).hexadecimal, isWeak: isWeak)
    }

    /// The one strong tag of an `If-Match` field; `nil` for a list, a weak tag or `*`, which name no single version.
    init?(field: String) {
        let text = HeaderList.trim(field[...])
        guard text.utf8.count >= 3, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
        let inner = text.dropFirst().dropLast()
        guard !inner.contains("\"") else { return nil }
        self.init(String(inner))
    }

    public var description: String { "\(isWeak ? "W/" : "")\"\(value)\"" }

    /// Whether an `If-None-Match` field names this version: weak comparison (§13.1.2), so 304 is the answer.
    public func isNamed(by header: String?) -> Bool {
        guard let header else { return false }
        return HeaderList.split(header, at: ",").contains { element in
            element == "*" || Self.opaque(element) == value
        }
    }

    /// Whether an `If-Range` field allows a part of this version: strong comparison (§13.1.5); without the field yes.
    public func allowsRange(_ header: String?) -> Bool {
        guard let header else { return true }
        return !isWeak && HeaderList.trim(header[...]) == description
    }

    private static func opaque(_ element: String) -> String {
        HeaderList.unquote((element.hasPrefix("W/") ? element.dropFirst(2) : element[...]))
    }
}
