/// Names of people and places of the world, and a project's own: what a word may be, never what it is. A word that is on
/// no list goes in any case; these say of words that are on one where they name somebody, and of the others what they were.
struct Gazetteer: Sendable {
    /// The project's own names and parts of names, in lower case.
    private let names: Set<[UInt8]>
    /// The project's own places by their first word, each as the words that follow it.
    private let places: [[UInt8]: [[[UInt8]]]]

    init(names: [String] = [], places: [String] = []) {
        self.names = Set(names.flatMap { Self.words($0) })
        self.places = places.reduce(into: [:]) { index, place in
            let words = Self.words(place)
            if let first = words.first { index[first, default: []].append(Array(words.dropFirst())) }
        }
    }

    private static func words(_ text: String) -> [[UInt8]] {
        let tokens = TextTokens(Array(text.utf8))
        return tokens.tokens.indices.map { TextLists.lower(tokens.text($0)) }
    }

    // MARK: People

    func isOwnName(_ word: [UInt8]) -> Bool { !names.isEmpty && names.contains(word) }
    func isGiven(_ word: [UInt8]) -> Bool { WordList.givenNames.contains(word) || isOwnName(word) }
    func isSurname(_ word: [UInt8]) -> Bool { WordList.surnames.contains(word) || isOwnName(word) }
    func isName(_ word: [UInt8]) -> Bool { isGiven(word) || isSurname(word) }

    /// Whether a word that is on the allow-list has a capital within a sentence only as a name.
    func isLoneName(_ word: [UInt8]) -> Bool { WordList.loneNames.contains(word) || isOwnName(word) }

    /// Whether a word is on the allow-list only for a disease or a sign that has somebody's name.
    static func isOnlyName(_ word: [UInt8]) -> Bool { WordList.onlyNames.contains(word) }

    /// Whether `next` makes a disease, a sign or a thing of the name before it: Wilson disease.
    static func isEponym(_ name: [UInt8], before next: [UInt8]) -> Bool {
        WordList.eponymHeads.contains(next) || WordList.eponymPairs.contains(name + [0x5F] + next)
    }

    // MARK: Places

    enum Place {
        /// One that no text means otherwise: Little Rock, and the project's own.
        case certain
        /// One that is a word, too: Reading.
        case word
        /// One that is a word of medicine, too: Head.
        case medical
    }

    /// Most words of a place, and of one of the project's own.
    static let placeWords = 6

    /// The longest place of more than one word, or of the project's own, that begins with the first of `words`.
    func place(_ words: [[UInt8]]) -> (count: Int, place: Place)? {
        if let own = ownPlace(words) { return (own, .certain) }
        guard words.count > 1 else { return nil }
        for count in stride(from: min(4, words.count), through: 2, by: -1) {
            let phrase = Array(words.prefix(count).joined(separator: [0x5F]))
            if WordList.townPhrases.contains(phrase) { return (count, .certain) }
            if WordList.plainTownPhrases.contains(phrase) { return (count, .medical) }
        }
        return nil
    }

    /// Whether a place of more words, or one of the project's own, begins with this word: most do not.
    func mayBeginPlace(_ word: [UInt8]) -> Bool {
        let prefix = word + [0x5F]
        return places[word] != nil || WordList.townPhrases.hasWord(beginningWith: prefix)
            || WordList.plainTownPhrases.hasWord(beginningWith: prefix)
    }

    /// What town a word may be.
    static func town(_ word: [UInt8]) -> Place? {
        guard WordList.towns.contains(word) else { return nil }
        return WordList.medicalTowns.contains(word) ? .medical : .word
    }

    private func ownPlace(_ words: [[UInt8]]) -> Int? {
        guard !places.isEmpty, let first = words.first, let rests = places[first] else { return nil }
        return rests.filter { words.dropFirst().starts(with: $0) }.map { $0.count + 1 }.max()
    }

    /// Words of the longest country, or part of one, that `words` begin with.
    static func region(_ words: [[UInt8]]) -> Int? {
        stride(from: min(4, words.count), through: 1, by: -1).first {
            WordList.regions.contains(Array(words.prefix($0).joined(separator: [0x5F])))
        }
    }

    /// What a word of no list was.
    func kind(_ word: [UInt8]) -> TextKind {
        if isName(word) { return .name }
        let isPlace = place([word]) != nil || Self.town(word) != nil || Self.region([word]) != nil
        return isPlace ? .place : .word
    }
}
