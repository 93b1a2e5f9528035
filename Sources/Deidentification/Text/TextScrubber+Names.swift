/// Names that are words (Grace, Art, Brown) are known by what stands beside them.
extension TextScrubber {
    /// The words after a title, a label, a relation or "signed by", whether they are on the list or not.
    func namesByContext(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor || mode == .technical else { return }
        for index in tokens.tokens.indices {
            if tokens.tokens[index].kind == .han { hanLabelled(tokens, index, &marks) }
            guard tokens.tokens[index].kind == .word, let separator = tokens.separator(after: index) else { continue }
            if !tokens.mayBeginName(index + 1) {
                // Nothing that follows can be a name: what the word is does not matter.
            } else if isTitle(tokens, index, separator) {
                names(tokens, after: index, loosely: false, &marks)
            } else if isLabel(tokens, index, separator) {
                names(tokens, after: index, loosely: true, &marks)
            } else if tokens.beginsName(index + 1) || isShoutedName(tokens, index), introduces(tokens, index, separator)
            {
                names(tokens, after: index, loosely: false, &marks)
            }
            if mode == .descriptor, let range = besideUnknown(tokens, index) {
                marks.append(Mark(range: range, kind: .name))
            }
        }
    }

    private func isTitle(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        let word = String(decoding: tokens.text(index), as: UTF8.self)
        let capitalized = word.capitalizedASCII
        let titles = LanguageIndex.all.titles
        // MR, MS and DR in capitals are modalities and diseases, unless a full stop follows.
        guard titles.contains(word) || (separator.first == UInt8(ascii: ".") && titles.contains(capitalized))
        else { return false }
        return separator.allSatisfy { $0 == 0x20 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }

    private func isLabel(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        separator.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }
            && LanguageIndex.all.nameLabels.contains(tokens.lowercased(index))
    }

    private func introduces(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        guard separator.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: ":") }) else { return false }
        let word = tokens.lowercased(index)
        let language = LanguageIndex.all
        if language.kin.contains(word) { return true }
        guard index > 0 else { return false }
        let before = tokens.lowercased(index - 1)
        return (language.prepositions.contains(word) && language.verbs.contains(before))
            || (word == "patient" && ["the", "der"].contains(before)) || (word == "patientin" && before == "die")
    }

    /// A capitalised word within a sentence, next to a capitalised one that is on no list: first and last name, and the
    /// place of both. The O of O'Brien and an initial belong to them.
    private func besideUnknown(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        func isUnknown(_ other: Int) -> Bool {
            guard tokens.tokens.indices.contains(other), tokens.tokens[other].kind == .word,
                let first = tokens.text(other).first, TextTokens.isUpper(first) || first >= 0x80
            else { return false }
            // An abbreviation of three letters that nobody knows is no name.
            guard tokens.tokens[other].count > 3 || tokens.isCapitalised(other) else { return false }
            return !passesWord(tokens.text(other), .descriptor)
        }
        if tokens.isInitial(index), isUnknown(index + 1), tokens.isJoined(after: index, by: ".' -") {
            return tokens.range(index, through: index + 1)
        }
        guard tokens.isCapitalised(index), index > 0, tokens.isJoined(after: index - 1, by: " ,^-"),
            !isTitleOrDegree(tokens, index)
        else { return nil }
        if isUnknown(index - 1) { return tokens.range(index - 1, through: index) }
        if tokens.isJoined(after: index, by: " ,^-"), isUnknown(index + 1) {
            return tokens.range(index, through: index + 1)
        }
        return nil
    }

    /// Who was named once in a text (Dr. Brown) is named again without a title (Brown agrees).
    func namesAgain(_ tokens: TextTokens, _ marks: inout [Mark]) {
        var names: Set<[UInt8]> = []
        for mark in marks where mark.kind == .name && mark.range.count >= 3 {
            names.formUnion(Self.words(tokens.bytes[mark.range]))
        }
        guard !names.isEmpty else { return }
        for index in tokens.tokens.indices where tokens.tokens[index].kind == .word {
            let token = tokens.tokens[index]
            guard token.count >= 3, names.contains(TextLists.lower(tokens.text(index))) else { continue }
            // A word of the list may begin a sentence as the word it is: May represent.
            let isWithin = index > 0 && tokens.isCapitalised(index) && tokens.isJoined(after: index - 1, by: " ,;")
            if isWithin || !passesWord(tokens.text(index), .descriptor) {
                marks.append(Mark(range: token.start..<token.end, kind: .name))
            }
        }
    }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        let tokens = TextTokens(Array(bytes))
        return tokens.tokens.indices.filter { tokens.tokens[$0].kind == .word && tokens.tokens[$0].count >= 3 }
            .map { TextLists.lower(tokens.text($0)) }
    }

    func isTitleOrDegree(_ tokens: TextTokens, _ index: Int) -> Bool {
        let word = String(decoding: tokens.text(index), as: UTF8.self)
        let language = LanguageIndex.all
        if language.titles.contains(word) || language.degrees.contains(tokens.lowercased(index)) { return true }
        let hasStop = tokens.separator(after: index)?.first == UInt8(ascii: ".")
        return hasStop && tokens.isInCapitals(index) && language.titles.contains(word.capitalizedASCII)
    }

    /// In a text of capitals names look like all other words: "READ BY MARY WHITE".
    private func isShoutedName(_ tokens: TextTokens, _ index: Int) -> Bool {
        tokens.isInCapitals(index) && tokens.isInCapitals(index + 1)
            && !Self.connectives.contains(tokens.lowercased(index + 1))
    }

    /// What ends a name in a text of capitals.
    static let connectives: Set<String> = [
        "on", "at", "was", "is", "has", "had", "were", "are", "for", "to", "from", "with", "and", "or", "by", "in",
        "the", "of",
        "a", "an", "who", "will", "be", "may", "as", "that", "which", "today", "noted", "presents", "via", "this",
        "his", "her",
        "ct", "mr", "mri", "ultrasound",
    ]

    /// Up to four words; `loosely`: also after a comma, as in a list of last and first name.
    private func names(_ tokens: TextTokens, after index: Int, loosely: Bool, _ marks: inout [Mark]) {
        var next = index + 1
        // Prof. Dr. med. Weber: the titles stay.
        while next < index + 4, next < tokens.tokens.count, isTitleOrDegree(tokens, next),
            tokens.isJoined(after: next, by: " .:")
        { next += 1 }
        for place in next..<(next + 4) where place < tokens.tokens.count {
            guard let first = tokens.text(place).first, TextTokens.isUpper(first) || first >= 0x80,
                [.word, .han].contains(tokens.tokens[place].kind), !isTitleOrDegree(tokens, place),
                !(tokens.isInCapitals(place) && Self.connectives.contains(tokens.lowercased(place)))
            else { return }
            marks.append(Mark(range: tokens.range(place, through: place), kind: .name))
            guard tokens.isJoined(after: place, by: loosely ? " .-_^'," : " .-_^'") else { return }
        }
    }
}

extension TextTokens {
    /// An upper case letter and then a lower case one, or a letter beyond ASCII.
    func isCapitalised(_ index: Int) -> Bool {
        guard tokens.indices.contains(index), tokens[index].kind == .word, let first = text(index).first else {
            return false
        }
        if first >= 0x80 { return true }
        guard Self.isUpper(first), let second = text(index).dropFirst().first else { return false }
        return !Self.isUpper(second)
    }

    /// Two letters or more, all of them capitals.
    func isInCapitals(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .word && tokens[index].count > 1
            && text(index).allSatisfy(Self.isUpper)
    }

    /// A single capital letter: the O of O'Brien, the J. of J. Weber.
    func isInitial(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].count == 1 && text(index).first.map(Self.isUpper) == true
    }

    /// Whether a token begins as names do: with a capital, or a letter beyond ASCII.
    func mayBeginName(_ index: Int) -> Bool {
        guard tokens.indices.contains(index), let first = text(index).first else { return false }
        return first >= 0x80 || Self.isUpper(first)
    }

    /// A capitalised word, or an initial with its sign.
    func beginsName(_ index: Int) -> Bool {
        isCapitalised(index) || (isInitial(index) && isJoined(after: index, by: ".' "))
            || (tokens.indices.contains(index) && tokens[index].kind == .han)
    }

    /// Whether nothing but these characters, and no line's end, stands between a token and the next.
    func isJoined(after index: Int, by characters: String) -> Bool {
        guard let separator = separator(after: index), separator.count <= 3 else { return false }
        return separator.allSatisfy { characters.utf8.contains($0) }
    }
}

extension String {
    /// The first letter a capital, and no other.
    fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst().lowercased() }
}
