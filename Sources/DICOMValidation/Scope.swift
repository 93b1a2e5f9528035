internal import DICOM

/// An item within those that enclose it: where a condition of its attributes finds what it speaks of.
///
/// An attribute is sought in the item itself, and where the table does not have it there, in the enclosing data sets;
/// in an item of the functional groups also within the macros, which have one item each (PS3.3 §C.7.6.16.1).
struct Scope: AttributeLookup {
    /// One data set.
    struct Level {
        /// In the order of its tags, so that each search is a short one whatever the order of the file.
        let dataSet: DataSet
        /// Where it is an item of the functional groups: the items of its macros.
        let macros: [DataSet]

        init(_ dataSet: DataSet, macros tags: [Tag] = []) {
            let ordered = dataSet.inOrderOfTags
            self.dataSet = ordered
            macros = tags.compactMap { ordered.sequence($0)?.first?.inOrderOfTags }
        }
    }

    /// Outermost first.
    var levels: [Level]
    /// What the table has in the innermost data set.
    var rows: [AttributeRow]
    let definition: InformationObjectDefinition

    var dataSet: DataSet { levels.last?.dataSet ?? DataSet() }

    /// The scope of an item in the innermost data set.
    func entering(_ item: DataSet, rows: [AttributeRow]) -> Scope {
        Scope(levels: levels + [Level(item)], rows: rows, definition: definition)
    }

    func isPresent(_ tag: UInt32) -> Bool { element(tag) != nil }

    // A value that a condition asks for is short; a long one is none, and is not taken apart.
    func values(_ tag: UInt32) -> [String] {
        guard let element = element(tag), element.count <= Scope.longestAsked else { return [] }
        return element.strings(in: .default)
    }

    /// Bytes of the longest value that is compared with terms.
    static let longestAsked = 4096

    func isDemanded(_ tag: UInt32) -> Bool { definition.demanded.contains(tag) }

    private func element(_ tag: UInt32) -> DataElement? {
        let tag = Tag(rawValue: tag)
        for (depth, level) in levels.enumerated().reversed() {
            if let element = level.dataSet[tag] { return element }
            for macro in level.macros {
                if let element = macro[tag] { return element }
            }
            let isInnermost = depth == levels.count - 1
            if isInnermost, level.macros.isEmpty, rows.contains(where: { $0.covers(tag) }) { return nil }
        }
        return nil
    }
}

extension DataSet {
    /// The same elements with ascending tags; of those that stand twice the last is found, as before.
    var inOrderOfTags: DataSet {
        let isOrdered = zip(elements, elements.dropFirst()).allSatisfy { $0.tag <= $1.tag }
        guard !isOrdered else { return self }
        let places = elements.indices.sorted { (elements[$0].tag, $0) < (elements[$1].tag, $1) }
        return DataSet(places.map { elements[$0] })
    }
}
