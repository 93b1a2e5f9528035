/// Names and towns that are words of the allow-list, found by the gazetteers and by what stands beside them.
extension TextScrubber {
    /// Marks names that no title and no unknown word gives away.
    func namesOfGazetteer(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor else { return }
        for index in tokens.tokens.indices where tokens.tokens[index].kind == .word {
            if let last = fullName(tokens, index) {
                marks.append(Mark(range: tokens.range(index, through: last), kind: .name))
            } else if isLoneName(tokens, index) {
                marks.append(Mark(range: tokens.range(index, through: index), kind: .name))
            }
        }
    }

    // MARK: First and last name

    /// The last token of a first name with its surname behind it (Grace Long, Grace B. Long), or of the two in the
    /// order of a list (Young, Grace). In capitals and in lower case, where any two words look alike, only if one of the
    /// two is no other word.
    private func fullName(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard index + 1 < tokens.tokens.count, let form = Form(tokens, index) else { return nil }
        let first = word(tokens, index)
        if tokens.isJoined(after: index, by: ", "), !tokens.isJoined(after: index, by: " ") {
            let second = word(tokens, index + 1)
            let isList = form == .capitalised && form == Form(tokens, index + 1) && gazetteer.isLoneName(second)
            return isList && gazetteer.isSurname(first) && gazetteer.isGiven(second) && !lists.isOfLanguage(first)
                ? index + 1 : nil
        }
        guard gazetteer.isGiven(first), !isPartOfAnother(tokens, index) else { return nil }
        var last = index + 1
        if tokens.isInitial(last), tokens.isJoined(after: index, by: " "), tokens.isJoined(after: last, by: ". ") {
            last += 1
        }
        guard form == Form(tokens, last), tokens.isJoined(after: last - 1, by: last > index + 1 ? ". " : " ") else {
            return nil
        }
        let second = word(tokens, last)
        guard gazetteer.isSurname(second), !isEponym(tokens, last) else { return nil }
        let isCertain = form == .capitalised || !lists.contains(first[...]) || !lists.contains(second[...])
        return isCertain ? last : nil
    }

    /// How a word is written.
    private enum Form {
        case capitalised, capitals, small

        init?(_ tokens: TextTokens, _ index: Int) {
            guard tokens.tokens.indices.contains(index), tokens.tokens[index].kind == .word,
                tokens.tokens[index].count > 1
            else { return nil }
            if tokens.isInCapitals(index) {
                self = .capitals
            } else {
                self = tokens.isCapitalised(index) ? .capitalised : .small
            }
        }
    }

    /// X-Ray Hand is nobody.
    private func isPartOfAnother(_ tokens: TextTokens, _ index: Int) -> Bool {
        index > 0 && tokens.tokens[index - 1].count == 1
            && (tokens.text(index - 1).first.map { $0 | 0x20 }) == UInt8(ascii: "x")
    }

    private func word(_ tokens: TextTokens, _ index: Int) -> [UInt8] { TextLists.lower(tokens.text(index)) }

    // MARK: One name

    /// Who takes part in a talk: "informed Brown", where even a colour is somebody.
    private static let told: Set<String> = [
        "informed", "called", "told", "notified", "paged", "asked", "thanked", "contacted", "alerted", "advised",
    ]
    private static let months: Set<String> = ["may", "april", "june", "august", "march"]

    /// A capitalised name within a sentence (informed Grace today), and what is on the list only as part of an eponym,
    /// without the rest of it.
    private func isLoneName(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard tokens.tokens[index].count >= 3 else { return false }
        let word = word(tokens, index)
        let isOnlyName = Gazetteer.isOnlyName(word)
        let isWithin = tokens.isCapitalised(index) && stands(tokens, index)
        guard isOnlyName || isWithin, !isEponym(tokens, index) else { return false }
        let isKept = lists.keeps(tokens.text(index)) || lists.isOfLanguage(word)
        if isOnlyName { return !isKept }
        guard !isKept || gazetteer.isOwnName(word) else { return false }
        if Self.told.contains(tokens.lowercased(index - 1)) { return gazetteer.isName(word) }
        return gazetteer.isLoneName(word) && !Self.months.contains(tokens.lowercased(index))
    }

    /// Whether a capitalised word stands within a sentence of words in lower case, so that the capital is its own.
    private func stands(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard index > 0, tokens.single(after: index - 1) == 0x20, tokens.tokens[index - 1].kind == .word,
            tokens.text(index - 1).allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }), tokens.tokens[index - 1].count > 1
        else { return false }
        guard tokens.isJoined(after: index, by: " "), tokens.isCapitalised(index + 1) else { return true }
        return gazetteer.isName(word(tokens, index + 1))
    }

    /// Whether what stands beside a name makes it that of a disease or a sign: Wilson disease, Salter-Harris, Baker's cyst.
    private func isEponym(_ tokens: TextTokens, _ index: Int) -> Bool {
        if tokens.single(after: index) == UInt8(ascii: "-") { return !gazetteer.isGiven(word(tokens, index + 1)) }
        if index > 0, tokens.single(after: index - 1) == UInt8(ascii: "-") {
            return !gazetteer.isGiven(word(tokens, index - 1))
        }
        var next = index + 1
        let isOwned = tokens.single(after: index) == UInt8(ascii: "'") && tokens.tokens[next].count == 1
        if isOwned { next += 1 }
        if next < tokens.tokens.count, tokens.isJoined(after: next - 1, by: " "), tokens.tokens[next].kind == .word,
            Gazetteer.isEponym(word(tokens, index), before: word(tokens, next))
        {
            return true
        }
        return isBehindEponymHead(tokens, index)
    }

    /// Morbus Wilson, circle of Willis.
    private func isBehindEponymHead(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard index > 0, tokens.isJoined(after: index - 1, by: " ") else { return false }
        let before = word(tokens, index - 1)
        if tokens.lowercased(index - 1) == "morbus" { return true }
        guard tokens.lowercased(index - 1) == "of", index > 1, tokens.isJoined(after: index - 2, by: " ") else {
            return WordList.eponymPairs.contains(before + [0x5F] + word(tokens, index))
        }
        return WordList.eponymHeads.contains(word(tokens, index - 2))
    }
}
