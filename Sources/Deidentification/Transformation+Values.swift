import ByteIO
import DICOM

extension Transformation {
    // MARK: Replacing

    private func vr(for element: DataElement) -> VR {
        DataDictionary.vr(of: element.tag) ?? element.vr
    }

    mutating func replaceText(_ element: DataElement, _ vr: VR, _ text: String) -> Fate {
        summary.counts.replaced += 1
        return .replace(DataElement(element.tag, vr, strings: [text]))
    }

    mutating func empty(_ element: DataElement) -> Fate {
        if element.count == 0, element.items?.isEmpty ?? true { return .keep }
        summary.counts.emptied += 1
        let vr = vr(for: element)
        let emptied = vr == .SQ ? DataElement(element.tag, items: []) : DataElement(element.tag, vr, bytes: Bytes())
        return .replace(emptied, .emptied)
    }

    /// A value of the VR that says nothing. What was empty stays so: it hides nothing.
    mutating func dummy(_ element: DataElement, _ place: Place) throws(DeidentificationError) -> Fate {
        if case .sequence = element.value { return try dummySequence(element, place) }
        guard element.count > 0 else { return .keep }
        let vr = vr(for: element)
        if element.tag == .EncapsulatedDocument { return dummyDocument() }
        guard let value = Self.dummyText(vr, of: element.tag) else {
            // Numbers and bytes: zeros. A sequence that could not be read has no items to keep.
            guard vr != .SQ, element.count <= 1 << 20 else { return .remove }
            summary.counts.replaced += 1
            let count = vr.isBulk ? 2 * max(1, vr.unitSize / 2) : element.count
            return .replace(DataElement(element.tag, vr, bytes: Bytes([UInt8](repeating: 0, count: count))))
        }
        return replaceText(element, vr, value)
    }

    /// The items stay as a structure; what they hold becomes dummies.
    private mutating func dummySequence(_ element: DataElement, _ place: Place) throws(DeidentificationError) -> Fate {
        var inner = place
        inner.isDummy = true
        switch element.tag {
        case .ContentSequence, .WaveformAnnotationSequence, .GraphicAnnotationSequence, .AcquisitionContextSequence:
            inner.keepsCodes = true
        default: inner.keepsCodes = false
        }
        return try recurse(element, inner)
    }

    static func dummyText(_ vr: VR, of tag: Tag) -> String? {
        // Two short strings have a form (PS3.3 §C.12.1.1.7).
        if tag == .TimezoneOffsetFromUTC { return "+0000" }
        return switch vr {
        case .AE, .CS, .LO, .LT, .PN, .SH, .ST, .UC, .UT: "REMOVED"
        case .UR: "urn:removed"
        case .AS: "000Y"
        case .DA: "19000101"
        case .DT: "19000101000000"
        case .TM: "000000"
        case .DS, .IS: "0"
        default: nil
        }
    }

    // MARK: UIDs

    /// Maps every UID that does not name something of the standard, the same everywhere.
    mutating func mapUIDs(_ element: DataElement) -> Fate {
        guard element.count > 0 else { return .keep }
        guard element.vr == .UI, element.bytes != nil else {
            // A UID attribute that holds something else; as text it maps like any other.
            guard element.vr.isText, let bytes = element.bytes, bytes.count <= 4096 else { return .remove }
            return mapUIDs(DataElement(element.tag, .UI, bytes: bytes))
        }
        let old = element.strings(in: .default)
        var isChanged = false
        let new = old.map { uid in
            guard !uid.isEmpty, !StandardUID.isStandard(uid) else { return uid }
            isChanged = true
            summary.counts.mappedUIDs += 1
            return pseudonyms.uid(uid)
        }
        return isChanged ? .replace(DataElement(element.tag, .UI, strings: new), .mapped) : .keep
    }

    // MARK: Dates

    /// Moves each date of the element; `nil` where one cannot be read.
    func shifted(_ element: DataElement, by days: Int) -> DataElement? {
        guard element.vr.isText, element.bytes != nil else { return nil }
        let vr = vr(for: element)
        var new: [String] = []
        for text in element.strings(in: .default) {
            guard !text.isEmpty else {
                new.append(text)
                continue
            }
            guard let moved = Self.shifted(text, by: days) else { return nil }
            new.append(moved)
        }
        return DataElement(element.tag, vr, strings: new)
    }

    /// A date, or a date and time, in the precision it had.
    static func shifted(_ text: String, by days: Int) -> String? {
        if let date = DICOMDate(text) { return DICOMDate(daysSince1970: date.daysSince1970 + days)?.text }
        guard let moment = DICOMDateTime(text),
            let new = DICOMDate(daysSince1970: moment.date.daysSince1970 + days)
        else { return nil }
        return String(new.text.prefix(moment.dateDigits)) + text.dropFirst(moment.dateDigits)
    }

    // MARK: Clean

    /// Action C: dates move, text is scrubbed, sequences are cleaned item by item; what cannot be cleaned falls back
    /// to the basic action.
    mutating func clean(
        _ element: DataElement, row: ConfidentialityTable.Row, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        if element.items != nil {
            var inner = place
            inner.isContent = inner.isContent || row.cell(.cleanStructuredContent) != 0
            return try recurse(element, inner)
        }
        let vr = vr(for: element)
        if row.isTemporal {
            switch vr {
            case .DA, .DT:
                if let dateShift, let moved = shifted(element, by: dateShift) {
                    guard element.count > 0 else { return .keep }
                    summary.counts.shiftedDates += 1
                    return .replace(moved, .shifted)
                }
            case .TM where isTime(element): return .keep
            case .SH where isOffset(element): return .keep
            default: break
            }
            return try apply(row.basic, to: element, at: place)
        }
        guard vr.isText, element.vr.isText, !place.isDummy else { return try apply(row.basic, to: element, at: place) }
        switch try scrubbed(element, vr: vr, mode: .descriptor, in: level) {
        case .unchanged: return .keep
        case .cleaned(let new): return .replace(new, .cleaned)
        case .nothing: return try apply(row.basic, to: element, at: place)
        }
    }

    /// Only digits, colons and a fraction: no text in a time.
    func isTime(_ element: DataElement) -> Bool {
        guard let bytes = element.bytes, bytes.count <= 1024 else { return false }
        return element.strings(in: .default).allSatisfy { $0.isEmpty || DICOMTime($0) != nil }
            && bytes.allSatisfy { $0 <= 0x3A || $0 == 0x5C }
    }

    /// An offset from UTC: &ZZXX.
    private func isOffset(_ element: DataElement) -> Bool {
        element.strings(in: .default).allSatisfy { text in
            text.isEmpty || (text.utf8.count == 5 && Int(text) != nil && (text.hasPrefix("+") || text.hasPrefix("-")))
        }
    }

    enum Scrubbed {
        case unchanged
        case cleaned(DataElement)
        case nothing
    }

    /// Scrubs each value of a text.
    mutating func scrubbed(
        _ element: DataElement, vr: VR, mode: TextScrubber.Mode, in level: Level
    ) throws(DeidentificationError) -> Scrubbed {
        guard element.count > 0 else { return .unchanged }
        guard case .raw(let raw) = element.value, raw.count <= 1 << 20 else { return .nothing }
        var element = element
        if element.bytes == nil {
            do { element = DataElement(element.tag, element.vr, bytes: try file.bytes(of: raw)) } catch {
                throw DeidentificationError(.unreadable, offset: error.offset, error.reason)
            }
        }
        // Control characters beyond those of text: escape sequences that the character set does not explain.
        guard let bytes = element.bytes else { return .nothing }
        var old = element.strings(in: level.characterSet)
        var isChanged = false
        var kept = 0
        for index in old.indices {
            let whole = old[index]
            var text = whole
            // What stands behind a NUL is shown by nobody and read by everybody.
            if let end = text.firstIndex(of: "\0") { text = String(text[..<end]) }
            if text.utf8.contains(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D].contains($0) }) { text = "" }
            switch scrubber.scrub(text, mode: mode, limit: Self.limit(vr)) {
            case .unchanged: break
            // What is written anew has the length that its VR allows, even where the sender's had not.
            case .cleaned(let new): text = Self.cut(new, to: Self.limit(vr))
            case .nothing: text = ""
            }
            if text != whole {
                isChanged = true
                old[index] = text
            }
            if !text.isEmpty { kept += 1 }
        }
        // The bytes that decoding drops or replaces (padding apart) must not be written back.
        if !isChanged, Self.hidesBytes(bytes) { isChanged = true }
        guard isChanged else { return .unchanged }
        summary.counts.cleanedTexts += 1
        guard kept > 0 else { return .nothing }
        let vr = element.vr.isText && vr != .CS ? element.vr : vr
        return .cleaned(
            DataElement(element.tag, vr, strings: old, in: vr.usesSpecificCharacterSet ? level.characterSet : .default))
    }

    /// A NUL that is followed by anything but padding.
    private static func hidesBytes(_ bytes: Bytes) -> Bool {
        guard let end = bytes.firstIndex(of: 0) else { return false }
        return bytes[end...].contains { $0 != 0 && $0 != 0x20 }
    }

    /// The text up to the last word that ends within the limit, in characters.
    private static func cut(_ text: String, to limit: Int) -> String {
        // As many bytes as characters allowed are no more characters; counting those takes longer.
        guard text.utf8.count > limit, text.count > limit else { return text }
        let start = text.prefix(limit)
        let end = text.dropFirst(limit).first == " " ? start.endIndex : start.lastIndex(of: " ") ?? start.endIndex
        return String(start[..<end])
    }

    private static func limit(_ vr: VR) -> Int {
        switch vr {
        case .SH, .CS, .AE: 16
        case .LO: 64
        case .ST: 1024
        case .LT: 10_240
        default: .max
        }
    }
}
