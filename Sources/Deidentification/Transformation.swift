import ByteIO
import DICOM

/// One object on its way through the profile: what is known of it, and what was done.
struct Transformation {
    let profile: Profile
    let columns: ConfidentialityTable.OptionColumns
    let rules: RuleIndex
    let pseudonyms: Pseudonyms
    let subjectCode: String
    let scrubber: TextScrubber
    /// Days by which dates move; `nil` where they do not stay.
    let dateShift: Int?
    /// The file, for values that were left in the source.
    let file: DICOMFile
    var types: AttributeTypes
    let isDirectory: Bool
    /// Bytes of the document that stands in for an encapsulated one.
    var documentCount: Int?
    var summary = Outcome.Summary()
    /// Why a person must look at the object, found on the way.
    var review: String?
    /// What became of the same attributes in the file before; `nil` where that is not asked.
    var recollection: Recollection?
    /// Fragments of pixel data were cut, so that their Extended Offset Table is wrong.
    var movedFragments = false

    /// Where an element stands.
    struct Place {
        /// The sequences around it.
        var path: AttributeTypes.Path = []
        var depth: Int { path.count }
        /// Within a sequence that is replaced by a dummy: structure stays, values go.
        var isDummy = false
        /// Codes stay within such a sequence.
        var keepsCodes = true
        /// Within content items of a structured report.
        var isContent = false
    }

    enum Fate {
        case keep
        case remove
        case replace(DataElement, AttributeAction.Action = .replaced)
    }

    /// The elements that stay, changed or not; `nil` where nothing changes.
    mutating func dataSet(_ dataSet: DataSet, at place: Place) throws(DeidentificationError) -> DataSet? {
        var out: [DataElement] = []
        out.reserveCapacity(dataSet.elements.count + 4)
        var isChanged = false
        var isAscending = true
        var level = Level(dataSet)
        for element in dataSet.elements {
            let fate =
                place.depth == 0
                ? try outermostFate(of: element, in: &level) : try fate(of: element, in: &level, at: place)
            let kept: DataElement
            switch fate {
            case .keep:
                summary.counts.kept += 1
                summary.tally.count(element.tag, .kept)
                kept = element
            case .remove:
                isChanged = true
                summary.counts.removed += 1
                summary.tally.count(element.tag, .removed)
                continue
            case .replace(let other, let action):
                isChanged = true
                summary.tally.count(element.tag, action)
                kept = other
            }
            if let last = out.last, last.tag >= kept.tag {
                isAscending = false
            }
            out.append(kept)
        }
        if !isAscending {
            isChanged = true
            out = Self.ordered(out)
        }
        guard isChanged else { return nil }
        var result = dataSet
        result.elements = out
        return result
    }

    /// In the order of the tags (PS3.5 §7.1), each only once: of those that stand twice the last, as a reader takes it.
    private static func ordered(_ elements: [DataElement]) -> [DataElement] {
        var last: [Tag: Int] = [:]
        for (index, element) in elements.enumerated() { last[element.tag] = index }
        return last.sorted { $0.key < $1.key }.map { elements[$0.value] }
    }

    /// What must be known of a data set to judge its elements.
    struct Level {
        let dataSet: DataSet
        let characterSet: CharacterSet
        /// The code in this item belongs to a public coding scheme.
        let hasPublicCode: Bool
        private var creators: [UInt32: String] = [:]

        init(_ dataSet: DataSet) {
            self.dataSet = dataSet
            characterSet = dataSet.characterSet
            hasPublicCode =
                dataSet.contains(.CodingSchemeDesignator)
                && PublicCodingScheme.contains(dataSet.string(.CodingSchemeDesignator) ?? "")
        }

        /// The private creator that reserves the block of `tag` (PS3.5 §7.8.1).
        mutating func creator(of tag: Tag) -> String {
            let creatorTag = Tag(tag.group, tag.element >> 8)
            if let known = creators[creatorTag.rawValue] { return known }
            let name = dataSet.string(creatorTag) ?? ""
            creators[creatorTag.rawValue] = name
            return name
        }
    }

    // MARK: Which rule

    mutating func fate(
        of element: DataElement, in level: inout Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        let tag = element.tag
        // Group lengths are retired and may count what is gone (PS3.5 §7.2); trailing padding has no end.
        if tag.isGroupLength || tag.rawValue == 0xFFFC_FFFC { return .remove }
        switch tag.group {
        // Commands and directories do not belong into a data set (PS3.15 E.1.1).
        case 0x0004 where isDirectory: return try directoryFate(of: element, in: level)
        case 0x0000...0x0007, 0xFFFE: return .remove
        default: break
        }
        guard !rules.isEmpty else { return try standardFate(of: element, in: &level, at: place) }
        switch try ruled(element, in: &level, at: place) {
        case .fate(let fate): return fate
        case .none: return try standardFate(of: element, in: &level, at: place)
        case .changed(let changed):
            let fate = try standardFate(of: changed, in: &level, at: place)
            if case .keep = fate { return .replace(changed, .cleaned) }
            return fate
        }
    }

    /// What the standard makes of the element.
    private mutating func standardFate(
        of element: DataElement, in level: inout Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        let tag = element.tag
        if tag.isPrivate { return try privateFate(of: element, in: &level, at: place) }
        switch tag.group & 0xFF00 {
        // Curves and overlays: every element of the group, since without its data the rest describes nothing.
        case 0x5000, 0x6000: return .remove
        // Variable pixel data (retired): nobody knows its size.
        case 0x7F00 where tag.group != 0x7FE0: return .remove
        default: break
        }
        if place.depth == 0, tag.group == 0x7FE0 { return try pixelFate(of: element) }
        if let row = ConfidentialityTable.row(tag) { return try fate(of: element, row: row, in: level, at: place) }
        guard let vr = DataDictionary.vr(of: tag) else { return .remove }
        return try unlistedFate(of: element, vr: vr, in: level, at: place)
    }

    /// Private attributes go (Table E.1-1, last row), unless they are on the safe list and the option asks for them.
    private mutating func privateFate(
        of element: DataElement, in level: inout Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        guard profile.has(.retainSafePrivate), place.depth == 0 || !place.isDummy else { return .remove }
        if element.tag.isPrivateCreator {
            let name = level.dataSet.string(element.tag) ?? ""
            return SafePrivate.isKnown(creator: name) ? .keep : .remove
        }
        guard element.tag.element >= 0x1000,
            let vr = SafePrivate.vr(creator: level.creator(of: element.tag), tag: element.tag),
            element.vr == vr || element.vr == .UN || (element.vr.isText && vr.isText)
        else { return .remove }
        if element.vr == .UN, vr != .UN, vr.isText || vr == .SQ {
            // Bytes that should be text or items: only known to be safe when read as what they are.
            guard vr.isText, let bytes = element.bytes else { return .remove }
            return try valueFate(of: DataElement(element.tag, vr, bytes: bytes), in: level, at: place)
        }
        return try valueFate(of: element, in: level, at: place)
    }

    /// A row of Table E.1-1.
    private mutating func fate(
        of element: DataElement, row: ConfidentialityTable.Row, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        switch element.tag {
        case .PatientName: return replaceText(element, .PN, subjectCode)
        case .PatientID: return replaceText(element, .LO, subjectCode)
        default: break
        }
        let action = row.action(under: columns)
        switch action {
        case .keep:
            return try kept(element, row: row, in: level, at: place)
        case .clean:
            return try clean(element, row: row, in: level, at: place)
        default:
            return try apply(action, to: element, at: place)
        }
    }

    /// The basic action, in the form that the attribute's Type in the file's IOD asks for.
    mutating func apply(
        _ action: ConfidentialityTable.Action, to element: DataElement, at place: Place
    ) throws(DeidentificationError) -> Fate {
        switch action.resolved(for: types.type(of: element.tag, in: place.path)) {
        case .remove: return .remove
        case .zero, .removeOrZero: return empty(element)
        case .dummy, .zeroOrDummy, .removeOrDummy, .removeZeroOrDummy: return try dummy(element, place)
        case .uid: return mapUIDs(element)
        case .removeZeroOrUID: return try recurse(element, place)
        case .keep, .clean: return .remove
        }
    }

    /// Keeps a sequence and cleans every item of it (PS3.15 E.1.1).
    mutating func recurse(_ element: DataElement, _ place: Place) throws(DeidentificationError) -> Fate {
        guard case .sequence(let items) = element.value else { return .remove }
        var inner = place
        inner.path.append(element.tag.rawValue)
        var isChanged = false
        var out: [Item] = []
        out.reserveCapacity(items.count)
        for var item in items {
            var itemPlace = inner
            if place.isContent, !place.isDummy {
                switch contentAction(item.dataSet) {
                case .remove:
                    isChanged = true
                    continue
                case .dummy: itemPlace.isDummy = true
                case .keep, .clean: break
                }
            }
            if let changed = try dataSet(item.dataSet, at: itemPlace) {
                isChanged = true
                item.dataSet = changed
            }
            out.append(item)
        }
        guard isChanged else { return .keep }
        var changed = element
        changed.value = .sequence(out)
        return .replace(changed, place.isDummy ? .replaced : .cleaned)
    }

    /// Table E.3.4-1 for a content item; other items are cleaned by the rules of their attributes.
    private func contentAction(_ item: DataSet) -> StructuredContent.Action {
        guard let name = item.sequence(.ConceptNameCodeSequence)?.first else { return .clean }
        return StructuredContent.action(
            code: name.string(.CodeValue) ?? "", scheme: name.string(.CodingSchemeDesignator) ?? "",
            valueType: item.string(.ValueType) ?? "", profile: profile)
    }
}

/// Coding schemes whose code values name things, not persons (PS3.16 §8).
enum PublicCodingScheme {
    private static let names: Set<String> = [
        "DCM", "SCT", "SRT", "SNM3", "SNM", "99SDM", "UCUM", "LN", "NCIt", "FMA", "RADLEX", "I10", "I9", "I9C", "I10P",
        "ICDO3", "MSH", "UMLS", "ITIS_TSN", "RXNORM", "PUBCHEM_CID", "CAS", "BI", "BARI", "ACR", "NCDR", "IBSI", "C4",
        "RadElement", "NDC", "SCPECG", "ISO639_1", "ISO639_2", "ISO3166_1", "FDAUNII", "NEU", "MAYOASRG", "mdc", "MDC",
        "UNS",
    ]

    static func contains(_ name: String) -> Bool {
        names.contains(name) || name.hasPrefix("NCDR ") || name.hasPrefix("BARI")
    }
}
