/// The words that may stay in a text: they name nobody. Everything else is taken out.
enum Vocabulary {
    /// Whether a word of ASCII letters, in any case, is on the English list.
    static func contains(_ word: some Collection<UInt8>) -> Bool { WordList.english.contains(word) }
}
