/// Writes JSON (RFC 8259) as UTF-8 without white space.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// A number or anything else that is JSON already.
    mutating func append(json text: String) { bytes.append(contentsOf: text.utf8) }

    /// Text that needs no escaping.
    mutating func append(plain text: some Collection<UInt8>) { bytes.append(contentsOf: text) }

    /// A tag as the name of an attribute: eight digits in quotation marks.
    mutating func append(_ tag: Tag) {
        bytes.append(UInt8(ascii: "\""))
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: tag.rawValue >> shift) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string, escaped; characters that JSON allows stay as they are.
    mutating func append(string text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(#"\""#)
            case UInt8(ascii: "\\"): append(#"\\"#)
            case 0x08: append(#"\b"#)
            case 0x09: append(#"\t"#)
            case 0x0A: append(#"\n"#)
            case 0x0C: append(#"\f"#)
            case 0x0D: append(#"\r"#)
            case 0..<0x20, 0x7F:
                append(#"\u00"#)
                bytes.append(JSONWriter.digit(byte >> 4))
                bytes.append(JSONWriter.digit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `values` separated by commas, each written by `body`.
    mutating func list<Values: Sequence>(_ values: Values, _ body: (inout JSONWriter, Values.Element) -> Void) {
        append("[")
        var isFirst = true
        for value in values {
            if !isFirst { append(",") }
            isFirst = false
            body(&self, value)
        }
        append("]")
    }

    /// `data` in base64 (RFC 4648 §4), as a string.
    mutating func append(base64 data: some Collection<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        bytes.reserveCapacity(bytes.count + data.count / 3 * 4 + 8)
        var group: UInt32 = 0
        var held = 0
        for byte in data {
            group = group << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                appendBase64(group, digits: 4)
                group = 0
                held = 0
            }
        }
        if held > 0 { appendBase64(group << (8 * (3 - UInt32(held))), digits: held + 1) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendBase64(_ group: UInt32, digits: Int) {
        for position in 0..<4 {
            let value = UInt8(truncatingIfNeeded: group >> (18 - 6 * UInt32(position))) & 63
            bytes.append(position < digits ? JSONWriter.base64(value) : UInt8(ascii: "="))
        }
    }

    private static func base64(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
