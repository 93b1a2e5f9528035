/// What a project says about texts: words of its own, languages, and what stands in the place of what is taken out.
public struct TextRules: Sendable, Hashable, Codable {
    /// What stands where something was taken out.
    public enum Surrogates: String, Sendable, Hashable, Codable, CaseIterable {
        /// `[removed]`.
        case none
        /// What it was: `[name]`, `[date]`.
        case kinds
        /// Made-up names, places and numbers, the same for the same one in all texts of a patient. Nothing says that
        /// they are made up; and so nothing tells what was overlooked from them.
        case plausible
        /// The same in brackets: `[Keller]`.
        case marked
    }

    /// Words that may stay although they are on no list. A name that the header knows goes all the same.
    public let keep: [String]
    /// Words, names and phrases that always go.
    public let replace: [String]
    /// Names, and parts of names, that the gazetteers are to know beside their own: of a word that is on a list they go
    /// only where somebody is meant.
    public let names: [String]
    /// Towns, houses, wards: they go where they are written with capitals, or behind "in", "from", "near".
    public let places: [String]
    /// Languages beside English whose words may stay: "de", "zh-Hant".
    public let languages: [String]
    public let surrogates: Surrogates

    /// Most entries of a list.
    public static let maximumWords = 5000
    /// Longest word, and longest phrase, in bytes of UTF-8.
    public static let maximumBytes = 128

    /// Nothing of its own.
    public static let none = TextRules()

    private init() {
        keep = []
        replace = []
        names = []
        places = []
        languages = []
        surrogates = .none
    }

    /// - Throws: `invalidProfile` with the place and what to do. What is wrong is not repeated: it may be a name.
    public init(
        keep: [String], replace: [String], names: [String] = [], places: [String] = [], languages: [String] = [],
        surrogates: Surrogates = .none
    ) throws(DeidentificationError) {
        let problems = Self.problems(keep: keep, replace: replace, names: names, places: places, languages: languages)
        guard problems.isEmpty else {
            throw DeidentificationError(
                .invalidProfile, problems.map { "\($0.place): \($0.reason)" }.joined(separator: "\n"))
        }
        self.keep = keep
        self.replace = replace
        self.names = names
        self.places = places
        self.languages = languages
        self.surrogates = surrogates
    }

    /// Everything that is wrong with these lists.
    static func problems(
        keep: [String], replace: [String], names: [String], places: [String], languages: [String]
    ) -> [ProfileDocument.Problem] {
        var problems: [ProfileDocument.Problem] = []
        func add(_ place: String, _ reason: String) { problems.append(.init(place: place, reason: reason)) }
        for (name, list) in [("keep", keep), ("replace", replace), ("names", names), ("places", places)]
        where list.count > maximumWords {
            add("words.\(name)", "there are at most \(maximumWords) entries")
            return problems
        }
        var kept: Set<String> = []
        for (index, word) in keep.enumerated() {
            if !isWord(word) {
                add(
                    "words.keep[\(index)]",
                    "write one word of letters only, at least two, at most \(maximumBytes) bytes")
            } else if !kept.insert(word.lowercased()).inserted {
                add("words.keep[\(index)]", "the word stands there twice")
            }
        }
        for (name, list) in [("replace", replace), ("names", names), ("places", places)] {
            problems += phraseProblems(list, at: "words.\(name)", kept: name == "replace" ? kept : [])
        }
        for (index, language) in languages.enumerated() where !Language.codes.contains(language) {
            add("languages[\(index)]", "there is no such language; known are \(Language.codes.joined(separator: ", "))")
        }
        if Set(languages).count != languages.count { add("languages", "a language stands there twice") }
        return problems
    }

    /// What is wrong with a list of words and phrases of which none may be among those that are kept.
    private static func phraseProblems(
        _ list: [String], at place: String, kept: Set<String>
    ) -> [ProfileDocument.Problem] {
        var problems: [ProfileDocument.Problem] = []
        var seen: Set<String> = []
        for (index, phrase) in list.enumerated() {
            let reason: String
            if !isPhrase(phrase) {
                reason = "write one to six words with at least two letters, at most \(maximumBytes) bytes"
            } else if !seen.insert(phrase.lowercased()).inserted {
                reason = "it stands there twice"
            } else if kept.contains(phrase.lowercased()) {
                reason = "the same word is to be kept: take it out of one of the lists"
            } else {
                continue
            }
            problems.append(.init(place: "\(place)[\(index)]", reason: reason))
        }
        return problems
    }

    private static func isWord(_ text: String) -> Bool {
        let tokens = TextTokens(Array(text.utf8)).tokens
        return text.count > 1 && text.utf8.count <= maximumBytes && tokens.count == 1
            && tokens[0].count == text.utf8.count
            && (tokens[0].kind == .word || tokens[0].kind == .han)
    }

    private static func isPhrase(_ text: String) -> Bool {
        let tokens = TextTokens(Array(text.utf8)).tokens
        return text.utf8.count <= maximumBytes && (1...6).contains(tokens.count) && text.count(where: \.isLetter) > 1
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    private enum CodingKeys: String, CodingKey { case keep, replace, names, places, languages, surrogates }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            keep: try container.decodeIfPresent([String].self, forKey: .keep) ?? [],
            replace: try container.decodeIfPresent([String].self, forKey: .replace) ?? [],
            names: try container.decodeIfPresent([String].self, forKey: .names) ?? [],
            places: try container.decodeIfPresent([String].self, forKey: .places) ?? [],
            languages: try container.decodeIfPresent([String].self, forKey: .languages) ?? [],
            surrogates: try container.decodeIfPresent(Surrogates.self, forKey: .surrogates) ?? .none)
    }
}
