/// Streets, towns and institutions, whose names are words as often as not; and ages that few people reach.
extension TextScrubber {
    func places(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor || mode == .technical else { return }
        for index in tokens.tokens.indices {
            let token = tokens.tokens[index]
            if token.kind == .number, token.count <= 5 {
                if let last = street(tokens, index) {
                    marks.append(Mark(range: tokens.range(index, through: town(tokens, after: last)), kind: .place))
                } else if isGreatAge(tokens, index) {
                    marks.append(Mark(range: token.start..<token.end, kind: .age))
                }
            } else if token.kind == .word, mode == .descriptor {
                if let range = streetBeforeNumber(tokens, index) { marks.append(Mark(range: range, kind: .place)) }
                if let range = institution(tokens, index) { marks.append(Mark(range: range, kind: .place)) }
                if let range = labelled(tokens, index) { marks.append(Mark(range: range, kind: .place)) }
            }
            if mode == .descriptor, let range = labelledID(tokens, index) {
                marks.append(Mark(range: range, kind: .id))
            }
        }
    }

    /// Over 89: few enough to be known by it (45 CFR 164.514).
    private func isGreatAge(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard let age = tokens.number(index), (90...130).contains(age), tokens.isJoined(after: index, by: " -/"),
            tokens.tokens.indices.contains(index + 1)
        else { return false }
        return LanguageIndex.all.ages.contains(tokens.lowercased(index + 1))
    }

    /// What follows "MRN:" or "Fall-Nr.": a number or an ID, however short.
    private func labelledID(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard let first = number(tokens, index + 1), let separator = tokens.separator(after: index),
            separator.count <= 4
        else { return nil }
        let labels = LanguageIndex.all.idLabels
        let label = tokens.lowercased(index)
        let isLabel = labels.contains(label) || (tokens.han(index) != nil && labels.contains { label.hasSuffix($0) })
        let isJoined =
            separator.contains { [0x3A, 0x23, 0x3D].contains($0) } || ["nr", "nummer"].contains(label)
            || HanScript.punctuation(tokens.bytes, tokens.tokens[index].end) > 0
        guard isLabel, isJoined else { return nil }
        var last = first
        while tokens.isJoined(after: last, by: "-/"), last < index + 5,
            [.number, .mixed].contains(tokens.tokens[last + 1].kind)
        { last += 1 }
        return tokens.range(index + 1, through: last)
    }

    /// The number that begins here, or behind some letters and a hyphen (AB-123).
    private func number(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard tokens.tokens.indices.contains(index) else { return nil }
        if [.number, .mixed].contains(tokens.tokens[index].kind) { return index }
        let isPrefix = tokens.tokens[index].count <= 4 && tokens.tokens[index].kind == .word
        guard isPrefix, tokens.isJoined(after: index, by: "-/"), tokens.tokens[index + 1].kind == .number else {
            return nil
        }
        return index + 1
    }

    /// Lindenallee 12, Am Rain 4: the number stands behind, as in German.
    private func streetBeforeNumber(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard tokens.isCapitalised(index), tokens.isJoined(after: index, by: " .") else { return nil }
        let number = index + 1
        guard tokens.tokens.indices.contains(number), tokens.tokens[number].kind != .word,
            tokens.tokens[number].count <= 4, tokens.text(number).first.map(TextTokens.isDigit) == true
        else { return nil }
        let word = tokens.lowercased(index)
        let isStreet =
            word.utf8.count >= 7 && !lists.contains(tokens.text(index))
            && LanguageIndex.all.streetEndings.contains { word.hasSuffix($0) }
        let isTwoWords =
            index > 0 && tokens.isCapitalised(index - 1) && tokens.isJoined(after: index - 1, by: " -")
            && (LanguageIndex.all.streets.contains(word)
                || LanguageIndex.all.streetsThatBegin.contains(tokens.lowercased(index - 1)))
        guard isStreet || isTwoWords else { return nil }
        var last = number
        // 79100 Freiburg
        if tokens.isJoined(after: number, by: " ,"), tokens.isNumber(number + 1, 4...5) {
            last =
                tokens.isCapitalised(number + 2) && tokens.isJoined(after: number + 1, by: " ")
                ? number + 2 : number + 1
        }
        return tokens.range(isTwoWords ? index - 1 : index, through: last)
    }

    /// The last word of a street that begins with the number at `index`.
    private func street(_ tokens: TextTokens, _ index: Int) -> Int? {
        var isUnknown = false
        for next in (index + 1)..<(index + 6) where next < tokens.tokens.count {
            guard tokens.tokens[next].kind != .number, tokens.single(after: next - 1) == 0x20 else { return nil }
            let word = tokens.lowercased(next)
            if next == index + 1, LanguageIndex.all.streetsThatBegin.contains(word), tokens.isCapitalised(next) {
                return follow(tokens, next, "de la le du des di della")
            }
            // "12 axial CT lane" is no street, "12 Oak Lane" and "12 dorva lane" are.
            if next > index + 1, isUnknown || tokens.isCapitalised(next), LanguageIndex.all.streets.contains(word) {
                return next
            }
            guard
                tokens.isCapitalised(next) || isUnknown || !Vocabulary.contains(tokens.text(next))
                    || tokens.tokens[next].kind == .mixed
            else { return nil }
            if !Vocabulary.contains(tokens.text(next)) { isUnknown = true }
        }
        return nil
    }

    /// The last of the capitalised words (and small ones of `between`) that follow a word.
    private func follow(_ tokens: TextTokens, _ index: Int, _ between: String) -> Int {
        let small = Set(between.split(separator: " ").map(String.init))
        var last = index
        for next in (index + 1)..<(index + 6) where next < tokens.tokens.count {
            guard tokens.single(after: next - 1) == 0x20, tokens.tokens[next].kind == .word else { break }
            if tokens.isCapitalised(next) { last = next } else if !small.contains(tokens.lowercased(next)) { break }
        }
        return last
    }

    /// The town behind a street: capitalised words after a comma.
    private func town(_ tokens: TextTokens, after index: Int) -> Int {
        guard tokens.isJoined(after: index, by: " ,"), tokens.isCapitalised(index + 1),
            tokens.separator(after: index)?.contains(UInt8(ascii: ",")) == true
        else { return index }
        return follow(tokens, index + 1, "")
    }

    /// Mercy Clinic, St. Mary Medical Center, University Hospital Basel.
    private func institution(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard tokens.isCapitalised(index), isInstitution(tokens, index) else { return nil }
        var first = index
        while first > 0, index - first < 5, tokens.isCapitalised(first - 1),
            tokens.isJoined(after: first - 1, by: " .'")
        {
            first -= 1
        }
        let last = follow(tokens, index, "of")
        guard first < index || last > index else { return nil }
        let end = tokens.tokens[town(tokens, after: last)].end
        return tokens.tokens[first].start..<end
    }

    /// Clinic, and CenterSpringfield, where a line's end was lost.
    private func isInstitution(_ tokens: TextTokens, _ index: Int) -> Bool {
        let institutions = LanguageIndex.all.institutions
        if institutions.contains(tokens.lowercased(index)) { return true }
        let text = tokens.text(index)
        let rest = text.dropFirst()
        guard let second = rest.firstIndex(where: TextTokens.isUpper) else { return false }
        return institutions.contains(String(decoding: text[..<second], as: UTF8.self).lowercased())
    }

    /// What follows "Location:".
    private func labelled(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard tokens.separator(after: index)?.contains(UInt8(ascii: ":")) == true,
            tokens.isJoined(after: index, by: " :"),
            tokens.isCapitalised(index + 1), LanguageIndex.all.placeLabels.contains(tokens.lowercased(index))
        else { return nil }
        let last = town(tokens, after: follow(tokens, index + 1, "of"))
        return tokens.tokens[index + 1].start..<tokens.tokens[last].end
    }
}
