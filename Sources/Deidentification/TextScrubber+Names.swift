/// Names that are words (Grace, Art, Brown) are known by what stands beside them.
extension TextScrubber {
    private static let titles: Set<String> = [
        "Dr", "Mr", "Mrs", "Ms", "Prof", "Doctor", "Professor", "Herr", "Frau", "Miss",
    ]
    private static let labels: Set<String> = [
        "name", "patient", "pt", "physician", "radiologist", "technologist", "operator", "surgeon", "nurse",
    ]
    private static let kin: Set<String> = [
        "daughter", "son", "wife", "husband", "mother", "father", "sister", "brother", "spouse", "partner", "caregiver",
    ]
    /// What stands before "by", "with", "of" and "to" where a person follows.
    private static let verbs: Set<String> = [
        "signed", "dictated", "read", "reported", "referred", "ordered", "performed", "biopsy", "reviewed",
        "interpreted", "verified", "approved", "requested", "transcribed", "drawn", "discussed", "results", "chart",
        "communicated", "conveyed", "seen", "examined", "given", "supervised", "scanned",
    ]
    private static let prepositions: Set<String> = ["by", "with", "of", "to"]

    /// The words after a title, a label, a relation or "signed by", whether they are on the list or not.
    func namesByContext(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor || mode == .technical else { return }
        for index in tokens.tokens.indices where tokens.tokens[index].kind == .word {
            guard let separator = tokens.separator(after: index) else { continue }
            if isTitle(tokens, index, separator) {
                names(tokens, after: index, loosely: false, &marks)
            } else if isLabel(tokens, index, separator) {
                names(tokens, after: index, loosely: true, &marks)
            } else if introduces(tokens, index, separator), tokens.isCapitalised(index + 1) {
                names(tokens, after: index, loosely: false, &marks)
            }
            if mode == .descriptor, isBesideUnknown(tokens, index) {
                marks.append(Mark(range: tokens.tokens[index].start..<tokens.tokens[index].end))
            }
        }
    }

    private func isTitle(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        let word = String(decoding: tokens.text(index), as: UTF8.self)
        let capitalized = word.prefix(1).uppercased() + word.dropFirst().lowercased()
        // MR, MS and DR in capitals are modalities and diseases, unless a full stop follows.
        guard Self.titles.contains(word) || (separator.first == UInt8(ascii: ".") && Self.titles.contains(capitalized))
        else { return false }
        return separator.allSatisfy { $0 == 0x20 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }

    private func isLabel(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        separator.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }
            && Self.labels.contains(tokens.lowercased(index))
    }

    private func introduces(_ tokens: TextTokens, _ index: Int, _ separator: ArraySlice<UInt8>) -> Bool {
        guard separator.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: ":") }) else { return false }
        let word = tokens.lowercased(index)
        if Self.kin.contains(word) { return true }
        guard index > 0 else { return false }
        let before = tokens.lowercased(index - 1)
        return (Self.prepositions.contains(word) && Self.verbs.contains(before))
            || (word == "patient" && before == "the")
    }

    /// A capitalised word within a sentence, next to a capitalised one that is on no list: first and last name.
    private func isBesideUnknown(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard tokens.isCapitalised(index), index > 0, tokens.isJoined(after: index - 1, by: " ,^-") else {
            return false
        }
        func isUnknown(_ other: Int) -> Bool {
            guard tokens.tokens.indices.contains(other), tokens.tokens[other].kind == .word,
                let first = tokens.text(other).first, TextTokens.isUpper(first) || first >= 0x80
            else { return false }
            // An abbreviation of three letters that nobody knows is no name.
            guard tokens.tokens[other].count > 3 || tokens.isCapitalised(other) else { return false }
            return !passesWord(tokens.text(other), .descriptor)
        }
        return isUnknown(index - 1) || (tokens.isJoined(after: index, by: " ,^-") && isUnknown(index + 1))
    }

    /// Up to three words; `loosely`: also after a comma, as in a list of last and first name.
    private func names(_ tokens: TextTokens, after index: Int, loosely: Bool, _ marks: inout [Mark]) {
        for next in (index + 1)..<(index + 4) where next < tokens.tokens.count {
            guard let first = tokens.text(next).first, TextTokens.isUpper(first) || first >= 0x80,
                tokens.tokens[next].kind == .word, !Self.degrees.contains(tokens.lowercased(next))
            else { return }
            marks.append(Mark(range: tokens.tokens[next].start..<tokens.tokens[next].end))
            guard tokens.isJoined(after: next, by: loosely ? " .-_^'," : " .-_^'") else { return }
        }
    }

    private static let degrees: Set<String> = ["md", "phd", "do", "rn", "rt", "frcr", "mrn", "dob", "id", "ssn", "acc"]
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

    /// Whether nothing but these characters, and no line's end, stands between a token and the next.
    func isJoined(after index: Int, by characters: String) -> Bool {
        guard let separator = separator(after: index), separator.count <= 3 else { return false }
        return separator.allSatisfy { characters.utf8.contains($0) }
    }
}
