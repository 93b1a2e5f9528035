/// What a language says around names, places, numbers and dates. Its words count in every text: what stands beside a
/// title goes in whatever language the rest is. The words of its own allow-list count only where a profile names it.
///
/// Another language is one more value of this type, and one more list of words (`Docs/Guides/free-text.md`).
struct Language: Sendable {
    /// As in BCP 47: "de", "zh-Hant".
    let code: String
    /// Before a name, as they are written: Dr, Frau.
    var titles: [String] = []
    /// After a name, where the language puts titles there: 醫師.
    var titlesAfter: [String] = []
    /// With a colon before a name.
    var nameLabels: [String] = []
    /// Before the name of a relative.
    var kin: [String] = []
    /// What stands before a preposition where a person follows: signed (by).
    var verbs: [String] = []
    var prepositions: [String] = []
    /// Behind a name, and no part of it: MD.
    var degrees: [String] = []
    /// With a colon or a number sign before a number or an ID, however short it is.
    var idLabels: [String] = []
    /// With a colon before an address or an institution.
    var placeLabels: [String] = []
    /// Last words of a street that follow its name: Street. And first ones, before it: Rue.
    var streets: [String] = []
    var streetsThatBegin: [String] = []
    /// How a street's name ends where it is one word, with the number of the house behind it: straße.
    var streetEndings: [String] = []
    var institutions: [String] = []
    /// Behind a number of years.
    var ages: [String] = []
    /// Names of months, in lower case.
    var months: [String: Int] = [:]
    /// Names of months as a moved date is written with, if the old one was: twelve or none.
    var monthNames: [String] = []
    /// Surnames of one or two characters, for languages that write names without spaces.
    var surnames: [String] = []
    /// The allow-list: this project's own, of medicine, whose words count as parts of others, too.
    let words: WordList
    /// Words of public lists, which count only by themselves: of them surnames are made.
    var general: WordList?
    /// Whether words are made by putting others together: Lungenarterienembolie.
    var hasCompounds = false

    /// Every language there is, English first: it is always read.
    static let all = [english, german, traditionalChinese]

    /// The languages that a profile may name beside English.
    static let codes = all.dropFirst().map(\.code)

    static func named(_ code: String) -> Language? { all.first { $0.code == code } }
}

/// The words of all languages together, to look one up.
struct LanguageIndex: Sendable {
    let titles: Set<String>
    let titlesAfter: [String]
    let nameLabels: Set<String>
    let kin: Set<String>
    let verbs: Set<String>
    let prepositions: Set<String>
    let degrees: Set<String>
    let idLabels: Set<String>
    let placeLabels: Set<String>
    let streets: Set<String>
    let streetsThatBegin: Set<String>
    let streetEndings: [String]
    let institutions: Set<String>
    let ages: Set<String>
    /// The month, and how the language writes months.
    let months: [String: (number: Int, names: [String])]
    let surnames: Set<String>

    static let all = LanguageIndex(Language.all)

    init(_ languages: [Language]) {
        func union(_ list: (Language) -> [String]) -> Set<String> { Set(languages.flatMap(list)) }
        titles = union(\.titles)
        titlesAfter = languages.flatMap(\.titlesAfter)
        nameLabels = union(\.nameLabels)
        kin = union(\.kin)
        verbs = union(\.verbs)
        prepositions = union(\.prepositions)
        degrees = union(\.degrees)
        idLabels = union(\.idLabels)
        placeLabels = union(\.placeLabels)
        streets = union(\.streets)
        streetsThatBegin = union(\.streetsThatBegin)
        streetEndings = languages.flatMap(\.streetEndings)
        institutions = union(\.institutions)
        ages = union(\.ages)
        surnames = union(\.surnames)
        var months: [String: (number: Int, names: [String])] = [:]
        for language in languages {
            for (name, number) in language.months where months[name] == nil {
                months[name] = (number, language.monthNames)
            }
        }
        self.months = months
    }
}
