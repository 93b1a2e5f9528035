internal import DICOM

/// An item within those that enclose it: where a condition of its attributes finds what it speaks of.
///
/// An attribute is sought in the item itself, and where the table does not have it there, in the enclosing data sets;
/// in an item of the functional groups also within the macros, which have one item each (PS3.3 §C.7.6.16.1).
struct Scope: AttributeLookup {
    /// One data set.
    struct Level {
        let dataSet: DataSet
        /// Whether it is an item of the shared or per-frame functional groups.
        var isGroup = false
    }

    /// Outermost first.
    var levels: [Level]
    /// What the table has in the innermost data set.
    var rows: [AttributeRow]
    let definition: InformationObjectDefinition

    var dataSet: DataSet { levels.last?.dataSet ?? DataSet() }

    /// The scope of an item in the innermost data set.
    func entering(_ item: DataSet, rows: [AttributeRow]) -> Scope {
        Scope(levels: levels + [Level(dataSet: item)], rows: rows, definition: definition)
    }

    func isPresent(_ tag: UInt32) -> Bool { element(tag) != nil }

    func values(_ tag: UInt32) -> [String] { element(tag)?.strings(in: .default) ?? [] }

    func isDemanded(_ tag: UInt32) -> Bool { definition.demanded.contains(tag) }

    private func element(_ tag: UInt32) -> DataElement? {
        let tag = Tag(rawValue: tag)
        for (depth, level) in levels.enumerated().reversed() {
            if let element = level.dataSet[tag] { return element }
            if level.isGroup, let element = elementOfMacros(level.dataSet, tag) { return element }
            if depth == levels.count - 1, !level.isGroup, rows.contains(where: { $0.covers(tag) }) { return nil }
        }
        return nil
    }

    private func elementOfMacros(_ group: DataSet, _ tag: Tag) -> DataElement? {
        for macro in group.elements {
            if let element = macro.items?.first?.dataSet[tag] { return element }
        }
        return nil
    }
}
