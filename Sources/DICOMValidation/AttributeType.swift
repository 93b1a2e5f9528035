/// How strongly a module asks for an attribute (PS3.5 §7.4).
public enum AttributeType: String, Sendable, Hashable, CaseIterable {
    /// Present, with a value.
    case one = "1"
    /// Present with a value under a condition.
    case oneConditional = "1C"
    /// Present, empty where the value is unknown.
    case two = "2"
    /// Present under a condition, empty where the value is unknown.
    case twoConditional = "2C"
    /// Optional.
    case three = "3"

    /// Whether the attribute must not be empty where it must be present.
    public var needsValue: Bool { self == .one || self == .oneConditional }

    /// Whether a condition decides.
    public var isConditional: Bool { self == .oneConditional || self == .twoConditional }

    init?(code: UInt8) {
        switch code {
        case UInt8(ascii: "1"): self = .one
        case UInt8(ascii: "a"): self = .oneConditional
        case UInt8(ascii: "2"): self = .two
        case UInt8(ascii: "b"): self = .twoConditional
        case UInt8(ascii: "3"): self = .three
        default: return nil
        }
    }
}

extension AttributeType: Comparable {
    /// Whether `left` asks for less than `right`: 3 < 2C < 2 < 1C < 1.
    public static func < (left: AttributeType, right: AttributeType) -> Bool { left.strength < right.strength }

    private var strength: Int {
        switch self {
        case .one: 4
        case .oneConditional: 3
        case .two: 2
        case .twoConditional: 1
        case .three: 0
        }
    }
}
