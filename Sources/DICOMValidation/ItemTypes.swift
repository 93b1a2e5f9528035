public import DICOM

/// The Types that an IOD gives to the attributes in the items of one sequence.
public struct ItemTypes: Sendable {
    /// The strongest Type of each attribute that may stand there, by tag. Attributes of repeating groups are not here.
    public let types: [UInt32: AttributeType]
    let rows: [UInt32: [AttributeRow]]
}

extension InformationObjectDefinition {
    /// What stands in the items of `sequence` in the outermost data set, or in the items that `outer` is about.
    ///
    /// One level at a time, so that whoever walks through a file asks for each place once.
    /// - Returns: `nil` where the IOD has no such sequence there.
    public func items(of sequence: Tag, in outer: ItemTypes? = nil) -> ItemTypes? {
        let index = IODIndex.shared
        let sequences = outer.map { $0.rows[sequence.rawValue] ?? [] } ?? outermostRows(of: sequence)
        var entries = sequences.flatMap(\.children)
        if sequence == .SharedFunctionalGroupsSequence || sequence == .PerFrameFunctionalGroupsSequence {
            entries += object.functionalGroups.flatMap { index.entries(of: $0.table) }
        }
        guard !entries.isEmpty else { return nil }
        let rows = index.rows(of: entries)
        // Sequences that several tables have at one place, within each other: nothing that PS3.3 does as often.
        guard rows.count <= 4096 else { return nil }
        let byTag = Dictionary(grouping: rows, by: \.tag)
        return ItemTypes(
            types: byTag.compactMapValues { $0.map(\.type).max() }, rows: byTag)
    }
}
