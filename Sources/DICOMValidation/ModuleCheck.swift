internal import DICOM

/// The modules of an IOD against one data set.
struct ModuleCheck {
    private(set) var findings = FindingList()
    private let definition: InformationObjectDefinition
    private let root: Scope.Level
    private let index = IODIndex.shared

    init(_ definition: InformationObjectDefinition, _ dataSet: DataSet) {
        self.definition = definition
        root = Scope.Level(dataSet)
    }

    mutating func run() {
        for (use, rows) in zip(definition.object.modules, definition.rows) where applies(use, rows) {
            check(scope(rows), at: [], use.clause)
        }
        if !definition.object.functionalGroups.isEmpty { checkFunctionalGroups() }
    }

    private func scope(_ rows: [AttributeRow]) -> Scope {
        Scope(levels: [root], rows: rows, definition: definition)
    }

    /// Whether the module must be there by its usage, or is there by an attribute that no other module has.
    private func applies(_ use: ModuleUse, _ rows: [AttributeRow]) -> Bool {
        if use.usage == .mandatory { return true }
        if let condition = use.condition, condition.holds(scope([])) == true { return true }
        return rows.contains { row in
            definition.optionalUses[row.tag] == 1
                && (row.mask == .max
                    ? root.dataSet.contains(Tag(rawValue: row.tag))
                    : root.dataSet.elements.contains { row.covers($0.tag) })
        }
    }

    /// Checks the attributes of `scope.rows` in its innermost data set.
    private mutating func check(_ scope: Scope, at path: [TagPath.Step], _ clause: String) {
        let repeating = scope.rows.filter { $0.mask != .max }
        for row in scope.rows where row.mask == .max { check(row, Tag(rawValue: row.tag), scope, at: path, clause) }
        guard !repeating.isEmpty else { return }
        // The module describes each of the groups, such as 6000 to 601E, that has any of its attributes (PS3.5 §7.6).
        let tags = scope.dataSet.elements.map(\.tag)
        let groups = Set(tags.filter { tag in !tag.isPrivate && repeating.contains { $0.covers(tag) } }.map(\.group))
        for group in groups.sorted() {
            for row in repeating {
                check(row, Tag(group, UInt16(truncatingIfNeeded: row.tag)), scope, at: path, clause)
            }
        }
    }

    private mutating func check(
        _ row: AttributeRow, _ tag: Tag, _ scope: Scope, at path: [TagPath.Step], _ clause: String
    ) {
        let isIncluded = row.onlyIf.map { $0.holds(scope) }
        if isIncluded.contains(false) { return }
        let place = TagPath(path + [TagPath.Step(tag)])
        guard let element = scope.dataSet[tag] else {
            if !isIncluded.contains(nil), isRequired(row, scope) {
                findings.add(.error, .missing, place, "Type \(row.type.rawValue)", clause)
            }
            return
        }
        if row.type.needsValue, element.isEmpty {
            findings.add(.error, .empty, place, "Type \(row.type.rawValue)", clause)
        }
        if row.isExclusive, row.condition?.holds(scope) == false {
            findings.add(.warning, .unexpected, place, "Type \(row.type.rawValue)", clause)
        }
        checkValues(row, element, place, clause)
        guard let items = element.items else { return }
        if row.isSingle, items.count > 1 { findings.add(.error, .items, place, "one item", clause) }
        guard !row.children.isEmpty else { return }
        let rows = index.rows(of: row.children)
        for (number, item) in items.enumerated() {
            check(
                scope.entering(item.dataSet, rows: rows), at: path + [TagPath.Step(tag, item: number)], clause)
        }
    }

    private func isRequired(_ row: AttributeRow, _ scope: Scope) -> Bool {
        switch row.type {
        case .one, .two: true
        case .oneConditional, .twoConditional: row.condition?.holds(scope) == true
        case .three: false
        }
    }

    private mutating func checkValues(_ row: AttributeRow, _ element: DataElement, _ place: TagPath, _ clause: String) {
        guard !row.values.isEmpty, element.count <= Scope.longestAsked else { return }
        let values = element.strings(in: .default)
        for list in row.values {
            let asked = list.index == 0 ? values[...] : values.dropFirst(list.index - 1).prefix(1)
            let isFine = asked.allSatisfy { value in value.isEmpty || list.contains(value) }
            guard !isFine else { continue }
            let which = list.index == 0 ? "values" : "value \(list.index)"
            if list.isEnumerated {
                findings.add(
                    .error, .enumeratedValue, place, "\(which) of \(list.terms.joined(separator: ", "))", clause)
            } else {
                findings.add(.warning, .definedTerm, place, "\(which) of \(list.terms.joined(separator: ", "))", clause)
            }
        }
    }
}

extension ModuleCheck {
    /// Functional group macros are shared, or in every frame, not both (PS3.3 §C.7.6.16.1).
    private mutating func checkFunctionalGroups() {
        let uses = definition.object.functionalGroups.map { ($0, index.rows(of: $0)) }
        let tags = uses.flatMap { $0.1.map { Tag(rawValue: $0.tag) } }
        let shared = root.dataSet.sequence(.SharedFunctionalGroupsSequence)?.first.map { Scope.Level($0, macros: tags) }
        let groups = root.dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []
        guard shared != nil || !groups.isEmpty else { return }
        let frames = groups.map { Scope.Level($0, macros: tags) }
        for (use, rows) in uses { check(use, rows, shared, frames) }
    }

    private mutating func check(
        _ use: ModuleUse, _ rows: [AttributeRow], _ shared: Scope.Level?, _ frames: [Scope.Level]
    ) {
        let tags = rows.map { Tag(rawValue: $0.tag) }
        guard let tag = tags.first else { return }
        let isShared = shared.map { group in tags.contains { group.dataSet.contains($0) } } ?? false
        let sharedStep = TagPath.Step(.SharedFunctionalGroupsSequence, item: 0)
        if let shared, isShared { check(scope(frames.first, shared, rows), at: [sharedStep], use.clause) }
        for (number, frame) in frames.enumerated() {
            let step = TagPath.Step(.PerFrameFunctionalGroupsSequence, item: number)
            let place = TagPath([step, TagPath.Step(tag)])
            if tags.contains(where: { frame.dataSet.contains($0) }) {
                check(scope(shared, frame, rows), at: [step], use.clause)
                if isShared { findings.add(.error, .doubledMacro, place, "shared or in frames", use.clause) }
            } else if !isShared, isRequired(use, scope(shared, frame, rows)) {
                findings.add(.error, .missingMacro, place, "shared or in every frame", use.clause)
            }
        }
        if frames.isEmpty, !isShared, use.usage == .mandatory {
            let place = TagPath([sharedStep, TagPath.Step(tag)])
            findings.add(.error, .missingMacro, place, "shared or in every frame", use.clause)
        }
    }

    private func isRequired(_ use: ModuleUse, _ scope: Scope) -> Bool {
        switch use.usage {
        case .mandatory: true
        case .conditional: use.condition?.holds(scope) == true
        case .optional: false
        }
    }

    private func scope(_ other: Scope.Level?, _ group: Scope.Level, _ rows: [AttributeRow]) -> Scope {
        Scope(levels: [root] + (other.map { [$0] } ?? []) + [group], rows: rows, definition: definition)
    }
}

extension ValueList {
    /// Whether `value` is one of the terms; numbers are compared as numbers.
    func contains(_ value: String) -> Bool {
        terms.contains { $0 == value || (Double($0) != nil && Double($0) == Double(value)) }
    }
}

extension DataElement {
    /// Whether there is no value: no bytes, no item, or padding only.
    var isEmpty: Bool {
        switch value {
        case .sequence(let items): items.isEmpty
        case .fragments: false
        case .raw(let raw):
            raw.count == 0 || (vr.isText && (raw.bytes?.prefix(64).allSatisfy { $0 == 0x20 || $0 == 0 } ?? false))
        }
    }
}
