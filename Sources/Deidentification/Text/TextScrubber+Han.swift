/// Texts in Chinese characters: names, dates in characters, and words that are found without spaces between them.
extension TextScrubber {
    private static let numerals = Set<Character>("〇零一二三四五六七八九十廿")
    private static let longestWord = 8

    /// Marks in one run of Chinese characters what may name somebody, and every character that no word covers.
    func han(_ tokens: TextTokens, _ index: Int, _ mode: Mode, _ marks: inout [Mark]) {
        let token = tokens.tokens[index]
        guard let text = tokens.han(index) else { return }
        let run = hanRun(text, at: token.start)
        if mode == .descriptor || mode == .technical {
            knownHan(run, &marks)
            hanNames(run, &marks)
            hanDates(run, &marks)
        }
        for place in surnamesAlone(run) { marks.append(Mark(range: run.bytes(place), kind: .name)) }
        for range in uncovered(run) { marks.append(Mark(range: run.bytes(range), kind: .word)) }
    }

    /// The characters of a run, and where their bytes stand in the text.
    private struct HanRun {
        let characters: [Character]
        private let offsets: [Int]
        /// Characters of the longest word that begins at each; 0 where none does.
        fileprivate(set) var words: [Int] = []

        init(_ text: String, at start: Int) {
            characters = Array(text)
            var offset = start
            var offsets = [start]
            for character in characters {
                offset += character.utf8.count
                offsets.append(offset)
            }
            self.offsets = offsets
        }

        func bytes(_ range: Range<Int>) -> Range<Int> { offsets[range.lowerBound]..<offsets[range.upperBound] }

        func holds(_ word: [Character], at index: Int) -> Bool {
            index >= 0 && index + word.count <= characters.count
                && characters[index..<(index + word.count)].elementsEqual(word)
        }
    }

    // MARK: Words

    /// Places that no word of the project's languages covers, the longest word first.
    private func uncovered(_ run: HanRun) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var index = 0
        while index < run.characters.count {
            let length = run.words[index]
            if length == 0 {
                if let last = places.last, last.upperBound == index {
                    places[places.count - 1] = last.lowerBound..<(index + 1)
                } else {
                    places.append(index..<(index + 1))
                }
            }
            index += max(length, 1)
        }
        return places
    }

    private func hanRun(_ text: String, at start: Int) -> HanRun {
        var run = HanRun(text, at: start)
        guard !lists.languages.isEmpty || lists.hasOwnWords else {
            run.words = Array(repeating: 0, count: run.characters.count)
            return run
        }
        run.words = run.characters.indices.map { wordLength(run, $0) }
        return run
    }

    /// Characters of the longest word that begins here, of the project's own lists alone or of public ones, too; 0 where
    /// none does.
    private func wordLength(_ run: HanRun, _ index: Int, isOwn: Bool = false) -> Int {
        let most = min(Self.longestWord, run.characters.count - index)
        for length in stride(from: most, through: 1, by: -1) {
            let word = Array(String(run.characters[index..<(index + length)]).utf8)
            let isListed = lists.languages.contains { language in
                language.words.contains(word) || (!isOwn && language.general?.contains(word) == true)
            }
            if isListed || lists.keeps(word[...]) { return length }
        }
        return 0
    }

    // MARK: Names

    private func knownHan(_ run: HanRun, _ marks: inout [Mark]) {
        for name in identifiers.hanNames + lists.hanPhrases {
            let name = Array(name)
            for index in run.characters.indices where run.holds(name, at: index) {
                marks.append(Mark(range: run.bytes(index..<(index + name.count)), kind: .name))
            }
        }
    }

    /// A surname and one or two characters, before a title or behind a label.
    private func hanNames(_ run: HanRun, _ marks: inout [Mark]) {
        let index = LanguageIndex.all
        for title in index.titlesAfter {
            let title = Array(title)
            for place in run.characters.indices where run.holds(title, at: place) {
                // 王小明醫師, 王醫師: the surname that stands farthest before the title, at most four characters.
                for length in [4, 3, 2, 1] where place - length >= 0 {
                    guard surname(run, place - length, within: length) > 0 else { continue }
                    marks.append(Mark(range: run.bytes((place - length)..<place), kind: .name))
                    break
                }
            }
        }
        for place in run.characters.indices where run.words[place] < 2 {
            let long = surname(run, place, within: 4)
            guard long > 0, place > 0, endsInLabel(run, before: place) else { continue }
            var end = place + long
            while end < run.characters.count, end < place + long + 2, run.words[end] < 2 { end += 1 }
            marks.append(Mark(range: run.bytes(place..<end), kind: .name))
        }
    }

    /// A surname that no word covers takes one or two characters with it, unless a word of medicine begins there: given
    /// names are words, too (王健康).
    private func surnamesAlone(_ run: HanRun) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var index = 0
        while index < run.characters.count {
            let length = run.words[index]
            let surname = length == 0 ? surname(run, index, within: 4) : 0
            guard surname > 0 else {
                index += max(length, 1)
                continue
            }
            var end = index + surname
            while end < min(run.characters.count, index + surname + 2), wordLength(run, end, isOwn: true) < 2 {
                end += 1
            }
            places.append(index..<end)
            index = end
        }
        return places
    }

    /// Characters of the surname that begins here, if the name has room for one; 0 where none does.
    private func surname(_ run: HanRun, _ place: Int, within length: Int) -> Int {
        for count in [2, 1] where place + count <= run.characters.count && count <= length {
            let isSurname = LanguageIndex.all.surnames.contains(String(run.characters[place..<(place + count)]))
            // Two characters of a given name follow at most.
            if isSurname, length <= count + 2 || length == 4 { return count }
        }
        return 0
    }

    private func endsInLabel(_ run: HanRun, before place: Int) -> Bool {
        (2...4).contains { length in
            place >= length
                && (LanguageIndex.all.nameLabels.contains(String(run.characters[(place - length)..<place]))
                    || LanguageIndex.all.kin.contains(String(run.characters[(place - length)..<place])))
        }
    }

    /// The name behind "姓名:", in the run after the label's: up to four characters.
    func hanLabelled(_ tokens: TextTokens, _ index: Int, _ marks: inout [Mark]) {
        guard let label = tokens.han(index), let name = tokens.han(index + 1),
            let separator = tokens.separator(after: index), separator.count <= 4,
            LanguageIndex.all.nameLabels.contains(where: { label.hasSuffix($0) }), !separator.contains(0x0A)
        else { return }
        let run = hanRun(name, at: tokens.tokens[index + 1].start)
        guard run.words[0] < 2 else { return }
        marks.append(Mark(range: run.bytes(0..<min(run.characters.count, name.count <= 4 ? 4 : 3)), kind: .name))
    }

    // MARK: Dates in characters

    private static let dateUnits: [Set<Character>] = [["年"], ["月"], ["日", "號"]]

    /// 一一二年三月五日, 二〇二三年, 三月五日: they go, for no two write them alike.
    private func hanDates(_ run: HanRun, _ marks: inout [Mark]) {
        var index = 0
        while index < run.characters.count {
            let (end, count) = [0, 1].map { counted(run, index, from: $0) }.max { $0.end < $1.end } ?? (index, 0)
            // 三年 is a time, 三年五月 a date.
            let isYear = count == 1 && end - index >= 4 && run.characters[end - 1] == "年"
            if isYear || count > 1 { marks.append(Mark(range: run.bytes(index..<end), kind: .date)) }
            index = max(end, index + 1)
        }
    }

    /// Where numbers with their units end, and how many there are.
    private func counted(_ run: HanRun, _ index: Int, from unit: Int) -> (end: Int, count: Int) {
        var end = index
        var count = 0
        for units in Self.dateUnits[unit...] {
            var next = end
            while next < run.characters.count, next - end < 5, Self.numerals.contains(run.characters[next]) {
                next += 1
            }
            guard next > end, next < run.characters.count, units.contains(run.characters[next]) else { break }
            end = next + 1
            count += 1
        }
        return (end, count)
    }
}
