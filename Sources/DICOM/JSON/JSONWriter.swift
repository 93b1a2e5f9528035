internal import ByteIO

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
    mutating func append(base64 data: Bytes) {
        bytes.append(UInt8(ascii: "\""))
        let whole = data.count / 3 * 3
        let text = unsafe [UInt8](unsafeUninitializedCapacity: whole / 3 * 4) { target, count in
            count = whole / 3 * 4
            unsafe data.withUnsafeBytes { source in
                // All indices are below `whole`, which is at most `source.count`, and below four thirds of it.
                for group in 0..<(whole / 3) {
                    let first = unsafe UInt32(source[group * 3])
                    let second = unsafe UInt32(source[group * 3 + 1])
                    let word = unsafe first << 16 | second << 8 | UInt32(source[group * 3 + 2])
                    for position in 0..<4 {
                        let digit = UInt8(truncatingIfNeeded: word >> (18 - 6 * UInt32(position))) & 63
                        unsafe target[group * 4 + position] = JSONWriter.base64(digit)
                    }
                }
            }
        }
        bytes.append(contentsOf: text)
        if data.count > whole { appendBase64End(data[clamping: whole..<data.count]) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// One or two bytes that are left over, padded.
    private mutating func appendBase64End(_ rest: Bytes) {
        let word = rest.reduce(0) { $0 << 8 | UInt32($1) } << (8 * (3 - UInt32(rest.count)))
        for position in 0..<4 {
            let digit = UInt8(truncatingIfNeeded: word >> (18 - 6 * UInt32(position))) & 63
            bytes.append(position <= rest.count ? JSONWriter.base64(digit) : UInt8(ascii: "="))
        }
    }

    /// Without branches but the last ones, which are hardly ever taken.
    private static func base64(_ value: UInt8) -> UInt8 {
        if value < 52 { return value < 26 ? value + UInt8(ascii: "A") : value + (UInt8(ascii: "a") - 26) }
        if value < 62 { return value - 52 + UInt8(ascii: "0") }
        return value == 62 ? UInt8(ascii: "+") : UInt8(ascii: "/")
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
