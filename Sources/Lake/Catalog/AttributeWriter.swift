internal import ByteIO
internal import DICOM

/// Writes DICOM JSON objects (PS3.18 §F.2) into one array: members in the order of their tags.
struct AttributeWriter {
    private(set) var bytes: [UInt8] = Array("[".utf8)
    private var members: [(tag: UInt32, json: [UInt8])] = []

    mutating func strings(_ tag: Tag, _ vr: VR, _ values: [String]) {
        guard !values.isEmpty else { return empty(tag, vr) }
        var json = Array("{\"vr\":\"\(vr.rawValue)\",\"Value\":[".utf8)
        for (index, value) in values.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            let isName = vr == .PN
            if isName { json += Array("{\"Alphabetic\":".utf8) }
            Self.append(value, to: &json)
            if isName { json.append(UInt8(ascii: "}")) }
        }
        json += Array("]}".utf8)
        members.append((tag.rawValue, json))
    }

    /// One string; without a value where it is empty, since the attribute is still part of the answer.
    mutating func string(_ tag: Tag, _ vr: VR, _ value: String?) {
        if let value, !value.isEmpty { strings(tag, vr, [value]) } else { empty(tag, vr) }
    }

    mutating func number(_ tag: Tag, _ vr: VR, _ value: (some BinaryInteger)?) {
        guard let value else { return empty(tag, vr) }
        members.append((tag.rawValue, Array("{\"vr\":\"\(vr.rawValue)\",\"Value\":[\(value)]}".utf8)))
    }

    mutating func empty(_ tag: Tag, _ vr: VR) {
        members.append((tag.rawValue, Array("{\"vr\":\"\(vr.rawValue)\"}".utf8)))
    }

    /// A member that is JSON already; only where the object does not have the attribute yet.
    mutating func raw(_ tag: Tag, _ json: Bytes) {
        guard !members.contains(where: { $0.tag == tag.rawValue }) else { return }
        members.append((tag.rawValue, json.array))
    }

    /// Ends the object.
    mutating func endObject() {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.sorted(by: { $0.tag < $1.tag }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for shift in stride(from: 28, through: 0, by: -4) {
                bytes.append(Self.digits[Int(member.tag >> UInt32(shift)) & 15])
            }
            bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
            bytes += member.json
        }
        bytes.append(UInt8(ascii: "}"))
        members.removeAll(keepingCapacity: true)
    }

    /// Ends the array.
    mutating func finish() -> Bytes {
        bytes.append(UInt8(ascii: "]"))
        return Bytes(bytes)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// A JSON string (RFC 8259 §7).
    static func append(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                json += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
