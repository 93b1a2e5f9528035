/// A media type with its parameters (RFC 9110 §8.3.1): `multipart/related; type="application/dicom"`.
public struct MediaType: Hashable, Sendable, CustomStringConvertible {
    /// Lower case; `*` in a media range.
    public let type: String
    /// Lower case; `*` in a media range.
    public let subtype: String
    /// Names in lower case, values as given, quotes removed.
    public let parameters: [String: String]

    public init(_ type: String, _ subtype: String, _ parameters: [String: String] = [:]) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// Reads one media type or range; `nil` where the text is none.
    public init?(_ text: String) {
        let pieces = HeaderList.split(text, at: ";")
        guard let first = pieces.first else { return nil }
        let names = first.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isToken) else { return nil }
        var parameters: [String: String] = [:]
        for piece in pieces.dropFirst() where !piece.isEmpty {
            guard let equals = piece.firstIndex(of: "=") else { return nil }
            let name = HeaderList.trim(piece[..<equals]).lowercased()
            guard Self.isToken(name[...]), parameters[name] == nil else { return nil }
            parameters[name] = HeaderList.unquote(HeaderList.trim(piece[piece.index(after: equals)...]))
        }
        self.init(names[0].lowercased(), names[1].lowercased(), parameters)
    }

    /// `type/subtype`, without parameters.
    public var essence: String { "\(type)/\(subtype)" }

    /// Text for a header field: parameter values quoted, names in order.
    public var description: String {
        parameters.sorted { $0.key < $1.key }.reduce(into: essence) { text, parameter in
            text += "; \(parameter.key)=\"\(parameter.value)\""
        }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

/// Lists in header fields, whose separators do not count within quotes (RFC 9110 §5.6).
enum HeaderList {
    /// The elements between `separator`s outside quotes, trimmed, quotes left as they are.
    static func split(_ text: String, at separator: Character) -> [String] {
        var elements: [String] = []
        var current = ""
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if character == separator, !isQuoted {
                elements.append(String(trim(current[...])))
                current = ""
                continue
            }
            if isQuoted, character == "\\", !isEscaped {
                isEscaped = true
            } else {
                if character == "\"", !isEscaped { isQuoted.toggle() }
                isEscaped = false
            }
            current.append(character)
        }
        elements.append(String(trim(current[...])))
        return elements
    }

    /// Without blanks at either end.
    static func trim(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    /// The content of a quoted string; other text as it is.
    static func unquote(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var result = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if character == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            result.append(character)
        }
        return result
    }
}
