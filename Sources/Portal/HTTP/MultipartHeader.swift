/// The header fields of one part of a multipart body.
public struct MultipartHeader: Hashable, Sendable {
    /// Names in lower case and values, in order.
    public let fields: [Field]

    /// One header field.
    public struct Field: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    /// The value of the first field called `name` (lower case).
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The media type the part says it has.
    public var contentType: MediaType? { self["content-type"].flatMap(MediaType.init) }

    /// Reads lines that each end in CR LF; `nil` unless each is `name: value` or continues the one before (RFC 5322
    /// folding, which some senders still write).
    init?(lines: ArraySlice<UInt8>) {
        var fields: [Field] = []
        for line in lines.split(separator: 0x0A) {
            let line = line.last == 0x0D ? line.dropLast() : line
            guard let first = line.first else { continue }
            if first == 0x20 || first == 0x09, let last = fields.popLast() {
                fields.append(Field(name: last.name, value: last.value + " " + Self.text(line)))
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            guard name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
            fields.append(Field(name: name, value: Self.text(line[(colon + 1)...])))
        }
        self.fields = fields
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var trimmed = bytes.drop(while: isBlank)
        while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
        return String(decoding: trimmed, as: UTF8.self)
    }
}
