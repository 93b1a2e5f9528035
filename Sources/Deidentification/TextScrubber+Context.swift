extension TextScrubber {
    /// Mail and web addresses: everything between the spaces around them.
    func contacts(_ tokens: TextTokens, _ marks: inout [Mark]) {
        let bytes = tokens.bytes
        var done = 0
        for index in bytes.indices where index >= done {
            let isAt = bytes[index] == UInt8(ascii: "@")
            let isScheme = bytes[index] == UInt8(ascii: ":") && bytes[index...].starts(with: "://".utf8)
            let isHost =
                bytes[index] | 0x20 == UInt8(ascii: "w")
                && bytes[index...].prefix(4).map { $0 | 0x20 } == Array("www.".utf8)
            guard isAt || isScheme || isHost else { continue }
            var start = index
            var end = index
            while start > 0, !Self.isSpace(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, !Self.isSpace(bytes[end]) { end += 1 }
            marks.append(Mark(range: start..<end))
            done = end
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// IDs of the header, whatever separators they are written with.
    func knownNumbers(_ tokens: TextTokens, _ marks: inout [Mark]) {
        guard !identifiers.ids.isEmpty, tokens.tokens.contains(where: { $0.kind != .word }) else { return }
        var stream: [UInt8] = []
        var positions: [Int] = []
        for token in tokens.tokens {
            for index in token.start..<token.end where tokens.bytes[index] < 0x80 {
                let byte = tokens.bytes[index]
                stream.append(byte >= 0x61 ? byte & 0xDF : byte)
                positions.append(index)
            }
        }
        for id in identifiers.searchable where id.count <= stream.count {
            for start in 0...(stream.count - id.count) where stream[start] == id[0] {
                guard stream[start..<(start + id.count)].elementsEqual(id) else { continue }
                marks.append(Mark(range: positions[start]..<(positions[start + id.count - 1] + 1)))
            }
        }
    }

    private static let streets: Set<String> = [
        "street", "avenue", "ave", "road", "rd", "lane", "ln", "drive", "blvd", "boulevard", "way", "court", "plaza",
        "square", "terrace", "strasse", "platz", "weg", "allee", "crescent", "highway", "parkway",
    ]
    private static let titles: Set<String> = [
        "Dr", "Mr", "Mrs", "Ms", "Prof", "Doctor", "Professor", "Herr", "Frau", "Miss",
    ]
    private static let labels: Set<String> = ["name", "patient", "pt"]

    /// Streets with their numbers, and the words after a title or a label, whether they are on the list or not.
    func addressesAndTitles(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode != .code, mode != .model else { return }
        for index in tokens.tokens.indices {
            let token = tokens.tokens[index]
            if token.kind == .number, token.count <= 5 {
                street(tokens, index, &marks)
            } else if token.kind == .word, isTitle(tokens, index) {
                names(tokens, after: index, &marks)
            }
        }
    }

    private func street(_ tokens: TextTokens, _ index: Int, _ marks: inout [Mark]) {
        var isUnknown = false
        for next in (index + 1)..<(index + 6) where next < tokens.tokens.count {
            guard tokens.tokens[next].kind == .word, tokens.single(after: next - 1) == 0x20 else { return }
            if next > index + 1, isUnknown, Self.streets.contains(tokens.lowercased(next)) {
                marks.append(Mark(range: tokens.tokens[index].start..<tokens.tokens[next].end))
                return
            }
            if !Vocabulary.contains(tokens.text(next)) { isUnknown = true }
        }
    }

    private func isTitle(_ tokens: TextTokens, _ index: Int) -> Bool {
        let word = String(decoding: tokens.text(index), as: UTF8.self)
        guard let separator = tokens.separator(after: index) else { return false }
        // MR, MS and DR in capitals are modalities and diseases, unless a full stop follows.
        if Self.titles.contains(word)
            || (separator.first == UInt8(ascii: ".") && Self.titles.contains(word.capitalized))
        {
            return separator.allSatisfy { $0 == 0x20 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        }
        return Self.labels.contains(word.lowercased())
            && separator.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }
    }

    private func names(_ tokens: TextTokens, after index: Int, _ marks: inout [Mark]) {
        for next in (index + 1)..<(index + 3) where next < tokens.tokens.count {
            guard let first = tokens.text(next).first, TextTokens.isUpper(first) || first >= 0x80,
                tokens.tokens[next].kind == .word
            else { return }
            marks.append(Mark(range: tokens.tokens[next].start..<tokens.tokens[next].end))
            guard let separator = tokens.separator(after: next),
                separator.allSatisfy({
                    [0x20, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "^")].contains($0)
                })
            else { return }
        }
    }
}

extension String {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst().lowercased() }
}
