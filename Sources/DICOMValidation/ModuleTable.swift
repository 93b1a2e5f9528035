internal import DICOM

/// The attributes of a module or macro, in the order of its table.
struct ModuleTable: Sendable {
    /// "C.7-11a"
    var name = ""
    /// "C.7.6.3"; empty where the source does not say.
    var section = ""
    /// What stands at the outermost level.
    var entries: [Entry] = []

    /// A line of a table.
    enum Entry: Sendable {
        case attribute(AttributeRow)
        /// All entries of another table, where the condition holds.
        case include(String, Condition?)
    }
}

/// One attribute of a table.
struct AttributeRow: Sendable {
    /// Tag, with 0 for the digits that are free.
    let tag: UInt32
    /// Digits of `tag` that are not free.
    let mask: UInt32
    let type: AttributeType
    /// When a Type 1C or 2C attribute is required; `nil` where that cannot be checked.
    let condition: Condition?
    let values: [ValueList]
    /// A sequence that has no more than one item.
    let isSingle: Bool
    /// Whether the attribute must be absent where the condition does not hold.
    let isExclusive: Bool
    /// Whether this row stands in place of those that other modules have for the attribute.
    let overridesOthers: Bool
    /// When the tables on the way to this one are included.
    var onlyIf: [Condition] = []
    /// What stands in the items of a sequence.
    var children: [ModuleTable.Entry] = []

    /// Whether the row is that of `tag`, or of the repeating group it belongs to.
    func covers(_ tag: Tag) -> Bool { tag.rawValue & mask == self.tag }
}

/// The values that an attribute may or usually does have.
struct ValueList: Sendable {
    /// Whether there are no others.
    let isEnumerated: Bool
    /// Which value, from 1; 0 for each.
    let index: Int
    let terms: [String]

    /// Reads "E1:YES,NO".
    init?(_ text: Substring) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = parts[0].utf8.first, let index = Int(parts[0].dropFirst()) else {
            return nil
        }
        isEnumerated = kind == UInt8(ascii: "E")
        self.index = index
        terms = parts[1].split(separator: ",").map { Condition.spaced($0) }
    }
}

/// A module or functional group macro of an IOD.
struct ModuleUse: Sendable {
    enum Usage: Sendable { case mandatory, conditional, optional }

    let table: String
    let section: String
    let usage: Usage
    let name: String
    /// When a conditional module is required; `nil` where that cannot be checked.
    let condition: Condition?

    /// Where a finding's requirement stands.
    var clause: String { "PS3.3 \(section) \(name)" }
}
