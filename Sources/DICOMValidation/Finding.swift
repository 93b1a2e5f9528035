public import DICOM

/// One requirement that a file breaks. Names the place and the rule, never a value.
public struct Finding: Sendable, Hashable {
    /// How grave it is.
    public enum Severity: String, Sendable, Hashable, Comparable {
        /// The standard asks for something else.
        case error
        /// The standard only usually asks for something else, or the tables leave a doubt.
        case warning

        public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
    }

    /// Which kind of rule is broken.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// The SOP Class is absent, private or without an IOD in the tables: modules are not checked.
        case unknownSOPClass = "unknown-sop-class"
        /// An attribute that must be present is absent.
        case missing
        /// An attribute that must have a value has none.
        case empty
        /// An attribute is present although its condition does not hold.
        case unexpected
        /// A functional group macro is neither shared nor in every frame.
        case missingMacro = "missing-macro"
        /// A functional group macro is shared and in a frame, too.
        case doubledMacro = "doubled-macro"
        /// A sequence has more items than it may.
        case items
        /// Attributes of the pixels contradict each other or the length of the pixels.
        case inconsistent
        /// The standard has retired the attribute.
        case retired
        /// The attribute has another VR.
        case vr
        /// The attribute has another number of values.
        case vm
        /// A value is longer than its VR allows.
        case length
        /// A value has characters that its VR or character set does not have.
        case characters
        /// A value is not written as its VR asks.
        case syntax
        /// A value is none of the enumerated ones.
        case enumeratedValue = "enumerated-value"
        /// A value is none of the defined terms, which may be extended.
        case definedTerm = "defined-term"
        /// There are more findings than are told.
        case tooMany = "too-many"
    }

    /// How grave it is.
    public let severity: Severity
    /// Which kind of rule is broken.
    public let rule: Rule
    /// The attribute; of several alike in other items or frames the first.
    public let path: TagPath
    /// How many there are alike: same rule, same attribute in the same sequences, whatever the item.
    public internal(set) var count = 1
    /// What is asked for: "Type 1", "VM 1-n", "DA", …
    public let requirement: String
    /// Where it is asked for: "PS3.3 C.7.6.3 Image Pixel".
    public let clause: String
}

extension Finding: CustomStringConvertible {
    /// One line: severity, place, keyword, what is wrong, clause.
    public var description: String {
        let keyword = path.steps.last.flatMap { DataDictionary.entry(for: $0.tag)?.keyword } ?? ""
        let more = count > 1 ? " ×\(count)" : ""
        return "\(severity.rawValue): \(path) \(keyword): \(rule.rawValue), \(requirement) (\(clause))\(more)"
    }
}
