internal import ByteIO

extension DICOMJSONDecoder {
    /// The bytes of the array that is next, whose elements are values of `vr` (PS3.18 table F.2.3-1).
    mutating func values(_ vr: VR, in characterSet: CharacterSet) throws(DICOMError) -> Bytes {
        switch vr {
        case .PN:
            return try text(vr, characterSet) { (cursor) throws(DICOMError) in try DICOMJSONDecoder.name(&cursor) }
        case .DS, .IS:
            return try text(vr, characterSet) { (cursor) throws(DICOMError) in
                try DICOMJSONDecoder.decimal(&cursor, vr)
            }
        case .AT: return try tags()
        case .US: return try integers(UInt16.self)
        case .SS: return try integers(Int16.self)
        case .UL: return try integers(UInt32.self)
        case .SL: return try integers(Int32.self)
        case .UV: return try integers(UInt64.self)
        case .SV: return try integers(Int64.self)
        case .FL: return try floats { Float($0).bitPattern }
        case .FD: return try floats { $0.bitPattern }
        default:
            guard vr.isText else { throw cursor.malformed("a value of this VR is not written as Value") }
            return try text(vr, characterSet) { (cursor) throws(DICOMError) in try cursor.string() }
        }
    }

    // MARK: - Text

    private mutating func text(
        _ vr: VR, _ characterSet: CharacterSet, _ value: (inout JSONCursor) throws(DICOMError) -> String
    ) throws(DICOMError) -> Bytes {
        let start = cursor.offset
        var texts: [String] = []
        try eachOfArray { (decoder) throws(DICOMError) in
            texts.append(try decoder.cursor.takeNull() ? "" : value(&decoder.cursor))
        }
        guard vr.hasMultipleValues || texts.count <= 1 else {
            throw DICOMError(.malformed, offset: start, reason: "the VR has one value only")
        }
        guard vr.usesSpecificCharacterSet else {
            // These VRs have nothing but the default repertoire (PS3.5 §6.1.2.2); in files other bytes are found there
            // nevertheless, which are written as Latin-1.
            guard let bytes = CharacterSet.latin1.encodeExactly(texts, vr: vr) else {
                throw DICOMError(.malformed, offset: start, reason: "the VR does not allow such characters")
            }
            return bytes
        }
        if let bytes = characterSet.encodeExactly(texts, vr: vr) { return bytes }
        needsUTF8 = true
        return CharacterSet.utf8.encode(texts, vr: vr)
    }

    /// A person's name: its groups under their names (PS3.18 §F.2.2).
    private static func name(_ cursor: inout JSONCursor) throws(DICOMError) -> String {
        var name = PersonName("")
        try cursor.expect(UInt8(ascii: "{"), "an object is expected")
        if cursor.take(UInt8(ascii: "}")) { return "" }
        repeat {
            let group = try cursor.string()
            try cursor.expect(UInt8(ascii: ":"), "a colon is expected")
            let text = try cursor.string()
            // What follows a third separator in a file is written as part of the last group.
            guard group == "Phonetic" || !text.contains("=") else {
                throw cursor.malformed("a group of a name contains a separator")
            }
            switch group {
            case "Alphabetic": name.alphabetic = text
            case "Ideographic": name.ideographic = text
            case "Phonetic": name.phonetic = text
            default: throw cursor.malformed("a name has no such group")
            }
        } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "}"), "a comma or the end of an object is expected")
        return name.text
    }

    /// DS or IS as a number or a string; either keeps its digits, but for integers that are written otherwise.
    private static func decimal(_ cursor: inout JSONCursor, _ vr: VR) throws(DICOMError) -> String {
        if cursor.peek() == UInt8(ascii: "\"") { return try cursor.string() }
        let text = try cursor.number()
        guard vr == .IS, Int(text) == nil else { return text }
        guard let number = DecimalText.integer(text) else { throw cursor.malformed("an integer is expected") }
        return "\(number)"
    }

    // MARK: - Numbers

    private mutating func integers<Number: FixedWidthInteger>(_: Number.Type) throws(DICOMError) -> Bytes {
        var array: [UInt8] = []
        try eachOfArray { (decoder) throws(DICOMError) in
            let start = decoder.cursor.offset
            let isString = decoder.cursor.peek() == UInt8(ascii: "\"")
            let text = isString ? try decoder.cursor.string() : try decoder.cursor.number()
            let number = Number(text) ?? DecimalText.double(text).flatMap { Number(exactly: $0) }
            guard let number, !isString || Number.bitWidth == 64 else {
                throw DICOMError(.malformed, offset: start, reason: "the VR has no such number")
            }
            array.append(littleEndian: number)
        }
        return Bytes(array)
    }

    private mutating func floats<Number: FixedWidthInteger>(
        _ bits: (Double) -> Number
    ) throws(DICOMError) -> Bytes {
        var array: [UInt8] = []
        try eachOfArray { (decoder) throws(DICOMError) in
            array.append(littleEndian: bits(try decoder.float()))
        }
        return Bytes(array)
    }

    /// A number; those that JSON does not have stand as strings.
    private mutating func float() throws(DICOMError) -> Double {
        guard cursor.peek() == UInt8(ascii: "\"") else {
            guard let number = Double(try cursor.number()) else { throw cursor.malformed("a number is expected") }
            return number
        }
        switch try cursor.string().lowercased() {
        case "nan": return .nan
        case "inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: throw cursor.malformed("a number is expected")
        }
    }

    private mutating func tags() throws(DICOMError) -> Bytes {
        var array: [UInt8] = []
        try eachOfArray { (decoder) throws(DICOMError) in
            guard let tag = Tag(hexadecimal: try decoder.cursor.string()) else {
                throw decoder.cursor.malformed("a tag is expected")
            }
            array.append(littleEndian: tag.group)
            array.append(littleEndian: tag.element)
        }
        return Bytes(array)
    }
}

extension [UInt8] {
    mutating func append(littleEndian number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
