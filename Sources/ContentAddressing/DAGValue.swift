public import ByteIO

/// A value of IPLD's data model, as dag-cbor writes it. Format: Docs/Formats/car.md.
public enum DAGValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// From −2⁶⁴ to 2⁶⁴ − 1.
    case integer(Int128)
    /// A number, finite.
    case float(Double)
    case bytes(Bytes)
    case text(String)
    case list([DAGValue])
    /// In any order where it is written; in canonical order where it was read.
    case map([Entry])
    case link(CID)

    /// A key and its value.
    public struct Entry: Hashable, Sendable {
        public let key: String
        public let value: DAGValue

        public init(_ key: String, _ value: DAGValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value behind `key` in a map; `nil` where there is none. Keys are compared byte by byte.
    public subscript(key: String) -> DAGValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// Calls `body` with each link, in order.
    public func forEachLink(_ body: (CID) -> Void) {
        switch self {
        case .link(let cid): body(cid)
        case .list(let values): for value in values { value.forEachLink(body) }
        case .map(let entries): for entry in entries { entry.value.forEachLink(body) }
        default: break
        }
    }
}

extension DAGValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(integerLiteral value: Int64) { self = .integer(Int128(value)) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: DAGValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, DAGValue)...) {
        self = .map(elements.map { Entry($0.0, $0.1) })
    }
}

/// What a reader of dag-cbor puts up with.
public struct DAGLimits: Sendable {
    /// Bytes in all.
    public var maximumBytes = 4 << 20
    /// Lists and maps within one another.
    public var maximumDepth = 64
    /// Values in all, keys counted.
    public var maximumValues = 1 << 18

    public init() {}
}
