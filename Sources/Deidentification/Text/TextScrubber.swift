/// Takes out of a text what may name somebody: what the header says of this patient and the staff, dates, numbers and
/// addresses by their form, names by their context, and every word that is not on the allow-list.
///
/// It only ever keeps words of a list, so a word that nobody thought of goes. What a list cannot decide, a surname
/// that is a common word in a text without context, stays: see `Docs/Guides/deidentification.md`.
struct TextScrubber {
    /// How strict the words are.
    enum Mode {
        /// Free text that describes: only words of the list.
        case descriptor
        /// Short technical text such as a kernel or a sequence name: abbreviations of three letters pass too.
        case technical
        /// The meaning of a public code: as technical, but a word of the list stays even if somebody is called so.
        case coded
        /// Code strings: abbreviations of four letters pass too, known names do not count against the list.
        case code
        /// The name of a device model: anything but known identifiers and numbers by their form.
        case model
    }

    enum Result: Equatable {
        case unchanged
        case cleaned(String)
        /// No word is left.
        case nothing
    }

    struct Mark {
        var range: Range<Int>
        var kind: TextKind
        var replacement: String?
    }

    let identifiers: Identifiers
    /// Days by which dates in a text move; `nil` where they are taken out. A text does not say which of its dates is
    /// the day of birth, so none stays as it is, whatever the option.
    let dateShift: Int?
    let keepsUIDs: Bool
    let pseudonyms: Pseudonyms
    /// Whose texts these are: surrogates are the same for the same one in all of them.
    var subject = ""
    var lists = TextLists.none

    static let marker = "[removed]"

    var gazetteer: Gazetteer { lists.gazetteer }

    /// Scrubs one value; `limit` is the longest that its VR allows, in characters.
    func scrub(_ text: String, mode: Mode, limit: Int = .max) -> Result {
        let tokens = TextTokens(Array(text.utf8))
        guard !tokens.tokens.isEmpty else { return .unchanged }
        let marks = marks(in: tokens, mode)
        guard !marks.isEmpty else { return .unchanged }
        return apply(marks, to: tokens, mode, limit: limit, longest: text.count)
    }

    /// What has to go, in no order; places may overlap.
    func marks(in tokens: TextTokens, _ mode: Mode) -> [Mark] {
        var marks: [Mark] = []
        if mode != .code { lists.always(tokens, &marks) }
        contacts(tokens, &marks)
        let taken = numbersAndDates(tokens, mode, &marks)
        knownNumbers(tokens, &marks)
        namesByContext(tokens, mode, &marks)
        places(tokens, mode, &marks)
        namesOfGazetteer(tokens, mode, &marks)
        towns(tokens, mode, &marks)
        plainText(tokens, mode, &marks)
        for index in tokens.tokens.indices where !taken.contains(index) {
            if tokens.tokens[index].kind == .han {
                han(tokens, index, mode, &marks)
            } else if let kind = refused(tokens, index, mode) {
                marks.append(Mark(range: tokens.range(index, through: index), kind: kind))
            }
        }
        if mode == .descriptor { namesAgain(tokens, &marks) }
        return marks
    }

    // MARK: Words

    /// What a word or number is that must not stay; `nil` where it may.
    private func refused(_ tokens: TextTokens, _ index: Int, _ mode: Mode) -> TextKind? {
        let text = tokens.text(index)
        switch tokens.tokens[index].kind {
        case .number: return passesNumber(tokens, index, mode) ? nil : .id
        case .word:
            if passesWord(text, mode) { return nil }
            if identifiers.contains(name: text) { return .name }
            return mode == .descriptor ? gazetteer.kind(TextLists.lower(text)) : .word
        case .mixed:
            if identifiers.contains(id: text) { return .id }
            let digits = text.count { TextTokens.isDigit($0) }
            guard digits < (mode == .descriptor ? 5 : 6) else { return .id }
            return text.split(whereSeparator: TextTokens.isDigit).allSatisfy { passesPart($0, mode) } ? nil : .word
        case .han: return .word
        }
    }

    private func passesNumber(_ tokens: TextTokens, _ index: Int, _ mode: Mode) -> Bool {
        let token = tokens.tokens[index]
        let isFraction =
            index > 0 && tokens.single(after: index - 1) == UInt8(ascii: ".") && tokens.isNumber(index - 1, 1...4)
        let limit = mode == .descriptor ? 5 : 6
        return isFraction || token.count < limit
    }

    func passesWord(_ word: ArraySlice<UInt8>, _ mode: Mode) -> Bool {
        let isKnown = identifiers.contains(name: word)
        switch mode {
        case .model: return !isKnown && !identifiers.containsPart(of: word)
        case .code: return word.count <= 4 && isASCII(word) ? !(isKnown && !Vocabulary.contains(word)) : isListed(word)
        case .technical: return !isKnown && ((word.count <= 3 && isASCII(word)) || isListed(word))
        case .coded: return isKnown ? Vocabulary.contains(word) : (word.count <= 3 && isASCII(word)) || isListed(word)
        case .descriptor: return !isKnown && ((word.count <= 2 && isASCII(word)) || isListed(word))
        }
    }

    /// Bytes beyond ASCII may be one letter of any script, which no length vouches for.
    private func isASCII(_ word: ArraySlice<UInt8>) -> Bool { word.allSatisfy { $0 < 0x80 } }

    /// A run of letters next to digits: abbreviations (B31f, tse2d1).
    private func passesPart(_ part: ArraySlice<UInt8>, _ mode: Mode) -> Bool {
        mode == .model ? !identifiers.contains(name: part) : (part.count <= 3 && isASCII(part)) || isListed(part)
    }

    /// On the list, as it is, without the s of a plural, or in the parts of a camelCase word.
    private func isListed(_ word: ArraySlice<UInt8>) -> Bool {
        if lists.contains(word) { return true }
        guard word.allSatisfy({ $0 < 0x80 }) else { return false }
        if MedicalForms.make(word) { return true }
        if word.count > 3, let last = word.last, last | 0x20 == UInt8(ascii: "s"), Vocabulary.contains(word.dropLast())
        {
            return true
        }
        var parts: [ArraySlice<UInt8>] = []
        var start = word.startIndex
        for index in word.indices.dropFirst()
        where TextTokens.isUpper(word[index]) && !TextTokens.isUpper(word[index - 1]) {
            parts.append(word[start..<index])
            start = index
        }
        guard !parts.isEmpty else { return false }
        parts.append(word[start...])
        return parts.allSatisfy { $0.count <= 2 || Vocabulary.contains($0) }
    }

    // MARK: Result

    private func apply(
        _ marks: [Mark], to tokens: TextTokens, _ mode: Mode, limit: Int, longest: Int
    ) -> Result {
        var merged = merge(marks, tokens)
        var kept = 0
        var next = merged[...]
        for token in tokens.tokens {
            while let first = next.first, first.range.upperBound <= token.start { next = next.dropFirst() }
            let isMarked = next.first.map { $0.range.overlaps(token.start..<token.end) } ?? false
            kept += !isMarked && (token.count > 1 || token.kind == .number) ? 1 : 0
        }
        let hasReplacement = merged.contains { $0.replacement != nil }
        guard kept > 0 || hasReplacement else { return .nothing }
        if kept > 0, mode == .descriptor { fill(&merged, tokens) }
        let text = write(merged, tokens, marker: Self.marker)
        if text.count <= limit { return .cleaned(text) }
        let short = write(merge(marks, tokens), tokens, marker: "", keepsDates: false)
        // What was too long for its VR before may stay too long.
        return short.count <= max(limit, longest) && short.contains(where: \.isLetter) ? .cleaned(short) : .nothing
    }

    private func write(
        _ marks: [Mark], _ tokens: TextTokens, marker: String, keepsDates: Bool = true
    ) -> String {
        var out: [UInt8] = []
        var position = 0
        for mark in marks {
            out += tokens.bytes[position..<mark.range.lowerBound]
            out += (keepsDates ? mark.replacement ?? marker : marker).utf8
            position = mark.range.upperBound
        }
        out += tokens.bytes[position...]
        let text = String(decoding: out, as: UTF8.self)
        return marker.isEmpty ? text.split(separator: " ").joined(separator: " ") : text
    }

    /// Sorted, without overlaps; plain marks with nothing but separators between them become one.
    func merge(_ marks: [Mark], _ tokens: TextTokens) -> [Mark] {
        var merged: [Mark] = []
        let sorted = marks.sorted {
            ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound)
        }
        for mark in sorted {
            guard let last = merged.last else {
                merged.append(mark)
                continue
            }
            if mark.range.lowerBound < last.range.upperBound {
                let end = max(last.range.upperBound, mark.range.upperBound)
                // Two reasons for one place: only a replacement that covers both may stand.
                let keeps = mark.range.upperBound <= last.range.upperBound && mark.replacement == nil
                merged[merged.count - 1] = Mark(
                    range: last.range.lowerBound..<end, kind: last.kind.or(mark.kind),
                    replacement: keeps && !overrides(mark, last) ? last.replacement : nil)
            } else if mark.replacement == nil, last.replacement == nil,
                lists.surrogates == .none || mark.kind == last.kind,
                !tokens.bytes[last.range.upperBound..<mark.range.lowerBound].contains(where: {
                    TextTokens.isLetter($0) || TextTokens.isDigit($0) || $0 == 0x0A || $0 == 0x0D
                })
            {
                merged[merged.count - 1].range = last.range.lowerBound..<mark.range.upperBound
                merged[merged.count - 1].kind = last.kind.or(mark.kind)
            } else {
                merged.append(mark)
            }
        }
        return merged
    }

    /// A plain mark of exactly the same place as a replacement says that the place must go.
    private func overrides(_ mark: Mark, _ last: Mark) -> Bool { mark.range == last.range }
}
