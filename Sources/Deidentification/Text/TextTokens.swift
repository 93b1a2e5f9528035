/// A text as runs of letters and digits, with what stands between them.
struct TextTokens {
    enum Kind {
        case word, number, mixed
        /// A run of Chinese characters, which have no spaces between words.
        case han
    }

    struct Token {
        let kind: Kind
        let start: Int
        let end: Int
        var count: Int { end - start }
    }

    let bytes: [UInt8]
    let tokens: [Token]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var tokens: [Token] = []
        var index = 0
        while index < bytes.count {
            guard Self.isLetter(bytes[index]) || Self.isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            if HanScript.width(bytes, index) > 0 {
                index = HanScript.end(bytes, index)
                tokens.append(Token(kind: .han, start: start, end: index))
                continue
            }
            let sign = HanScript.punctuation(bytes, index)
            guard sign == 0 else {
                index += sign
                continue
            }
            var letters = false
            var digits = false
            while index < bytes.count {
                if Self.isLetter(bytes[index]) {
                    if bytes[index] >= 0xE3, HanScript.interrupts(bytes, index) { break }
                    letters = true
                } else if Self.isDigit(bytes[index]) {
                    digits = true
                } else {
                    break
                }
                index += 1
            }
            tokens.append(Token(kind: letters ? (digits ? .mixed : .word) : .number, start: start, end: index))
        }
        self.tokens = tokens
    }

    /// Letters are those of ASCII, and everything beyond: a name in any script is a run of letters.
    static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }

    func text(_ index: Int) -> ArraySlice<UInt8> { bytes[tokens[index].start..<tokens[index].end] }

    func lowercased(_ index: Int) -> String {
        let text = text(index)
        guard text.allSatisfy({ $0 < 0x80 }) else { return String(decoding: text, as: UTF8.self).lowercased() }
        return String(decoding: text.map { Self.isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// The bytes from one token's beginning to another's end.
    func range(_ first: Int, through last: Int) -> Range<Int> { tokens[first].start..<tokens[last].end }

    /// The Chinese characters of a token; `nil` where it is none of them.
    func han(_ index: Int) -> String? {
        guard tokens.indices.contains(index), tokens[index].kind == .han else { return nil }
        return String(decoding: text(index), as: UTF8.self)
    }

    /// What stands between a token and the next; `nil` behind the last.
    func separator(after index: Int) -> ArraySlice<UInt8>? {
        guard index + 1 < tokens.count else { return nil }
        return bytes[tokens[index].end..<tokens[index + 1].start]
    }

    /// The single byte between a token and the next; `nil` where it is not one byte.
    func single(after index: Int) -> UInt8? {
        guard let separator = separator(after: index), separator.count == 1 else { return nil }
        return separator.first
    }

    func isNumber(_ index: Int, _ counts: ClosedRange<Int>) -> Bool {
        index < tokens.count && tokens[index].kind == .number && counts.contains(tokens[index].count)
    }

    /// The value of a number of at most nine digits.
    func number(_ index: Int) -> Int? {
        guard isNumber(index, 1...9) else { return nil }
        return text(index).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
