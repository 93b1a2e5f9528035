import DICOM
import DICOMValidation
import Synchronization

/// The Types (PS3.5 §7.4) that the file's IOD gives to attributes: they decide the conditional forms of PS3.15
/// Table E.1-1a, which ask for as little as keeps the object valid.
struct AttributeTypes: Sendable {
    /// Tags from the outermost sequence inwards.
    typealias Path = [UInt32]

    private let sopClass: String
    private var outermost: [UInt32: AttributeType]?
    /// Types within sequences, as far as this object asked for them. Items by the thousand ask for the same few.
    private var nested: [Path: AttributeType?] = [:]

    init(sopClass: String) { self.sopClass = sopClass }

    /// The strongest Type that the IOD gives to the attribute at this place, `nil` where it has none there or nobody
    /// knows the IOD. A module of conditional or optional use counts: what may be needed is not taken away.
    mutating func type(of tag: Tag, in path: Path) -> AttributeType? {
        guard !path.isEmpty else {
            let types = outermost ?? Self.outermost(of: sopClass)
            outermost = types
            return types[tag.rawValue]
        }
        // Deeper than any IOD nests: what a file says endlessly is not looked up endlessly.
        guard path.count <= 24 else { return nil }
        let key = path + [tag.rawValue]
        if let known = nested[key] { return known }
        let steps = key.map { TagPath.Step(Tag(rawValue: $0)) }
        let type = InformationObjectDefinition.of(sopClass: sopClass)?.requirement(of: TagPath(steps))
        nested[key] = .some(type)
        return type
    }

    /// By SOP class; of the classes that have an IOD, so that no file can make it grow.
    private static let known = Mutex<[String: [UInt32: AttributeType]]>([:])

    private static func outermost(of sopClass: String) -> [UInt32: AttributeType] {
        if let types = known.withLock({ $0[sopClass] }) { return types }
        guard let definition = InformationObjectDefinition.of(sopClass: sopClass) else { return [:] }
        var types: [UInt32: AttributeType] = [:]
        for tag in ConfidentialityTable.tags {
            if let type = definition.requirement(of: TagPath(tag)) { types[tag.rawValue] = type }
        }
        known.withLock { $0[sopClass] = types }
        return types
    }
}

extension ConfidentialityTable.Action {
    /// What an action comes to where the attribute has this Type (PS3.15 Table E.1-1a). Where none is known: a dummy if
    /// D is among the forms, for then the attribute is Type 1 somewhere; else empty.
    ///
    /// X and Z as such are for Types that their attributes have nearly everywhere; where an IOD asks for more (PS3.3
    /// §C.11.10: Presentation Creation Date is Type 1), an object without the value would be none of its class, and a
    /// dummy says no more than an absent value.
    func resolved(for type: AttributeType?) -> ConfidentialityTable.Action {
        let needsValue = type?.needsValue ?? false
        switch self {
        case .keep, .clean, .dummy, .uid: return self
        case .remove: return needsValue ? .dummy : type == nil || type == .three ? .remove : .zero
        case .zero: return needsValue ? .dummy : .zero
        case .zeroOrDummy: return type == nil || needsValue ? .dummy : .zero
        case .removeOrZero: return type == .three ? .remove : needsValue ? .dummy : .zero
        case .removeOrDummy: return type == .three ? .remove : .dummy
        case .removeZeroOrDummy: return type == .three ? .remove : type == nil || needsValue ? .dummy : .zero
        // The UIDs in it are replaced, so that it can stay where it need not, and references resolve.
        case .removeZeroOrUID: return .removeZeroOrUID
        }
    }
}
