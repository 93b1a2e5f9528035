internal import ByteIO
internal import DICOM

/// How the values of each VR are written (PS3.5 §6.2, table 6.2-1).
enum ValueForm {
    /// What is wrong, if anything.
    struct Fault {
        let rule: Finding.Rule
        let requirement: String

        static func length(_ most: Int, _ unit: String = "characters") -> Fault {
            Fault(rule: .length, requirement: "at most \(most) \(unit)")
        }
        static func characters(_ allowed: String) -> Fault { Fault(rule: .characters, requirement: allowed) }
        static func syntax(_ form: String) -> Fault { Fault(rule: .syntax, requirement: form) }
    }

    /// The first fault of the values in `bytes`.
    static func broken(_ element: DataElement, _ bytes: Bytes, _ characterSet: CharacterSet) -> Fault? {
        let vr = element.vr
        let unit = vr == .AT ? 4 : vr.unitSize
        if !vr.isText {
            return bytes.count % unit == 0 ? nil : Fault(rule: .length, requirement: "a multiple of \(unit) bytes")
        }
        if vr.usesSpecificCharacterSet { return text(bytes, vr, characterSet) }
        var fault: Fault?
        forEachValue(bytes, vr) { value in
            let value = trimmed(value, vr)
            if !value.isEmpty { fault = self.fault(of: value, vr) }
            return fault == nil
        }
        return fault
    }

    /// Visits the values between backslashes, without a list of them: there may be as many as bytes.
    private static func forEachValue(_ bytes: Bytes, _ vr: VR, _ visit: (ArraySlice<UInt8>) -> Bool) {
        let array = bytes.array
        var rest = array[...]
        while vr.hasMultipleValues, let end = rest.firstIndex(of: 0x5C) {
            guard visit(rest[..<end]) else { return }
            rest = rest[(end + 1)...]
        }
        _ = visit(rest)
    }

    /// Without padding: spaces at the end, for most VRs at the beginning; one NUL at the end of UI.
    private static func trimmed(_ value: ArraySlice<UInt8>, _ vr: VR) -> ArraySlice<UInt8> {
        var value = value
        let padding: UInt8 = vr == .UI ? 0 : 0x20
        while value.last == padding { value = value.dropLast() }
        guard vr == .AE || vr == .CS || vr == .DS || vr == .IS else { return value }
        while value.first == padding { value = value.dropFirst() }
        return value
    }

    private static func fault(of value: ArraySlice<UInt8>, _ vr: VR) -> Fault? {
        switch vr {
        case .AE: return ascii(value, most: 16)
        case .AS: return age(value)
        case .CS: return code(value)
        case .DA: return date(value)
        case .DS: return decimal(value)
        case .DT: return moment(value)
        case .IS: return integer(value)
        case .TM: return time(value)
        case .UI: return identifier(value)
        case .UR: return value.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? nil : .characters("characters of a URI")
        default: return nil
        }
    }

    private static func ascii(_ value: ArraySlice<UInt8>, most: Int) -> Fault? {
        if value.count > most { return .length(most) }
        return value.allSatisfy { (0x20..<0x7F).contains($0) } ? nil : .characters("default repertoire, no control")
    }

    private static func age(_ value: ArraySlice<UInt8>) -> Fault? {
        let isAge = value.count == 4 && value.prefix(3).allSatisfy(isDigit) && value.last.map(isAgeUnit) ?? false
        return isAge ? nil : .syntax("nnnD, nnnW, nnnM or nnnY")
    }

    private static func code(_ value: ArraySlice<UInt8>) -> Fault? {
        if value.count > 16 { return .length(16) }
        let isCode = value.allSatisfy { isDigit($0) || (0x41...0x5A).contains($0) || $0 == 0x5F || $0 == 0x20 }
        return isCode ? nil : .characters("upper case, digits, space, underscore")
    }

    private static func date(_ value: ArraySlice<UInt8>) -> Fault? {
        let isDate = value.count == 8 && DICOMDate(String(decoding: value, as: UTF8.self)) != nil
        return isDate ? nil : .syntax("YYYYMMDD")
    }

    private static func time(_ value: ArraySlice<UInt8>) -> Fault? {
        let isTime =
            value.count <= 16 && !value.contains(0x3A) && DICOMTime(String(decoding: value, as: UTF8.self)) != nil
        return isTime ? nil : .syntax("HHMMSS.FFFFFF")
    }

    private static func moment(_ value: ArraySlice<UInt8>) -> Fault? {
        if value.count > 26 { return .length(26) }
        // The date of a moment may end after its year or month; DICOMDateTime knows both.
        return DICOMDateTime(String(decoding: value, as: UTF8.self)) == nil
            ? .syntax("YYYYMMDDHHMMSS.FFFFFF&ZZXX") : nil
    }

    private static func decimal(_ value: ArraySlice<UInt8>) -> Fault? {
        if value.count > 16 { return .length(16) }
        let isNumber = value.allSatisfy { isDigit($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
        guard isNumber else { return .characters("digits, sign, point, exponent") }
        return Double(String(decoding: value, as: UTF8.self)) == nil ? .syntax("a decimal number") : nil
    }

    private static func integer(_ value: ArraySlice<UInt8>) -> Fault? {
        if value.count > 12 { return .length(12) }
        guard value.allSatisfy({ isDigit($0) || $0 == 0x2B || $0 == 0x2D }) else {
            return .characters("digits and a sign")
        }
        return Int32(String(decoding: value, as: UTF8.self)) == nil ? .syntax("an integer of 32 bits") : nil
    }

    private static func identifier(_ value: ArraySlice<UInt8>) -> Fault? {
        if value.count > 64 { return .length(64) }
        guard value.allSatisfy({ isDigit($0) || $0 == 0x2E }) else { return .characters("digits and points") }
        let components = value.split(separator: 0x2E, omittingEmptySubsequences: false)
        let isUID = components.allSatisfy { !$0.isEmpty && ($0.count == 1 || $0.first != 0x30) }
        return isUID ? nil : .syntax("components without leading zeros")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isAgeUnit(_ byte: UInt8) -> Bool { [0x44, 0x57, 0x4D, 0x59].contains(byte) }
}

extension ValueForm {
    /// LO, LT, PN, SH, ST, UC and UT: length in characters, control characters, bytes beyond the declared repertoire.
    private static func text(_ bytes: Bytes, _ vr: VR, _ characterSet: CharacterSet) -> Fault? {
        let isMultiline = vr == .LT || vr == .ST || vr == .UT
        // TAB, LF, FF and CR format text; ESC changes the repertoire (PS3.5 §6.1.3).
        let isFine = bytes.allSatisfy { byte in
            byte >= 0x20 ? byte != 0x7F : byte == 0x1B || (isMultiline && [0x09, 0x0A, 0x0C, 0x0D].contains(byte))
        }
        if !isFine { return .characters("no control characters") }
        if characterSet == .default, bytes.contains(where: { $0 >= 0x80 }) {
            return .characters("characters of (0008,0005) Specific Character Set")
        }
        guard let most = longest[vr] else { return nil }
        if bytes.count <= most { return nil }
        var isLong = false
        forEachValue(bytes, vr) { value in
            let parts = vr == .PN ? value.split(separator: 0x3D) : [value]
            isLong = parts.contains { $0.count > most && characters(in: $0, vr, characterSet) > most }
            return !isLong
        }
        return isLong ? .length(most) : nil
    }

    /// Characters of a value, which may be fewer than its bytes; its padding is none.
    private static func characters(in value: ArraySlice<UInt8>, _ vr: VR, _ characterSet: CharacterSet) -> Int {
        let value = trimmed(value, vr)
        if value.allSatisfy({ $0 < 0x80 && $0 != 0x1B }) { return value.count }
        return characterSet.values(of: Bytes(Array(value)), vr: vr).reduce(0) { $0 + $1.unicodeScalars.count }
    }

    private static let longest: [VR: Int] = [.LO: 64, .LT: 10240, .PN: 64, .SH: 16, .ST: 1024]
}
