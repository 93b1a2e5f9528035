/// Words in lower case, in the order of their bytes, with a space or a line's end between them: a list that is searched
/// where it stands in the program, so that nothing is built before the first word.
struct WordList: Sendable {
    private let words: StaticString

    init(_ words: StaticString) { self.words = words }

    /// Whether a word is on the list; ASCII letters in any case.
    func contains(_ word: some Collection<UInt8>) -> Bool { search(word, isPrefix: false) }

    /// Whether a word of the list begins so; ASCII letters in any case.
    func hasWord(beginningWith prefix: some Collection<UInt8>) -> Bool { search(prefix, isPrefix: true) }

    private func search(_ word: some Collection<UInt8>, isPrefix: Bool) -> Bool {
        let found = word.withContiguousStorageIfAvailable { unsafe Self.search($0, words, isPrefix) }
        return unsafe found ?? Array(word).withUnsafeBufferPointer { unsafe Self.search($0, words, isPrefix) }
    }

    private static func search(_ word: UnsafeBufferPointer<UInt8>, _ words: StaticString, _ isPrefix: Bool) -> Bool {
        guard words.hasPointerRepresentation else { return false }
        let list = unsafe UnsafeBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount)
        var low = 0
        var high = list.count
        while low < high {
            // The word around the middle.
            var start = low + (high - low) / 2
            while start > low, unsafe !isBreak(list[start - 1]) { start -= 1 }
            var place = 0
            var difference = 0
            while place < word.count {
                let wanted = unsafe lower(word[place])
                let found = unsafe start + place < list.count ? list[start + place] : 0x20
                difference = Int(wanted) - Int(isBreak(found) ? 0 : found)
                if difference != 0 { break }
                place += 1
            }
            if difference == 0 {
                if isPrefix { return true }
                let isEnd = unsafe start + place >= list.count || isBreak(list[start + place])
                if isEnd { return true }
            }
            if difference > 0 {
                var end = start + place
                while end < list.count, unsafe !isBreak(list[end]) { end += 1 }
                low = end + 1
            } else {
                high = start
            }
        }
        return false
    }

    @inline(__always) private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
    @inline(__always) private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }
}
