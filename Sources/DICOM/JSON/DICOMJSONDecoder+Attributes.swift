internal import ByteIO

extension DICOMJSONDecoder {
    /// The members of an attribute: the VR, and where the value stands.
    private struct Members {
        var vr: VR?
        var value: (kind: Kind, offset: Int)?

        enum Kind { case values, inlineBinary, reference }
    }

    /// The attribute `tag`, whose object is next.
    mutating func attribute(_ tag: Tag, in characterSet: CharacterSet) throws(DICOMError) -> DataElement {
        let start = cursor.offset
        let members = try members(tag)
        // The VR is required (PS3.18 §F.2.2), but some writers leave it to the dictionary.
        guard let vr = members.vr ?? DataDictionary.vr(of: tag) else {
            throw DICOMError(.malformed, offset: start, path: location(tag), reason: "the attribute has no VR")
        }
        guard let value = members.value else {
            return DataElement(tag, vr, vr == .SQ ? .sequence([]) : .raw(RawValue(Bytes())))
        }
        // The value may stand before the VR, so that it is read when both are known.
        let end = cursor.offset
        cursor.offset = value.offset
        defer { cursor.offset = end }
        do throws(DICOMError) {
            switch value.kind {
            case .inlineBinary: return try inlineBinary(tag, vr)
            case .reference: return DataElement(tag, vr, .raw(RawValue(bulkDataURI: try cursor.string())))
            case .values where vr == .SQ: return DataElement(tag, vr, .sequence(try items(of: tag, in: characterSet)))
            case .values: return DataElement(tag, vr, bytes: try values(vr, in: characterSet))
            }
        } catch {
            guard error.path == nil else { throw error }
            throw DICOMError(error.code, offset: error.offset, path: location(tag), reason: error.reason)
        }
    }

    private mutating func members(_ tag: Tag) throws(DICOMError) -> Members {
        var members = Members()
        try cursor.expect(UInt8(ascii: "{"), "an object is expected")
        if cursor.take(UInt8(ascii: "}")) { return members }
        repeat {
            let start = cursor.offset
            let name = try cursor.string()
            try cursor.expect(UInt8(ascii: ":"), "a colon is expected")
            let kind: Members.Kind? =
                switch name {
                case "Value": .values
                case "InlineBinary": .inlineBinary
                case "BulkDataURI": .reference
                default: nil
                }
            if let kind {
                guard members.value == nil else {
                    throw DICOMError(.malformed, offset: start, path: location(tag), reason: "there are two values")
                }
                members.value = (kind, cursor.offset)
                try skip()
            } else if name == "vr" {
                guard members.vr == nil, let vr = VR(rawValue: try cursor.string()) else {
                    throw DICOMError(.malformed, offset: start, path: location(tag), reason: "the VR does not exist")
                }
                members.vr = vr
            } else {
                // Members that the standard does not know say nothing about the value.
                try skip()
            }
        } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "}"), "a comma or the end of an object is expected")
        return members
    }

    private mutating func items(of tag: Tag, in characterSet: CharacterSet) throws(DICOMError) -> [Item] {
        guard path.count < maximumDepth else {
            throw DICOMError(
                .limitReached, offset: cursor.offset, path: location(tag),
                reason: "sequences nest deeper than \(path.count) levels")
        }
        var items: [Item] = []
        path.append(TagPath.Step(tag, item: 0))
        defer { path.removeLast() }
        try eachOfArray { (decoder) throws(DICOMError) in
            decoder.path[decoder.path.count - 1] = TagPath.Step(tag, item: items.count)
            try decoder.count(decoder.cursor.offset)
            // Empty items are empty objects; some writers have null instead.
            let isNull = try decoder.cursor.takeNull()
            items.append(Item(isNull ? DataSet() : try decoder.dataSet(inheriting: characterSet)))
        }
        return items
    }

    private mutating func inlineBinary(_ tag: Tag, _ vr: VR) throws(DICOMError) -> DataElement {
        guard vr.isBulk else { throw cursor.malformed("a value of this VR is not written as InlineBinary") }
        let start = cursor.offset
        guard let bytes = Bytes(base64: try cursor.string()) else {
            throw DICOMError(.malformed, offset: start, reason: "InlineBinary is no base64")
        }
        return DataElement(tag, vr, bytes: bytes)
    }
}

extension Bytes {
    /// The bytes that `base64` spells (RFC 4648 §4); `nil` where it is none, or not padded.
    init?(base64: String) {
        let digits = base64.utf8
        guard digits.count.isMultiple(of: 4) else { return nil }
        let padding = digits.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var array: [UInt8] = []
        array.reserveCapacity(digits.count / 4 * 3)
        var group: UInt32 = 0
        var held = 0
        for digit in digits.dropLast(padding) {
            guard let value = Bytes.base64Value(digit) else { return nil }
            group = group << 6 | value
            held += 1
            guard held == 4 else { continue }
            for shift: UInt32 in [16, 8, 0] { array.append(UInt8(truncatingIfNeeded: group >> shift)) }
            group = 0
            held = 0
        }
        // Two digits left over hold one byte, three hold two; their last bits are zero.
        if held == 2 {
            guard group & 0xF == 0 else { return nil }
            array.append(UInt8(truncatingIfNeeded: group >> 4))
        } else if held == 3 {
            guard group & 3 == 0 else { return nil }
            array.append(UInt8(truncatingIfNeeded: group >> 10))
            array.append(UInt8(truncatingIfNeeded: group >> 2))
        }
        self.init(array)
    }

    private static func base64Value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
