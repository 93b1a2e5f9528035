/// Towns by the gazetteers. A country, or a part of one such as a state, may stay by itself if its words are on the list;
/// a town may not (45 CFR 164.514(b)(2)(i)(B)).
extension TextScrubber {
    func towns(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor else { return }
        var index = 0
        while index < tokens.tokens.count {
            guard tokens.tokens[index].kind == .word,
                let (count, place) = place(tokens, index, isAlone: mayStandAlone(tokens, index))
            else {
                index += 1
                continue
            }
            let last = index + count - 1
            let region = region(tokens, behind: last, isMedical: place == .medical)
            if isMeant(tokens, index...last, place, hasRegion: region != nil) {
                marks.append(Mark(range: tokens.range(index, through: region ?? last), kind: .place))
                index = (region ?? last) + 1
            } else {
                index += 1
            }
        }
    }

    /// The longest place that begins with a token, by the gazetteers; one of a single word only where `isAlone`.
    func place(_ tokens: TextTokens, _ index: Int, isAlone: Bool = true) -> (count: Int, place: Gazetteer.Place)? {
        guard tokens.tokens.indices.contains(index) else { return nil }
        let first = TextLists.lower(tokens.text(index))
        if gazetteer.mayBeginPlace(first),
            let found = gazetteer.place(words(tokens, from: index, most: Gazetteer.placeWords, by: " -.'"))
        {
            return found
        }
        return isAlone ? Gazetteer.town(first).map { (1, $0) } : nil
    }

    /// Whether something beside a word could say that it is a town.
    private func mayStandAlone(_ tokens: TextTokens, _ index: Int) -> Bool {
        if tokens.separator(after: index)?.first == UInt8(ascii: ",") { return true }
        guard index > 0, tokens.isJoined(after: index - 1, by: " ") else { return false }
        return tokens.tokens[index - 1].kind == .number || Self.before.contains(tokens.lowercased(index - 1))
    }

    /// The words from one on, in lower case, as long as only these characters stand between them.
    private func words(_ tokens: TextTokens, from index: Int, most: Int, by characters: String) -> [[UInt8]] {
        var words: [[UInt8]] = []
        for next in index..<(index + most) {
            guard next < tokens.tokens.count, tokens.tokens[next].kind == .word,
                next == index || tokens.isJoined(after: next - 1, by: characters)
            else { break }
            words.append(TextLists.lower(tokens.text(next)))
        }
        return words
    }

    // MARK: Context

    private static let within: Set<String> = ["in", "from", "near", "aus", "nahe"]
    private static let before = within.union(["at", "of", "to"])
    private static let lives: Set<String> = [
        "lives", "living", "lived", "resides", "residing", "resident", "born", "moved", "native", "wohnhaft", "wohnt",
        "geboren",
    ]

    /// Whether the place is meant, and not the words that it is made of.
    private func isMeant(
        _ tokens: TextTokens, _ range: ClosedRange<Int>, _ place: Gazetteer.Place, hasRegion: Bool
    ) -> Bool {
        let first = range.lowerBound
        let isNamed =
            range.allSatisfy { tokens.isCapitalised($0) || tokens.isInCapitals($0) || range.count > 1 && $0 > first }
            && tokens.mayBeginName(first) && tokens.mayBeginName(range.upperBound)
        if isResidence(tokens, before: first) { return true }
        if isNamed, hasRegion || followsPostalCode(tokens, first, place) { return true }
        let isWithin =
            first > 0 && tokens.isJoined(after: first - 1, by: " ")
            && Self.within.contains(String(decoding: tokens.text(first - 1), as: UTF8.self))
        switch place {
        case .certain: return isNamed || isWithin
        case .word: return isNamed && isWithin && !lists.isOfLanguage(TextLists.lower(tokens.text(first)))
        case .medical: return false
        }
    }

    /// Lives in Reading, born in reading.
    private func isResidence(_ tokens: TextTokens, before first: Int) -> Bool {
        guard first > 1, tokens.isJoined(after: first - 1, by: " "), tokens.isJoined(after: first - 2, by: " ") else {
            return false
        }
        return ["in", "at", "of", "from", "to"].contains(tokens.lowercased(first - 1))
            && Self.lives.contains(tokens.lowercased(first - 2))
    }

    /// 79100 Essen, CH-4051 Basel.
    private func followsPostalCode(_ tokens: TextTokens, _ first: Int, _ place: Gazetteer.Place) -> Bool {
        guard first > 0, tokens.single(after: first - 1) == 0x20, place != .medical else { return false }
        if tokens.isNumber(first - 1, 5...5) { return true }
        return tokens.isNumber(first - 1, 4...4) && first > 1 && tokens.single(after: first - 2) == UInt8(ascii: "-")
            && tokens.isInCapitals(first - 2) == (tokens.tokens[first - 2].count > 1)
    }

    // MARK: Countries and states

    private static let states = Set(
        """
        AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
        SC SD TN TX UT VT VA WA WV WI WY DC
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })

    /// The last token of what says where a town lies (, Pennsylvania; , PA 19601); `nil` where nothing does. "Head, CT" is
    /// no town in Connecticut: behind a word of medicine two letters count only with a postal code.
    private func region(_ tokens: TextTokens, behind last: Int, isMedical: Bool) -> Int? {
        guard last + 1 < tokens.tokens.count, tokens.isJoined(after: last, by: " ,"),
            tokens.separator(after: last)?.contains(UInt8(ascii: ",")) == true, tokens.mayBeginName(last + 1)
        else { return nil }
        if Self.states.contains(Array(tokens.text(last + 1))) {
            let hasCode = tokens.isJoined(after: last + 1, by: " ") && tokens.isNumber(last + 2, 5...5)
            return hasCode ? last + 2 : isMedical ? nil : last + 1
        }
        guard let count = Gazetteer.region(words(tokens, from: last + 1, most: 4, by: " -.'")) else { return nil }
        return last + count
    }
}
