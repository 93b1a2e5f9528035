import ByteIO
import DICOM

/// The rules of a profile, ready to be looked up by tag.
struct RuleIndex: Sendable {
    struct Entry: Sendable {
        let rule: ProfileRule
        let pattern: TextPattern?
    }

    private var entries: [UInt32: [Entry]] = [:]

    init(_ rules: [ProfileRule]) {
        for rule in rules {
            // It compiled when the rule was made.
            let pattern = rule.pattern.flatMap { try? TextPattern($0) }
            entries[rule.tag.rawValue, default: []].append(Entry(rule: rule, pattern: pattern))
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    func entry(for tag: Tag, creator: () -> String) -> Entry? {
        guard tag.isPrivate else { return entries[tag.rawValue]?.first }
        guard tag.element >= 0x1000, let candidates = entries[tag.rawValue & 0xFFFF_00FF] else { return nil }
        let creator = creator()
        return candidates.first { $0.rule.creator == creator }
    }
}

extension Transformation {
    /// What a rule of the project says of an element.
    enum Ruling {
        case fate(Fate)
        /// The standard has to say what becomes of this in the element's place.
        case changed(DataElement)
        /// No rule is for it, or it is not as the rule demands.
        case none
    }

    mutating func ruled(
        _ element: DataElement, in level: inout Level, at place: Place
    ) throws(DeidentificationError) -> Ruling {
        if element.tag.isPrivateCreator {
            // A kept private attribute is nothing without the creator that reserves its block.
            let name = level.dataSet.string(element.tag) ?? ""
            return !place.isDummy && profile.rules.contains { $0.creator == name && $0.action.keepsSomething }
                ? .fate(.keep) : .none
        }
        guard let entry = rules.entry(for: element.tag, creator: { level.creator(of: element.tag) }) else {
            return .none
        }
        switch entry.rule.action {
        case .remove: return .fate(.remove)
        case .empty: return .fate(empty(element))
        case .replace:
            let vr = DataDictionary.vr(of: element.tag) ?? element.vr
            guard element.items == nil, let value = entry.rule.value else { return .fate(.remove) }
            summary.counts.replaced += 1
            return .fate(.replace(DataElement(element.tag, vr, strings: [value], in: level.characterSet)))
        case .replaceMatching: return replacingMatches(of: entry, in: element, level)
        // Within what a dummy replaces nothing is kept.
        case .keep, .keepMatching, .clean:
            guard !place.isDummy else { return .none }
            return try keptByRule(element, entry, in: level, at: place).map(Ruling.fate) ?? .none
        }
    }

    private mutating func keptByRule(
        _ element: DataElement, _ entry: RuleIndex.Entry, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate? {
        if element.items != nil { return try recurse(element, place) }
        guard case .raw(let raw) = element.value, raw.count > 0 else { return element.count == 0 ? .keep : nil }
        if let pattern = entry.pattern {
            guard element.bytes != nil, element.vr.isText,
                element.strings(in: level.characterSet).allSatisfy({ $0.isEmpty || pattern.matchesWhole($0) })
            else { return nil }
        }
        let vr = DataDictionary.vr(of: element.tag) ?? element.vr
        switch vr {
        case .LO, .SH, .ST, .LT, .UT, .UC: return try keptText(element, entry, vr, in: level, at: place)
        case .OB, .OW, .UN:
            // Vendors keep whole headers in there.
            let bytes = try bytes(of: raw)
            return scrubber.identifiers.occur(in: bytes) ? .remove : .keep
        case .PN: return nil
        default: return try valueFate(of: element, in: level, at: place)
        }
    }

    /// As it is, where nothing in it is known of the patient or the staff; cleaned where something is.
    private mutating func keptText(
        _ element: DataElement, _ entry: RuleIndex.Entry, _ vr: VR, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate? {
        guard element.vr.isText, let bytes = element.bytes else { return nil }
        let mayStay = entry.rule.action != .clean && !scrubber.identifiers.occur(in: bytes)
        if mayStay { return .keep }
        switch try scrubbed(element, vr: vr, mode: .descriptor, in: level) {
        case .unchanged: return .keep
        case .cleaned(let new): return .replace(new, .cleaned)
        case .nothing: return try dummy(element, place)
        }
    }

    private mutating func replacingMatches(
        of entry: RuleIndex.Entry, in element: DataElement, _ level: Level
    ) -> Ruling {
        guard let pattern = entry.pattern, let value = entry.rule.value, element.vr.isText, element.bytes != nil else {
            return .none
        }
        let old = element.strings(in: level.characterSet)
        let new = old.map { pattern.replacing(in: $0, with: value) ?? $0 }
        guard new != old else { return .none }
        summary.counts.cleanedTexts += 1
        return .changed(DataElement(element.tag, element.vr, strings: new, in: level.characterSet))
    }

    func bytes(of raw: RawValue) throws(DeidentificationError) -> Bytes {
        do { return try file.bytes(of: raw) } catch {
            throw DeidentificationError(.unreadable, offset: error.offset, error.reason)
        }
    }
}

extension ProfileRule.Action {
    /// Whether an attribute may be left with what was in it.
    var keepsSomething: Bool { [.keep, .keepMatching, .clean].contains(self) }
}
