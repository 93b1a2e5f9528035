/// A project's words and languages, ready to be looked up in.
struct TextLists: Sendable {
    private let keep: Set<[UInt8]>
    /// Phrases by their first word, each as the words that follow it.
    private let phrases: [[UInt8]: [[[UInt8]]]]
    /// Chinese characters that always go, wherever in a run they stand.
    let hanPhrases: [String]
    let languages: [Language]
    let gazetteer: Gazetteer
    let surrogates: TextRules.Surrogates

    static let none = TextLists(.none)

    init(_ rules: TextRules) {
        keep = Set(rules.keep.map { Self.lower(Array($0.utf8)[...]) })
        var phrases: [[UInt8]: [[[UInt8]]]] = [:]
        var hanPhrases: [String] = []
        for phrase in rules.replace {
            let tokens = TextTokens(Array(phrase.utf8))
            if tokens.tokens.allSatisfy({ $0.kind == .han }) { hanPhrases.append(phrase) }
            let words = tokens.tokens.indices.map { Self.lower(tokens.text($0)) }
            if let first = words.first { phrases[first, default: []].append(Array(words.dropFirst())) }
        }
        self.phrases = phrases
        self.hanPhrases = hanPhrases
        languages = rules.languages.compactMap(Language.named)
        gazetteer = Gazetteer(names: rules.names, places: rules.places)
        surrogates = rules.surrogates
    }

    /// In lower case, letters of every script.
    static func lower(_ word: ArraySlice<UInt8>) -> [UInt8] {
        guard word.contains(where: { $0 >= 0x80 }) else { return word.map { TextTokens.isUpper($0) ? $0 | 0x20 : $0 } }
        return Array(String(decoding: word, as: UTF8.self).lowercased().utf8)
    }

    /// Whether a word may stay: on the English list, on one of the project's languages', or on its own.
    func contains(_ word: ArraySlice<UInt8>) -> Bool {
        let isASCII = word.allSatisfy { $0 < 0x80 }
        if isASCII, Vocabulary.contains(word) { return true }
        guard !keep.isEmpty || !languages.isEmpty else { return false }
        let lower = Self.lower(word)
        return keep.contains(lower) || languages.contains { $0.contains(lower) }
    }

    /// Whether a word in lower case is on the list of one of the project's languages: there it is a word.
    func isOfLanguage(_ word: [UInt8]) -> Bool { languages.contains { $0.contains(word) } }

    var hasOwnWords: Bool { !keep.isEmpty }

    func keeps(_ word: ArraySlice<UInt8>) -> Bool { !keep.isEmpty && keep.contains(Self.lower(word)) }

    /// Marks what always goes.
    func always(_ tokens: TextTokens, _ marks: inout [TextScrubber.Mark]) {
        guard !phrases.isEmpty else { return }
        for index in tokens.tokens.indices {
            guard let rests = phrases[Self.lower(tokens.text(index))] else { continue }
            for rest in rests where index + rest.count < tokens.tokens.count {
                let isThere = rest.indices.allSatisfy { Self.lower(tokens.text(index + 1 + $0)) == rest[$0] }
                if isThere { marks.append(.init(range: tokens.range(index, through: index + rest.count), kind: .name)) }
            }
        }
    }
}

extension Language {
    /// Whether a word in lower case is on the language's list, or made of words that are.
    func contains(_ word: [UInt8]) -> Bool {
        if words.contains(word) || general?.contains(word) == true { return true }
        return hasCompounds && word.count >= 8 && word.count <= 64 && isCompound(word[...], depth: 0)
    }

    /// Words of at least four letters one behind the other, with an s, n, en or es between them.
    private func isCompound(_ word: ArraySlice<UInt8>, depth: Int) -> Bool {
        if depth > 0, words.contains(word) { return true }
        guard depth < 4, word.count >= 8 else { return false }
        for length in stride(from: word.count - 4, through: 4, by: -1) where words.contains(word.prefix(length)) {
            let rest = word.dropFirst(length)
            for link in ["", "s", "n", "en", "es"] where rest.starts(with: link.utf8) {
                let next = rest.dropFirst(link.utf8.count)
                if next.count >= 4, isCompound(next, depth: depth + 1) { return true }
            }
        }
        return false
    }
}
