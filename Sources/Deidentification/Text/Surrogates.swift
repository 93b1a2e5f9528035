import ByteIO

/// Made-up values that stand for real ones: keyed, so the same name of one patient's texts becomes the same other name,
/// and nobody can try names until one fits.
struct Surrogates {
    private let pseudonyms: Pseudonyms
    private let subject: String
    private let identifiers: Identifiers
    /// Words of the text itself, in lower case: no surrogate is one of them, or it would say what it hides.
    private let taken: Set<String>

    init(_ pseudonyms: Pseudonyms, subject: String, identifiers: Identifiers, tokens: TextTokens) {
        self.pseudonyms = pseudonyms
        self.subject = subject
        self.identifiers = identifiers
        taken = Set(tokens.tokens.indices.map { tokens.lowercased($0) })
    }

    /// What stands for a text of this kind; `nil` where nothing plausible can be made, and a marker must say it.
    func text(for original: ArraySlice<UInt8>, _ kind: TextKind) -> String? {
        switch kind {
        case .word, .date: nil
        case .name: name(original)
        case .age: "90"
        case .id: shaped(original, "id")
        case .contact: contact(original)
        case .place: place(original)
        }
    }

    // MARK: Kinds

    /// Word by word, with what stands between them: GARCIA^MARIA becomes WEAVER^HELEN.
    private func name(_ original: ArraySlice<UInt8>) -> String? {
        let tokens = TextTokens(Array(original))
        var out: [UInt8] = []
        var position = 0
        for (index, token) in tokens.tokens.enumerated() {
            out += tokens.bytes[position..<token.start]
            position = token.end
            switch token.kind {
            case .han: out += hanName(tokens.han(index) ?? "").utf8
            case .word:
                if LanguageIndex.all.degrees.contains(tokens.lowercased(index)) {
                    out += tokens.text(index)
                } else {
                    out += cased(nameWord(tokens.lowercased(index), count: token.count), as: tokens.text(index)).utf8
                }
            case .number, .mixed: out += (shaped(tokens.text(index), "id") ?? "").utf8
            }
        }
        out += tokens.bytes[position...]
        return String(decoding: out, as: UTF8.self)
    }

    private func nameWord(_ word: String, count: Int) -> String {
        if count == 1 { return choose(SurrogateNames.initials, "name", word) }
        return choose(SurrogateNames.isGiven(word) ? SurrogateNames.given : SurrogateNames.surnames, "name", word)
    }

    private func hanName(_ name: String) -> String {
        let count = name.count
        let surname = choose(SurrogateNames.hanSurnames, "name", name)
        return count == 1 ? surname : surname + choose(SurrogateNames.hanGiven, "name given", name)
    }

    private func place(_ original: ArraySlice<UInt8>) -> String {
        let text = String(decoding: original, as: UTF8.self)
        let tokens = TextTokens(Array(original))
        let words = Set(tokens.tokens.indices.map { tokens.lowercased($0) })
        let hasHan = tokens.tokens.contains { $0.kind == .han }
        if hasHan { return choose(SurrogateNames.hanPlaces, "place", text) }
        let isInstitution = !words.isDisjoint(with: LanguageIndex.all.institutions)
        if isInstitution { return choose(SurrogateNames.institutions, "place", text.lowercased()) }
        guard tokens.tokens.contains(where: { $0.kind != .word }) else {
            return choose(SurrogateNames.towns, "place", text.lowercased())
        }
        let number = 1 + Int(value("place number", text, 0) % 90)
        return "\(number) \(choose(SurrogateNames.streets, "place", text.lowercased()))"
    }

    private func contact(_ original: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: original, as: UTF8.self)
        // Addresses of RFC 2606, which nobody has.
        if original.contains(UInt8(ascii: "@")) {
            return "\(choose(SurrogateNames.surnames, "mail", text).lowercased())@example.org"
        }
        if original.contains(where: TextTokens.isLetter) { return "https://example.org/" }
        return shaped(original, "contact")
    }

    /// Digits become digits, letters letters, and the rest stays.
    private func shaped(_ original: ArraySlice<UInt8>, _ domain: String) -> String? {
        guard original.allSatisfy({ $0 < 0x80 }), original.count <= 256 else { return nil }
        let text = String(decoding: original, as: UTF8.self)
        for attempt in 0..<4 {
            var pool: [UInt8] = []
            var block = 0
            let out = original.map { byte -> UInt8 in
                if pool.isEmpty {
                    pool = digest(domain, Identifiers.upper(original), attempt * 16 + block)
                    block += 1
                }
                let random = pool.removeLast()
                if TextTokens.isDigit(byte) { return 0x30 + random % 10 }
                guard TextTokens.isLetter(byte) else { return byte }
                return byte & 0x20 | (0x41 + random % 26)
            }
            if out != Array(original), !taken.contains(String(decoding: out, as: UTF8.self).lowercased()) {
                return String(decoding: out, as: UTF8.self)
            }
        }
        return text.isEmpty ? "" : nil
    }

    // MARK: Choosing

    private func choose(_ list: [String], _ domain: String, _ original: String) -> String {
        for attempt in 0..<32 {
            let candidate = list[Int(value(domain, original, attempt) % UInt64(list.count))]
            let words = candidate.lowercased().split(separator: " ").map(String.init)
            let isFree = words.allSatisfy {
                !taken.contains($0) && !identifiers.contains(name: Array($0.utf8)[...])
            }
            if isFree, !identifiers.hanNames.contains(candidate) { return candidate }
        }
        return TextScrubber.marker
    }

    private func value(_ domain: String, _ original: String, _ attempt: Int) -> UInt64 {
        digest(domain, Array(original.utf8), attempt).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func digest(_ domain: String, _ original: [UInt8], _ attempt: Int) -> [UInt8] {
        pseudonyms.surrogate(subject: subject, domain: domain, original: original, attempt: attempt).array
    }

    /// As the original is written: ALL CAPITALS, Capitalised, or neither.
    private func cased(_ name: String, as original: ArraySlice<UInt8>) -> String {
        let letters = original.filter { $0 < 0x80 }
        if letters.count > 1, letters.allSatisfy(TextTokens.isUpper) { return name.uppercased() }
        guard let first = original.first, first >= 0x80 || TextTokens.isUpper(first) else { return name.lowercased() }
        return name
    }
}

extension TextScrubber {
    /// Puts in what stands for each place that has no replacement yet, as the project wants it.
    func fill(_ marks: inout [Mark], _ tokens: TextTokens) {
        guard lists.surrogates != .none, marks.contains(where: { $0.replacement == nil }) else { return }
        let surrogates = Surrogates(pseudonyms, subject: subject, identifiers: identifiers, tokens: tokens)
        for index in marks.indices where marks[index].replacement == nil {
            let kind = marks[index].kind
            let marker = kind == .word ? Self.marker : "[\(kind.rawValue)]"
            guard lists.surrogates != .kinds, let text = surrogates.text(for: tokens.bytes[marks[index].range], kind)
            else {
                marks[index].replacement = marker
                continue
            }
            marks[index].replacement = lists.surrogates == .marked && text != Self.marker ? "[\(text)]" : text
        }
    }
}
