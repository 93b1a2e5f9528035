public import DICOM
internal import Synchronization

/// What PS3.3 asks of the instances of a SOP Class: modules, their attributes and the types of these.
public struct InformationObjectDefinition: Sendable {
    let object: IODIndex.Object
    /// The attributes of each of `object.modules`.
    let rows: [[AttributeRow]]
    /// How many modules that need not be there have the attribute, and none that must; such an attribute of one
    /// module only is evidence of it.
    let optionalUses: [UInt32: Int]
    /// Type 1 and 1C attributes of the mandatory modules and of the functional group macros.
    let demanded: Set<UInt32>
    private let byTag: [UInt32: [AttributeRow]]
    private let repeating: [AttributeRow]

    private static let known = Mutex<[Int: InformationObjectDefinition]>([:])

    /// The edition of PS3.3 that the tables hold ("2025e").
    public static var edition: String { IODTable.edition }

    /// The IOD of `sopClass`; `nil` for private and retired classes and others that PS3.3 does not define.
    public static func of(sopClass: String) -> InformationObjectDefinition? {
        let index = IODIndex.shared
        guard let number = index.objectOfClass[sopClass] else { return nil }
        return known.withLock { known in
            if let definition = known[number] { return definition }
            let definition = InformationObjectDefinition(index.object(number), index)
            known[number] = definition
            return definition
        }
    }

    /// SOP Class UIDs that have an IOD.
    public static var sopClasses: [String] { IODIndex.shared.objectOfClass.keys.sorted() }

    /// Name of the IOD ("CT Image").
    public var name: String { object.name }

    /// Names of the modules, in the order of the IOD's table.
    public var modules: [String] { object.modules.map(\.name) }

    private init(_ object: IODIndex.Object, _ index: IODIndex) {
        self.object = object
        let everything = object.modules.map { index.rows(of: $0) }
        let overridden = Set(everything.joined().filter(\.overridesOthers).map(\.tag))
        rows = everything.map { $0.filter { !overridden.contains($0.tag) || $0.overridesOthers } }
        var uses: [UInt32: Int] = [:]
        var mandatory: Set<UInt32> = []
        var demanded: Set<UInt32> = []
        for (use, rows) in zip(object.modules, rows) {
            let tags = Set(rows.map(\.tag))
            if use.usage == .mandatory {
                mandatory.formUnion(tags)
                demanded.formUnion(rows.filter(\.type.needsValue).map(\.tag))
            } else {
                for tag in tags { uses[tag, default: 0] += 1 }
            }
        }
        optionalUses = uses.filter { !mandatory.contains($0.key) }
        for row in object.functionalGroups.flatMap({ index.rows(of: $0) }) {
            demanded.formUnion(index.rows(of: row.children).filter(\.type.needsValue).map(\.tag))
        }
        self.demanded = demanded
        let all = rows.flatMap(\.self)
        byTag = Dictionary(grouping: all, by: \.tag)
        repeating = all.filter { $0.mask != .max }
    }

    func outermostRows(of tag: Tag) -> [AttributeRow] {
        byTag[tag.rawValue] ?? repeating.filter { $0.covers(tag) }
    }

    /// The strongest type that any module, whatever its usage, or functional group macro gives to the attribute at
    /// `path`; `nil` where none has it there. Item numbers do not matter.
    public func requirement(of path: TagPath) -> AttributeType? {
        guard let first = path.steps.first else { return nil }
        let index = IODIndex.shared
        var rows = outermostRows(of: first.tag)
        for (outer, inner) in zip(path.steps, path.steps.dropFirst()) {
            var entries = rows.flatMap(\.children)
            if outer.tag == .SharedFunctionalGroupsSequence || outer.tag == .PerFrameFunctionalGroupsSequence {
                entries += object.functionalGroups.flatMap { index.entries(of: $0.table) }
            }
            rows = index.rows(of: entries).filter { $0.covers(inner.tag) }
        }
        return rows.map(\.type).max()
    }
}
