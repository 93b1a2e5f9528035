public import DICOM

/// What was done with an attribute: the key of the counts that a report adds up. It says nothing of any value.
public struct AttributeAction: Sendable, Hashable, Comparable {
    /// What became of an element.
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        /// As it was; a sequence with all its items.
        case kept
        case removed
        /// Stays without its value.
        case emptied
        /// A dummy, the subject's code or a profile's own value stands there; pixels: what is none of them was cut off.
        case replaced
        /// UIDs have new ones.
        case mapped
        /// Dates moved.
        case shifted
        /// A text without what identifies; a sequence of whose items something was changed.
        case cleaned
        /// Says what was done: PS3.15 E.1.1 and E.3.
        case added
    }

    /// The attribute, of a private one as in the first block: (gggg,10ee). `nil` for what nobody may name here: private
    /// attributes that are on no list and tags that PS3.6 does not have, whose digits are the sender's.
    public let tag: Tag?
    public let action: Action

    init(_ tag: Tag, _ action: Action) {
        self.action = action
        if tag.isPrivate {
            // Of what goes even the number is the sender's; what stays is on a list or in a rule.
            let isNamed = action != .removed && !tag.isPrivateCreator
            self.tag = isNamed ? Tag(tag.group, 0x1000 | tag.element & 0xFF) : nil
        } else {
            self.tag = DataDictionary.vr(of: tag) == nil ? nil : tag
        }
    }

    /// The keyword ("PatientName"), "(0019,xx23)" of a private attribute; "other" for what has no name here.
    public var attribute: String {
        guard let tag else { return "other" }
        if tag.isPrivate {
            let digits = tag.hexadecimal
            return "(\(digits.prefix(4)),xx\(digits.suffix(2)))"
        }
        return DataDictionary.keyword(of: tag) ?? tag.description
    }

    /// By tag, what has none last; then by action.
    public static func < (left: AttributeAction, right: AttributeAction) -> Bool {
        let (first, second) = (left.tag?.rawValue ?? .max, right.tag?.rawValue ?? .max)
        return first == second ? left.action.rawValue < right.action.rawValue : first < second
    }
}

/// How often each action was taken on each attribute. Counting costs one look into a table an element, nothing else.
struct AttributeTally: Sendable, Hashable {
    /// By tag << 8 | place of the action.
    private var counts: [UInt64: Int] = [:]

    mutating func count(_ tag: Tag, _ action: AttributeAction.Action, times: Int = 1) {
        counts[UInt64(tag.rawValue) << 8 | UInt64(action.place), default: 0] += times
    }

    mutating func add(_ other: AttributeTally) { counts.merge(other.counts, uniquingKeysWith: +) }

    var actions: [AttributeAction: Int] {
        var actions: [AttributeAction: Int] = [:]
        for (key, count) in counts {
            let action = AttributeAction.Action.allCases[Int(key & 0xFF) % AttributeAction.Action.allCases.count]
            actions[AttributeAction(Tag(rawValue: UInt32(truncatingIfNeeded: key >> 8)), action), default: 0] += count
        }
        return actions
    }

    /// What stands for attributes without a name: a tag that PS3.6 cannot have.
    static let other = Tag(0xFFFE, 0xFFFF)
}

extension AttributeAction.Action {
    fileprivate var place: Int {
        switch self {
        case .kept: 0
        case .removed: 1
        case .emptied: 2
        case .replaced: 3
        case .mapped: 4
        case .shifted: 5
        case .cleaned: 6
        case .added: 7
        }
    }
}
