public import DICOM

/// A project's own word on one attribute, before Table E.1-1 has its say.
public struct ProfileRule: Sendable, Hashable, Codable {
    /// What becomes of the attribute.
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        /// Stays, if it is what its VR says and holds nothing that the header knows of the patient or the staff.
        case keep
        /// Goes.
        case remove
        /// Stays without its value.
        case empty
        /// Gets `value` instead of its own.
        case replace
        /// Free text is scrubbed, a sequence cleaned item by item.
        case clean
        /// Stays where every value matches `pattern` as a whole; otherwise as without this rule.
        case keepMatching = "keep_matching"
        /// What matches `pattern` becomes `value`; what comes out is treated as without this rule.
        case replaceMatching = "replace_matching"
    }

    /// The attribute. Of a private one the lower byte of the element counts, whatever block its creator has.
    public let tag: Tag
    /// Private creator; `nil` for a standard attribute.
    public let creator: String?
    public let action: Action
    /// For `replace` and `replace_matching`.
    public let value: String?
    /// A POSIX extended regular expression, for `keep_matching` and `replace_matching`.
    public let pattern: String?

    init(tag: Tag, creator: String?, action: Action, value: String?, pattern: String?) {
        self.tag = tag
        self.creator = creator
        self.action = action
        self.value = value
        self.pattern = pattern
    }

    /// The attribute as a document names it: its keyword, or "(0019,xx0C)" of a private one.
    public var attribute: String {
        if creator != nil {
            let digits = tag.hexadecimal
            return "(\(digits.prefix(4)),xx\(digits.suffix(2)))"
        }
        return DataDictionary.entry(for: tag)?.keyword ?? tag.description
    }

    private enum CodingKeys: String, CodingKey { case attribute, creator, action, value, pattern }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let fields = ProfileRuleFields(
            attribute: try container.decode(String.self, forKey: .attribute),
            creator: try container.decodeIfPresent(String.self, forKey: .creator),
            action: try container.decode(String.self, forKey: .action),
            value: try container.decodeIfPresent(String.self, forKey: .value),
            pattern: try container.decodeIfPresent(String.self, forKey: .pattern))
        self = try fields.rule()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(attribute, forKey: .attribute)
        try container.encodeIfPresent(creator, forKey: .creator)
        try container.encode(action, forKey: .action)
        try container.encodeIfPresent(value, forKey: .value)
        try container.encodeIfPresent(pattern, forKey: .pattern)
    }
}
