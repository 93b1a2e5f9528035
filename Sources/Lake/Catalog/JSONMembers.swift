internal import ByteIO

/// The members of one JSON object, found without parsing what is in them: enough to pick attributes out of stored
/// DICOM JSON, which this program wrote.
struct JSONMembers {
    /// Key and value, the value as it stands.
    private(set) var members: [(key: String, value: Bytes)] = []

    init(_ object: Bytes) {
        var offset = 1
        while offset < object.count, let quote = Self.next(UInt8(ascii: "\""), in: object, from: offset) {
            guard let keyEnd = Self.endOfString(object, from: quote) else { return }
            let key = String(decoding: object[clamping: (quote + 1)..<(keyEnd - 1)], as: UTF8.self)
            guard let colon = Self.next(UInt8(ascii: ":"), in: object, from: keyEnd) else { return }
            let end = Self.endOfValue(object, from: colon + 1)
            members.append((key, object[clamping: (colon + 1)..<end]))
            offset = end + 1
        }
    }

    private static func next(_ byte: UInt8, in bytes: Bytes, from offset: Int) -> Int? {
        var index = offset
        while index < bytes.count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Behind the closing quote of the string that opens at `offset`.
    private static func endOfString(_ bytes: Bytes, from offset: Int) -> Int? {
        var index = offset + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return nil
    }

    /// Where the value that begins at `offset` ends: the comma or brace behind it.
    private static func endOfValue(_ bytes: Bytes, from offset: Int) -> Int {
        var depth = 0
        var index = offset
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(bytes, from: index) ?? bytes.count
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return index
    }
}
