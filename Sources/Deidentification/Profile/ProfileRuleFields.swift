import DICOM

/// A rule as it is written, before anything of it is believed.
struct ProfileRuleFields {
    var attribute: String
    var creator: String?
    var action: String
    var value: String?
    var pattern: String?

    /// The rule. Every check that needs nothing but the rule itself is made here, so that no other way leads to one.
    /// - Throws: `invalidProfile`, with what to do instead.
    func rule() throws(DeidentificationError) -> ProfileRule {
        guard let action = ProfileRule.Action(rawValue: action) else {
            let known = ProfileRule.Action.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.problem("there is no such action; known are \(known)")
        }
        let tag = try tag()
        let vr = creator == nil ? DataDictionary.vr(of: tag) : nil
        try Self.checkAttribute(tag, vr, action)
        try checkValue(action, vr)
        try checkPattern(action, vr)
        return ProfileRule(tag: tag, creator: creator, action: action, value: value, pattern: pattern)
    }

    static func problem(_ reason: String) -> DeidentificationError { DeidentificationError(.invalidProfile, reason) }

    // MARK: Which attribute

    private func tag() throws(DeidentificationError) -> Tag {
        if let creator { return try privateTag(creator) }
        if let tag = DataDictionary.tag(for: attribute) { return tag }
        let digits = attribute.filter { !"(), ".contains($0) }
        guard let tag = Tag(hexadecimal: digits) else {
            throw Self.problem("there is no attribute of this keyword in PS3.6; a tag is written (gggg,eeee)")
        }
        guard !tag.isPrivate else {
            throw Self.problem("a private attribute needs its \"creator\", and is written (gggg,xxee)")
        }
        guard DataDictionary.entry(for: tag) != nil else {
            throw Self.problem("PS3.6 has no attribute with this tag: what is unknown is removed in any case")
        }
        return tag
    }

    private func privateTag(_ creator: String) throws(DeidentificationError) -> Tag {
        guard !creator.isEmpty, creator.utf8.count <= 64, !creator.contains("\\"), !creator.contains("\0") else {
            throw Self.problem("a private creator has 1 to 64 characters, no backslash")
        }
        let digits = attribute.filter { !"(), ".contains($0) }.lowercased()
        let lower =
            digits.count == 8 && digits.dropFirst(4).hasPrefix("xx") ? digits.prefix(4) + "00" + digits.suffix(2) : ""
        guard let tag = Tag(hexadecimal: lower), tag.isPrivate else {
            throw Self.problem("a private attribute is written (gggg,xxee), with an odd group")
        }
        return tag
    }

    /// What no rule may touch: the structure of the object, the markers of de-identification, and what tells who the
    /// patient is.
    private static func checkAttribute(
        _ tag: Tag, _ vr: VR?, _ action: ProfileRule.Action
    ) throws(DeidentificationError) {
        if tag == .PatientName || tag == .PatientID {
            throw problem("the subject's code stands here, whatever the profile")
        }
        guard !isStructure(tag) else {
            throw problem("the object could not be read, or not be told from an original, without this attribute")
        }
        guard vr != .UI else {
            throw problem("UIDs are replaced everywhere alike, so that references keep resolving: see retain_uids")
        }
        if vr == .SQ, ![.keep, .remove, .empty, .clean].contains(action) {
            throw problem("a sequence has no value of its own: keep, clean, empty or remove it")
        }
        guard [.keep, .keepMatching, .clean].contains(action) else { return }
        if vr == .PN { throw problem("a person's name cannot be kept or cleaned: replace, empty or remove it") }
        if let row = ConfidentialityTable.row(tag), row.isAlwaysIdentifying {
            throw problem("no option of PS3.15 Table E.1-1 keeps this attribute: replace, empty or remove it")
        }
    }

    private static func isStructure(_ tag: Tag) -> Bool {
        switch tag.group {
        case 0...0x0007, 0x7FE0, 0xFFFA...0xFFFF: return true
        case 0x5000...0x50FF, 0x6000...0x60FF: return !tag.isPrivate
        default: return structure.contains(tag)
        }
    }

    private static let structure: Set<Tag> = [
        .SpecificCharacterSet, .SOPClassUID, .Modality, .PatientIdentityRemoved, .DeidentificationMethod,
        .DeidentificationMethodCodeSequence, .LongitudinalTemporalInformationModified, .BurnedInAnnotation,
        .RecognizableVisualFeatures, .SamplesPerPixel, .PhotometricInterpretation, .PlanarConfiguration,
        .NumberOfFrames, .Rows, .Columns, .BitsAllocated, .BitsStored, .HighBit, .PixelRepresentation,
    ]

    // MARK: Value and pattern

    private func checkValue(_ action: ProfileRule.Action, _ vr: VR?) throws(DeidentificationError) {
        switch action {
        case .replace, .replaceMatching:
            guard let value else { throw Self.problem("\(action.rawValue) needs a \"value\"") }
            guard let vr else {
                throw Self.problem("the value of a private attribute cannot be replaced: keep or remove it")
            }
            guard vr.isText else {
                throw Self.problem("a value of VR \(vr.rawValue) cannot be replaced: empty or remove it")
            }
            guard action == .replaceMatching || ProfileValue.fits(value, vr) else {
                throw Self.problem("this is no value of VR \(vr.rawValue): \(ProfileValue.form(vr))")
            }
            guard value.utf8.count <= 1024, !value.contains("\\"), !value.contains("\0") else {
                throw Self.problem("a value has at most 1024 bytes, and no backslash")
            }
        default:
            guard value == nil else { throw Self.problem("\(action.rawValue) takes no \"value\"") }
        }
    }

    private func checkPattern(_ action: ProfileRule.Action, _ vr: VR?) throws(DeidentificationError) {
        switch action {
        case .keepMatching, .replaceMatching:
            guard let pattern else { throw Self.problem("\(action.rawValue) needs a \"pattern\"") }
            guard vr?.isText ?? (action == .keepMatching) else {
                throw Self.problem("a pattern is for text, and this attribute has none")
            }
            _ = try TextPattern(pattern)
        default:
            guard pattern == nil else { throw Self.problem("\(action.rawValue) takes no \"pattern\"") }
        }
    }
}

/// What may stand in a value that a profile sets.
enum ProfileValue {
    /// Whether `value` is one of `vr`, as PS3.5 Table 6.2-1 has it.
    static func fits(_ value: String, _ vr: VR) -> Bool {
        let count = value.count
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 || vr == .LT || vr == .ST || vr == .UT }) else {
            return false
        }
        switch vr {
        case .CS: return count <= 16 && value.utf8.allSatisfy(isCodeCharacter)
        case .AE, .SH: return count <= 16
        case .LO: return count <= 64
        case .PN: return count <= 64 && !value.contains("=")
        case .ST: return count <= 1024
        case .DA: return DICOMDate(value) != nil && value.utf8.count == 8
        case .TM: return DICOMTime(value) != nil
        case .DT: return DICOMDateTime(value) != nil
        case .AS: return isAge(value)
        case .DS: return count <= 16 && Double(value)?.isFinite ?? false
        case .IS: return count <= 12 && Int32(value) != nil
        default: return true
        }
    }

    /// The form of a value, for who wrote another.
    static func form(_ vr: VR) -> String {
        switch vr {
        case .CS: "at most 16 capital letters, digits, spaces and underscores"
        case .AE, .SH: "at most 16 characters"
        case .LO, .PN: "at most 64 characters"
        case .ST: "at most 1024 characters"
        case .DA: "a date is written YYYYMMDD"
        case .TM: "a time is written HHMMSS"
        case .DT: "a moment is written YYYYMMDDHHMMSS"
        case .AS: "an age is written 045Y, 018M, 006W or 002D"
        case .DS, .IS: "a number"
        default: "text"
        }
    }

    static func isAge(_ text: String) -> Bool {
        text.utf8.count == 4 && text.utf8.prefix(3).allSatisfy(TextTokens.isDigit) && "DWMY".contains(text.suffix(1))
    }

    private static func isCodeCharacter(_ byte: UInt8) -> Bool {
        TextTokens.isUpper(byte) || TextTokens.isDigit(byte) || byte == 0x20 || byte == 0x5F
    }
}
