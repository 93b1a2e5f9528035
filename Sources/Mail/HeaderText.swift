internal import Foundation

/// Text in a header field, so that whatever it holds is one field: what is not plain ASCII becomes encoded words
/// (RFC 2047), and no line break survives.
enum HeaderText {
    /// Bytes of text in one encoded word: 48 characters of base64, 60 with what stands around them, so that even the
    /// first line of a field stays within 76.
    private static let wordBytes = 36

    /// Unstructured text for the field `name`, folded.
    static func unstructured(_ text: String, after name: String) -> String {
        let text = oneLine(text)
        guard isPlain(text), name.utf8.count + 2 + text.utf8.count <= 78 else {
            return encodedWords(text).joined(separator: "\r\n ")
        }
        return text
    }

    /// A name before an address.
    static func phrase(_ text: String) -> String {
        let text = oneLine(text)
        guard isPlain(text), text.utf8.count <= 60 else { return encodedWords(text).joined(separator: "\r\n ") }
        let isAtoms = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x20
        }
        if isAtoms { return text }
        let quoted = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
        return "\"" + quoted.joined() + "\""
    }

    /// Every control character and line separator a space, none at the ends.
    static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(String(line).drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Printable ASCII that nobody takes for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }

    /// Each word holds whole characters (RFC 2047 §5).
    private static func encodedWords(_ text: String) -> [String] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > wordBytes {
                words.append(word)
                word = []
            }
            word += bytes
        }
        if !word.isEmpty { words.append(word) }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }
    }
}
