/// Streets, towns and institutions, whose names are words as often as not; and ages that few people reach.
extension TextScrubber {
    private static let streets: Set<String> = [
        "street", "avenue", "ave", "road", "rd", "lane", "ln", "drive", "blvd", "boulevard", "way", "court", "plaza",
        "square", "terrace", "strasse", "platz", "weg", "allee", "crescent", "highway", "parkway",
    ]
    private static let streetsThatBegin: Set<String> = ["rue", "via", "calle", "avenida", "rua", "place"]
    private static let institutions: Set<String> = [
        "hospital", "clinic", "klinikum", "klinik", "infirmary", "sanatorium", "spital", "krankenhaus", "center",
        "centre",
    ]
    private static let labels: Set<String> = [
        "location", "facility", "site", "hospital", "institution", "city", "address",
    ]
    private static let years: Set<String> = ["year", "years", "yo", "yr", "yrs", "y"]

    func places(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) {
        guard mode == .descriptor || mode == .technical else { return }
        for index in tokens.tokens.indices {
            let token = tokens.tokens[index]
            if token.kind == .number, token.count <= 5 {
                if let last = street(tokens, index) {
                    let end = town(tokens, after: last)
                    marks.append(Mark(range: token.start..<tokens.tokens[end].end))
                } else if isGreatAge(tokens, index) {
                    marks.append(Mark(range: token.start..<token.end))
                }
            } else if token.kind == .word, mode == .descriptor {
                if let range = institution(tokens, index) { marks.append(Mark(range: range)) }
                if let range = labelled(tokens, index) { marks.append(Mark(range: range)) }
            }
        }
    }

    /// Over 89: few enough to be known by it (45 CFR 164.514).
    private func isGreatAge(_ tokens: TextTokens, _ index: Int) -> Bool {
        guard let age = tokens.number(index), (90...130).contains(age), tokens.isJoined(after: index, by: " -/"),
            tokens.tokens.indices.contains(index + 1)
        else { return false }
        return Self.years.contains(tokens.lowercased(index + 1))
    }

    /// The last word of a street that begins with the number at `index`.
    private func street(_ tokens: TextTokens, _ index: Int) -> Int? {
        var isUnknown = false
        for next in (index + 1)..<(index + 6) where next < tokens.tokens.count {
            guard tokens.tokens[next].kind != .number, tokens.single(after: next - 1) == 0x20 else { return nil }
            let word = tokens.lowercased(next)
            if next == index + 1, Self.streetsThatBegin.contains(word), tokens.isCapitalised(next) {
                return follow(tokens, next, "de la le du des di della")
            }
            // "12 axial CT lane" is no street, "12 Oak Lane" and "12 dorva lane" are.
            if next > index + 1, isUnknown || tokens.isCapitalised(next), Self.streets.contains(word) { return next }
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
        guard tokens.isCapitalised(index), Self.institutions.contains(tokens.lowercased(index)) else { return nil }
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

    /// What follows "Location:".
    private func labelled(_ tokens: TextTokens, _ index: Int) -> Range<Int>? {
        guard Self.labels.contains(tokens.lowercased(index)), tokens.isJoined(after: index, by: " :"),
            tokens.separator(after: index)?.contains(UInt8(ascii: ":")) == true, tokens.isCapitalised(index + 1)
        else { return nil }
        let last = town(tokens, after: follow(tokens, index + 1, "of"))
        return tokens.tokens[index + 1].start..<tokens.tokens[last].end
    }
}
