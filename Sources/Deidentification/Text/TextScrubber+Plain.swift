/// Texts without capitals, or of nothing else, where a name looks like all other words: "READ BY MARK WHITE, MERCY
/// HOSPITAL", "daughter grace". What a word may be, by the gazetteers, counts where something says what it is.
extension TextScrubber {
    func plainText(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor else { return }
        for index in tokens.tokens.indices {
            if tokens.single(after: index) == UInt8(ascii: "^"), let range = listed(tokens, index) {
                marks.append(Mark(range: range, kind: .name))
            }
            if tokens.tokens[index].kind == .number, let range = plainStreet(tokens, index) {
                marks.append(Mark(range: range, kind: .place))
            }
            guard tokens.tokens[index].kind == .word, Self.signals.contains(tokens.lowercased(index)) else { continue }
            if let introduction = introduction(tokens, index),
                let last = plainName(tokens, from: index + 1, introduction)
            {
                marks.append(Mark(range: tokens.range(index + 1, through: last), kind: .name))
            }
            if let range = plainInstitution(tokens, index) {
                marks.append(Mark(range: range, kind: .place))
            }
        }
    }

    /// The words that any of this begins with: most texts have none of them.
    private static let signals = LanguageIndex.all.nameLabels.union(LanguageIndex.all.kin).union(titles)
        .union(shortTitles).union(prepositions).union(houses).union(centers).union(practices).union(["patient", "of"])

    // MARK: People

    /// LONG^GRACE, as in headers (PS3.5 §6.2); some devices write their protocols so, too: Abdomen^Liver.
    private func listed(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        func isUnknown(_ index: Int) -> Bool { !passesWord(tokens.text(index), .descriptor) }
        guard tokens.tokens[index].kind == .word, tokens.tokens[index + 1].kind == .word,
            gazetteer.isSurname(lower(tokens, index)) || isUnknown(index),
            gazetteer.isGiven(lower(tokens, index + 1)) || (isUnknown(index) && isUnknown(index + 1))
        else { return nil }
        return tokens.range(index, through: index + 1)
    }

    /// Titles that no other word is spelt like. Those of two letters are: MR, ms.
    private static let titles: Set<String> = ["dr", "mrs", "prof", "frau", "herr", "herrn", "doctor"]
    private static let shortTitles: Set<String> = ["mr", "ms"]
    private static let prepositions: Set<String> = ["by", "with", "von", "durch"]
    private static let predicates: Set<String> = ["was", "is", "has", "had", "presents", "agreed"]

    /// What says that a person follows.
    private enum Introduction {
        /// A title or a label: the first word is a name if it can be one.
        case certain
        /// A relation: a first name follows.
        case relative
        case verb
        /// "The patient": a name if something is said of it.
        case patient
    }

    private func introduction(_ tokens: TextTokens, _ index: Int) -> Introduction? {
        guard tokens.tokens[index].kind == .word, let separator = tokens.separator(after: index), separator.count <= 3,
            tokens.isPlain(index + 1) || tokens.isJoined(after: index + 1, by: "'")
        else { return nil }
        let word = tokens.lowercased(index)
        let language = LanguageIndex.all
        let isSpace = separator.allSatisfy { $0 == 0x20 }
        if Self.titles.contains(word), separator.allSatisfy({ $0 == 0x20 || $0 == 0x2E }) { return .certain }
        if Self.shortTitles.contains(word), separator.elementsEqual(". ".utf8) { return .certain }
        if language.nameLabels.contains(word), separator.contains(where: { $0 == 0x3A || $0 == 0x3D }) {
            return .certain
        }
        if language.kin.contains(word), isSpace { return .relative }
        guard index > 0, isSpace || separator.elementsEqual(": ".utf8) else { return nil }
        let before = tokens.lowercased(index - 1)
        if word == "patient", before == "the" { return .patient }
        let isBy = Self.prepositions.contains(word) || (word == "of" && before == "chart")
        return isBy && language.verbs.contains(before) ? .verb : nil
    }

    /// The last of up to four words from `first` on that may be names: of the gazetteers, or on no list.
    private func plainName(_ tokens: TextTokens, from first: Int, _ introduction: Introduction) -> Int? {
        let name = lower(tokens, first)
        if introduction == .relative, !gazetteer.isGiven(name) { return nil }
        var last: Int?
        for place in first..<(first + 4) {
            let isCertain = place == first && introduction == .certain && gazetteer.isName(name)
            guard tokens.tokens.indices.contains(place), isCertain || mayBeName(tokens, place) else { break }
            if tokens.tokens[place].count > 1 { last = place }
            guard tokens.isJoined(after: place, by: " .-^',") else { break }
            // "Brown, Grace" goes on behind the comma, "by Grace Brown, MD" does not.
            let isListed = tokens.separator(after: place)?.contains(UInt8(ascii: ",")) == true
            if isListed, place > first || introduction != .certain { break }
        }
        guard introduction == .patient, let end = last else { return last }
        let next = end + 1
        return tokens.tokens.indices.contains(next) && Self.predicates.contains(tokens.lowercased(next)) ? end : nil
    }

    private func mayBeName(_ tokens: TextTokens, _ place: Int) -> Bool {
        let token = tokens.tokens[place]
        // The O of O'Brien.
        if token.count == 1, token.kind == .word { return tokens.isJoined(after: place, by: ".' ") }
        guard tokens.isPlain(place), !isTitleOrDegree(tokens, place) else { return false }
        let isUnknown = !passesWord(tokens.text(place), .descriptor)
        guard gazetteer.isName(lower(tokens, place)) || isUnknown else { return false }
        return !Self.connectives.contains(tokens.lowercased(place)) || isNameForAll(tokens, place)
    }

    /// Will Brown, and not: will need.
    private func isNameForAll(_ tokens: TextTokens, _ place: Int) -> Bool {
        guard gazetteer.isGiven(lower(tokens, place)), let separator = tokens.separator(after: place) else {
            return false
        }
        let next = place + 1
        if separator.contains(UInt8(ascii: ",")) || Self.predicates.contains(tokens.lowercased(next)) { return true }
        guard tokens.isPlain(next), !Self.connectives.contains(tokens.lowercased(next)) else { return false }
        return gazetteer.isSurname(lower(tokens, next)) || !passesWord(tokens.text(next), .descriptor)
    }

    private func lower(_ tokens: TextTokens, _ index: Int) -> [UInt8] { TextLists.lower(tokens.text(index)) }

    // MARK: Places

    private static let houses: Set<String> = ["hospital", "clinic", "infirmary", "sanatorium", "hospice", "klinikum"]
    private static let centers: Set<String> = ["center", "centre"]
    private static let practices: Set<String> = ["imaging", "radiology"]
    /// What names of hospitals are made of besides names.
    private static let ofHouses: Set<String> = [
        "university", "general", "medical", "memorial", "community", "regional", "county", "city", "children",
        "childrens", "st", "saint", "mercy", "national", "veterans", "central", "district", "royal", "sacred", "holy",
        "heart", "good", "presbyterian", "methodist", "baptist", "lutheran", "jewish", "trinity", "health", "imaging",
        "cancer",
    ]

    /// mercy clinic, ST. MARY MEDICAL CENTER, LITTLE ROCK.
    private func plainInstitution(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard tokens.isPlain(index) else { return nil }
        let word = tokens.lowercased(index)
        let isCenter =
            Self.centers.contains(word) && index > 0
            && ["medical", "health", "imaging", "cancer"].contains(tokens.lowercased(index - 1))
        let isPractice =
            Self.practices.contains(word) && index > 0 && tokens.isPlain(index - 1)
            && tokens.isJoined(after: index - 1, by: " ") && !passesWord(tokens.text(index - 1), .descriptor)
        guard Self.houses.contains(word) || isCenter || isPractice else { return nil }
        var first = index
        while first > 0, index - first < 5, tokens.isPlain(first - 1), tokens.isJoined(after: first - 1, by: " .'"),
            isOfHouse(tokens, first - 1)
        { first -= 1 }
        guard first < index else { return nil }
        // University Hospital Basel
        let isNamedBehind =
            tokens.isJoined(after: index, by: " ") && tokens.isPlain(index + 1)
            && !passesWord(tokens.text(index + 1), .descriptor)
        return tokens.range(first, through: plainTown(tokens, behind: isNamedBehind ? index + 1 : index))
    }

    private func isOfHouse(_ tokens: TextTokens, _ index: Int) -> Bool {
        let name = tokens.lowercased(index)
        if Self.ofHouses.contains(name) { return true }
        guard !Self.connectives.contains(name) else { return false }
        return gazetteer.isName(lower(tokens, index)) || !passesWord(tokens.text(index), .descriptor)
    }

    /// Words that end the name of a street and hardly anything else.
    private static let streets: Set<String> = ["street", "avenue", "ave", "road", "rd", "blvd", "boulevard"]
    private static let streetsThatBegin: Set<String> = ["rue", "calle", "avenida", "rua"]

    /// 2031 church road, little rock.
    private func plainStreet(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard tokens.isNumber(index, 1...5), tokens.single(after: index) == 0x20 else { return nil }
        if index + 1 < tokens.tokens.count, Self.streetsThatBegin.contains(tokens.lowercased(index + 1)) {
            var last = index + 1
            while last < index + 6, tokens.single(after: last) == 0x20, tokens.isPlain(last + 1) { last += 1 }
            return tokens.range(index, through: plainTown(tokens, behind: last))
        }
        for next in (index + 1)..<(index + 5) where next < tokens.tokens.count {
            guard tokens.isPlain(next) || tokens.tokens[next].kind == .mixed,
                tokens.isJoined(after: next - 1, by: " .'"),
                !Self.connectives.contains(tokens.lowercased(next))
            else { return nil }
            if next > index + 1, Self.streets.contains(tokens.lowercased(next)) {
                return tokens.range(index, through: plainTown(tokens, behind: next))
            }
        }
        return nil
    }

    /// The last word of the town behind a street or a house, in whatever letters.
    private func plainTown(_ tokens: TextTokens, behind last: Int) -> Int {
        guard tokens.isJoined(after: last, by: " ,"), let (count, _) = place(tokens, last + 1) else { return last }
        return last + count
    }
}

extension TextTokens {
    /// Two letters or more that are all small, or all capitals.
    func isPlain(_ index: Int) -> Bool {
        guard tokens.indices.contains(index), tokens[index].kind == .word, tokens[index].count > 1 else { return false }
        return isInCapitals(index) || !text(index).contains(where: Self.isUpper)
    }
}
