import DICOM
import DICOMValidation
import Synchronization

/// The Types (PS3.5 §7.4) that the file's IOD gives to attributes: they decide the conditional forms of PS3.15
/// Table E.1-1a, which ask for as little as keeps the object valid.
struct AttributeTypes: Sendable {
    /// Tags from the outermost sequence inwards.
    typealias Path = [UInt32]

    /// The Types at one place, by tag; none where the IOD has no such place.
    private typealias Types = [UInt32: AttributeType]

    private let sopClass: String
    /// As far as this object asked. Items by the thousand ask for the same few.
    private var places: [Path: Types] = [:]

    init(sopClass: String) { self.sopClass = sopClass }

    /// The strongest Type that the IOD gives to the attribute at this place, `nil` where it has none there or nobody
    /// knows the IOD. A module of conditional or optional use counts: what may be needed is not taken away.
    mutating func type(of tag: Tag, in path: Path) -> AttributeType? {
        if let types = places[path] { return types[tag.rawValue] }
        let types = Known.types(of: sopClass, path)
        places[path] = types
        return types[tag.rawValue]
    }

    /// What was looked up once, by SOP class: of those that have an IOD, and of places that it has, so that no file can
    /// make it grow beyond what PS3.3 holds.
    private struct Known {
        var places: [Path: ItemTypes] = [:]
        var outermost: Types?

        private static let all = Mutex<[String: Known]>([:])
        /// Places remembered for a class: reports nest theirs without end.
        private static let limit = 1024

        static func types(of sopClass: String, _ path: Path) -> Types {
            let known = all.withLock { $0[sopClass] }
            if let types = path.isEmpty ? known?.outermost : known?.places[path]?.types { return types }
            guard let definition = InformationObjectDefinition.of(sopClass: sopClass) else { return [:] }
            if path.isEmpty {
                var types: Types = [:]
                for tag in ConfidentialityTable.tags {
                    if let type = definition.requirement(of: TagPath(tag)) { types[tag.rawValue] = type }
                }
                let outermost = types
                all.withLock { $0[sopClass, default: Known()].outermost = outermost }
                return types
            }
            return items(of: path, sopClass, definition)?.types ?? [:]
        }

        private static func items(
            of path: Path, _ sopClass: String, _ definition: InformationObjectDefinition
        ) -> ItemTypes? {
            // Deeper than any IOD nests: what a file says endlessly is not looked up endlessly.
            guard let last = path.last, path.count <= 24 else { return nil }
            if let known = all.withLock({ $0[sopClass]?.places[path] }) { return known }
            var outer: ItemTypes?
            if path.count > 1 {
                guard let items = items(of: Path(path.dropLast()), sopClass, definition) else { return nil }
                outer = items
            }
            guard let items = definition.items(of: Tag(rawValue: last), in: outer) else { return nil }
            all.withLock { all in
                if all[sopClass]?.places.count ?? 0 < limit { all[sopClass, default: Known()].places[path] = items }
            }
            return items
        }
    }
}

extension ConfidentialityTable.Action {
    /// What an action comes to where the attribute has this Type (PS3.15 Table E.1-1a). Where none is known: a dummy if
    /// D is among the forms, for then the attribute is Type 1 somewhere; else empty.
    ///
    /// X and Z as such are for Types that their attributes have nearly everywhere; where an IOD asks for more (PS3.3
    /// §C.11.10: Presentation Creation Date is Type 1), an object without the value would be none of its class, and a
    /// dummy says no more than an absent value.
    func resolved(for type: @autoclosure () -> AttributeType?) -> ConfidentialityTable.Action {
        switch self {
        // The UIDs in it are replaced, so that it can stay where it need not, and references resolve.
        case .keep, .clean, .dummy, .uid, .removeZeroOrUID: return self
        default: return resolved(type())
        }
    }

    private func resolved(_ type: AttributeType?) -> ConfidentialityTable.Action {
        let needsValue = type?.needsValue ?? false
        switch self {
        case .keep, .clean, .dummy, .uid, .removeZeroOrUID: return self
        case .remove: return needsValue ? .dummy : type == nil || type == .three ? .remove : .zero
        case .zero: return needsValue ? .dummy : .zero
        case .zeroOrDummy: return type == nil || needsValue ? .dummy : .zero
        case .removeOrZero: return type == .three ? .remove : needsValue ? .dummy : .zero
        case .removeOrDummy: return type == .three ? .remove : .dummy
        case .removeZeroOrDummy: return type == .three ? .remove : type == nil || needsValue ? .dummy : .zero
        }
    }
}
