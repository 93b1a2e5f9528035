import ByteIO
import DICOM

/// Standard attributes that Table E.1-1 does not list. The table's authors found nothing in them that identifies; senders
/// put it there nevertheless, so what a rule cannot vouch for goes.
extension Transformation {
    mutating func unlistedFate(
        of element: DataElement, vr: VR, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        if element.tag == .ICCProfile { return try colourFate(of: element, at: place) }
        if element.tag == .EncapsulatedDocumentLength, let count = documentCount {
            return .replace(DataElement(element.tag, .UL, ints: [count]))
        }
        // Written with a VR of another kind: text where bytes belong, or the reverse.
        let isSequence = element.items != nil
        guard (vr == .SQ) == isSequence || (element.count == 0 && vr == .SQ) else { return .remove }
        guard isSequence || vr.isText == element.vr.isText || element.count == 0 else { return .remove }
        if place.isDummy, !isSequence, let fate = try dummyFate(of: element, vr: vr, in: level, at: place) {
            return fate
        }
        return try valueFate(of: element, in: level, at: place)
    }

    /// Action K: as it is, if it is what its VR says. A name in the place of a date is no date that an option keeps.
    mutating func kept(
        _ element: DataElement, row: ConfidentialityTable.Row, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        if element.items != nil { return try recurse(element, place) }
        guard element.count > 0 else { return .keep }
        let vr = DataDictionary.vr(of: element.tag) ?? element.vr
        switch vr {
        case .DA, .DT, .TM:
            guard !place.isDummy else { return try dummy(element, place) }
            let isValid = vr == .TM ? isTime(element) : isDate(element)
            return isValid ? .keep : try apply(row.basic, to: element, at: place)
        case .DS, .IS: return try numberFate(of: element)
        case .AS:
            if let fate = ageFate(of: element) { return fate }
            return try apply(row.basic, to: element, at: place)
        case .CS: return try codeFate(of: element, in: level)
        // Smoking status, ethnic group and the like are words; institutions and devices are names, and kept as such.
        case .LO, .SH, .ST, .LT, .UT:
            guard row.cell(.retainPatientCharacteristics) != 0 else { return .keep }
            switch try scrubbed(element, vr: vr, mode: .technical, in: level) {
            case .unchanged: return .keep
            case .cleaned(let new): return .replace(new, .cleaned)
            case .nothing: return try apply(row.basic, to: element, at: place)
            }
        default: return .keep
        }
    }

    private func isDate(_ element: DataElement) -> Bool {
        element.vr.isText && element.strings(in: .default).allSatisfy { $0.isEmpty || Self.shifted($0, by: 0) != nil }
    }

    /// By the VR of the value.
    mutating func valueFate(
        of element: DataElement, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        if element.items != nil { return try recurse(element, place) }
        guard case .raw(let raw) = element.value else { return .remove }
        guard raw.count > 0 else { return .keep }
        switch element.vr {
        case .UI: return profile.has(.retainUIDs) || isClassUID(element) ? .keep : mapUIDs(element)
        case .PN, .AE, .UR: return empty(element)
        case .DA, .DT: return dateFate(of: element)
        case .TM: return isTime(element) ? .keep : empty(element)
        case .AS: return ageFate(of: element) ?? empty(element)
        case .DS, .IS: return try numberFate(of: element)
        case .CS: return try codeFate(of: element, in: level)
        case .LO, .SH, .UC: return try textFate(of: element, mode: shortTextMode(element, level), in: level, at: place)
        case .LT, .ST, .UT: return try textFate(of: element, mode: .descriptor, in: level, at: place)
        case .OB, .UN: return Self.benignBytes.contains(element.tag) ? .keep : .remove
        case .SQ: return .remove
        default: return .keep
        }
    }

    /// Within a dummy: numbers of the structure stay, measured values, texts and codes do not.
    private mutating func dummyFate(
        of element: DataElement, vr: VR, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate? {
        switch element.tag {
        case .CodeValue, .LongCodeValue, .URNCodeValue, .CodeMeaning, .CodingSchemeDesignator, .CodingSchemeVersion:
            return place.keepsCodes ? nil : try dummy(element, place)
        default: break
        }
        switch vr {
        case .UI, .CS, .US, .SS, .UL, .SL, .AT, .SQ: return nil
        case .DA, .DT, .TM: return dateShift == nil ? try dummy(element, place) : nil
        default: return try dummy(element, place)
        }
    }

    private mutating func dateFate(of element: DataElement) -> Fate {
        if profile.has(.retainLongFullDates) {
            return isDate(element) ? .keep : empty(element)
        }
        guard let dateShift, let moved = shifted(element, by: dateShift) else { return empty(element) }
        summary.counts.shiftedDates += 1
        return .replace(moved, .shifted)
    }

    /// Ages stay; one over 89 years becomes 90 where the profile groups them. `nil` for what is no age.
    private mutating func ageFate(of element: DataElement) -> Fate? {
        let values = element.strings(in: .default)
        guard values.allSatisfy(ProfileValue.isAge) else { return nil }
        guard profile.groupsHighAges else { return .keep }
        let grouped = values.map { Self.years($0) >= 90 ? "090Y" : $0 }
        guard grouped != values else { return .keep }
        summary.counts.replaced += 1
        return .replace(DataElement(element.tag, .AS, strings: grouped))
    }

    /// Whole years of an age, which has its form.
    private static func years(_ age: String) -> Int {
        let count = Int(age.prefix(3)) ?? 0
        switch age.suffix(1) {
        case "Y": return count
        case "M": return count / 12
        case "W": return count / 52
        default: return count / 365
        }
    }

    // MARK: Text

    /// A code value of a public scheme names no person; a device model is no text to be judged by a word list.
    private func shortTextMode(_ element: DataElement, _ level: Level) -> TextScrubber.Mode {
        switch element.tag {
        case .CodeValue, .LongCodeValue, .URNCodeValue, .CodingSchemeDesignator:
            level.hasPublicCode ? .model : .technical
        case .CodeMeaning: level.hasPublicCode ? .coded : .technical
        case .ManufacturerModelName: .model
        default: .technical
        }
    }

    private mutating func textFate(
        of element: DataElement, mode: TextScrubber.Mode, in level: Level, at place: Place
    ) throws(DeidentificationError) -> Fate {
        if mode == .model, level.hasPublicCode, element.tag != .ManufacturerModelName {
            let isKnown = element.strings(in: level.characterSet).contains {
                scrubber.identifiers.contains(id: Array($0.utf8)[...])
            }
            return isKnown || element.count > 64 ? try dummy(element, place) : .keep
        }
        switch try scrubbed(element, vr: element.vr, mode: mode, in: level) {
        case .unchanged: return .keep
        case .cleaned(let new): return .replace(new, .cleaned)
        // It may be mandatory (Code Meaning is), so it does not become empty.
        case .nothing: return try dummy(element, place)
        }
    }

    /// Code strings: known words and abbreviations stay; a value that is neither is no defined term.
    mutating func codeFate(of element: DataElement, in level: Level) throws(DeidentificationError) -> Fate {
        // Without its character set no other text could be read.
        if element.tag == .SpecificCharacterSet, Self.isCharacterSet(element) { return .keep }
        switch try scrubbed(element, vr: .CS, mode: .code, in: level) {
        case .unchanged: return .keep
        case .cleaned(let new):
            // A code string with a hole in it is no code string any more: the value goes whole.
            let old = element.strings(in: .default)
            let values = zip(old, new.strings(in: .default)).map { $0 == $1 ? $0 : "" }
            let isEmpty = values.allSatisfy(\.isEmpty)
            if isEmpty { return element.tag == .Modality ? replaceText(element, .CS, "OT") : empty(element) }
            return .replace(DataElement(element.tag, .CS, strings: values), .cleaned)
        case .nothing:
            return element.tag == .Modality ? replaceText(element, .CS, "OT") : empty(element)
        }
    }

    /// The forms of PS3.3 §C.12.1.1.2.
    private static func isCharacterSet(_ element: DataElement) -> Bool {
        element.strings(in: .default).allSatisfy { term in
            ["", "GB18030", "GBK"].contains(term)
                || ["ISO_IR ", "ISO 2022 IR "].contains {
                    term.hasPrefix($0) && term.utf8.count <= $0.utf8.count + 3 && Int(term.dropFirst($0.count)) != nil
                }
        }
    }

    // MARK: Numbers

    /// Decimal and integer strings: only numbers, and none so long that it must be a number of somebody.
    private mutating func numberFate(of element: DataElement) throws(DeidentificationError) -> Fate {
        guard case .raw(let raw) = element.value, raw.count <= 256 << 20 else { return .remove }
        // Tables of numbers (contours have millions) are read as bytes, without strings.
        let bytes: Bytes
        do { bytes = try file.bytes(of: raw) } catch {
            throw DeidentificationError(.unreadable, offset: error.offset, error.reason)
        }
        let limit = Self.largeIntegers.contains(element.tag) ? 13 : 9
        let isInstanceNumber = element.tag == .InstanceNumber
        guard Self.isPlainNumbers(bytes, integerDigits: limit) else { return cleanedNumbers(element, limit) }
        if !isInstanceNumber, bytes.count <= 64, !scrubber.identifiers.ids.isEmpty,
            bytes.split(separator: 0x5C).contains(where: { value in
                let digits = Array(value.filter(TextTokens.isDigit))
                return digits.count >= 6 && scrubber.identifiers.contains(id: digits[...])
            })
        {
            return empty(element)
        }
        return .keep
    }

    private mutating func cleanedNumbers(_ element: DataElement, _ limit: Int) -> Fate {
        guard element.bytes != nil else { return .remove }
        let values = element.strings(in: .default)
        let new = values.map { Self.isPlainNumbers(Bytes(utf8: $0), integerDigits: limit) ? $0 : "" }
        guard new != values, !new.allSatisfy(\.isEmpty) else { return empty(element) }
        summary.counts.cleanedTexts += 1
        return .replace(DataElement(element.tag, element.vr, strings: new), .cleaned)
    }

    /// Digits, signs, points, exponents, spaces and backslashes; no whole number of `integerDigits` digits or more.
    private static func isPlainNumbers(_ bytes: Bytes, integerDigits: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var run = 0
            for index in 0..<buffer.count {
                switch unsafe buffer[index] {
                case 0x30...0x39: run += 1
                // IDs have no fractions.
                case 0x2E: run = .min / 2
                case 0x5C, 0x20, 0x00, 0x2B, 0x2D, 0x45, 0x65:
                    guard run < integerDigits else { return false }
                    run = 0
                default: return false
                }
            }
            return run < integerDigits
        }
    }

    /// Attributes whose values are that large: counts, doses in becquerel, times in milliseconds.
    private static let largeIntegers: Set<Tag> = [
        .InstanceNumber, .RadionuclideTotalDose, .CountsAccumulated, .FrameReferenceTime, .ActualFrameDuration,
        .TotalPixelMatrixColumns, .TotalPixelMatrixRows, .NumberOfFrames, .FrameAcquisitionDuration,
        .SecondaryCountsAccumulated, .PrimaryPromptsCountsAccumulated, .CountRate,
    ]

    // MARK: UIDs and bytes

    /// Attributes whose UIDs name kinds of things; one that holds a number of the header is mapped all the same.
    private func isClassUID(_ element: DataElement) -> Bool {
        guard Self.classUIDs.contains(element.tag) else { return false }
        return !element.strings(in: .default).contains { uid in
            uid.split(separator: ".").contains { part in
                part.utf8.count >= 5 && scrubber.identifiers.contains(id: Array(part.utf8)[...])
            }
        }
    }

    private static let classUIDs: Set<Tag> = [
        .SOPClassUID, .RelatedGeneralSOPClassUID, .OriginalSpecializedSOPClassUID, .SOPClassesInStudy, .CodingSchemeUID,
        .ContextUID, .MappingResourceUID, .StoredInstanceTransferSyntaxUID, .ReferencedSOPClassUID,
        .SOPClassesSupported,
        .AvailableTransferSyntaxUID, .FlowTransferSyntaxUID, .MACCalculationTransferSyntaxUID,
        .EncryptedContentTransferSyntaxUID, .PertinentSOPClassesInStudy, .PertinentSOPClassesInSeries,
    ]

    /// Bytes of VR OB that are samples, bitmaps or tables.
    private static let benignBytes: Set<Tag> = [
        .CoordinateSystemAxisValues, .DarkCurrentCounts, .AirCounts, .BadPixelImage, .FillPattern,
        .WeightingLookupTableData, .ThreatROIBitmap, .ChannelMinimumValue, .ChannelMaximumValue, .WaveformPaddingValue,
        .WaveformData,
    ]
}
