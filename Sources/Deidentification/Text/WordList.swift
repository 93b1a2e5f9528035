/// Words in lower case, in the order of their bytes, with a space or a line's end between them: a list that is searched
/// where it stands in the program, so that nothing is built before the first word.
struct WordList: Sendable {
    private let words: StaticString

    init(_ words: StaticString) { self.words = words }

    /// Whether a word is on the list; ASCII letters in any case.
    func contains(_ word: some Sequence<UInt8>) -> Bool {
        words.withUTF8Buffer { list in
            var low = 0
            var high = list.count
            while low < high {
                var start = low + (high - low) / 2
                while start > low, unsafe !Self.isBreak(list[start - 1]) { start -= 1 }
                switch unsafe Self.compare(word, list, &start) {
                case .same: return true
                case .before: high = start
                case .after: low = start
                }
            }
            return false
        }
    }

    /// Whether a word of the list begins so; ASCII letters in any case.
    func hasWord(beginningWith prefix: some Sequence<UInt8>) -> Bool {
        words.withUTF8Buffer { list in
            var low = 0
            var high = list.count
            while low < high {
                var start = low + (high - low) / 2
                while start > low, unsafe !Self.isBreak(list[start - 1]) { start -= 1 }
                let first = start
                switch unsafe Self.compare(prefix, list, &start) {
                case .same: return true
                case .before:
                    if unsafe Self.begins(list, first, with: prefix) { return true }
                    high = first
                case .after: low = start
                }
            }
            return false
        }
    }

    private static func begins(
        _ list: UnsafeBufferPointer<UInt8>, _ start: Int, with prefix: some Sequence<UInt8>
    ) -> Bool {
        var position = start
        for byte in prefix {
            guard position < list.count, unsafe list[position] == (TextTokens.isUpper(byte) ? byte | 0x20 : byte) else {
                return false
            }
            position += 1
        }
        return true
    }

    private enum Order { case before, same, after }

    /// Compares with the word of the list that begins at `start`; `start` becomes where to go on: the beginning of that
    /// word for what stands before it, of the next for what stands after.
    private static func compare(
        _ word: some Sequence<UInt8>, _ list: UnsafeBufferPointer<UInt8>, _ start: inout Int
    ) -> Order {
        var position = start
        for byte in word {
            let byte = TextTokens.isUpper(byte) ? byte | 0x20 : byte
            guard position < list.count, unsafe !isBreak(list[position]), unsafe list[position] <= byte else {
                // A word that begins like this one and goes on stands behind it.
                let isLonger = unsafe position >= list.count || isBreak(list[position])
                if isLonger { return unsafe after(list, position, &start) }
                return .before
            }
            if unsafe list[position] < byte { return unsafe after(list, position, &start) }
            position += 1
        }
        let isSame = unsafe position >= list.count || isBreak(list[position])
        return isSame ? .same : .before
    }

    private static func after(_ list: UnsafeBufferPointer<UInt8>, _ position: Int, _ start: inout Int) -> Order {
        var end = position
        while end < list.count, unsafe !isBreak(list[end]) { end += 1 }
        start = min(end + 1, list.count)
        return .after
    }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }
}
