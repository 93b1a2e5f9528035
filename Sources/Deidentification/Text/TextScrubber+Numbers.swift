import DICOM

extension TextScrubber {
    /// Dates, telephone numbers, UIDs and network addresses by their form. Returns the tokens that are dealt with.
    func numbersAndDates(_ tokens: TextTokens, _ mode: Mode, _ marks: inout [Mark]) -> Set<Int> {
        var taken: Set<Int> = []
        guard tokens.tokens.contains(where: { $0.kind != .word }) else { return taken }
        var index = 0
        while index < tokens.tokens.count {
            if let (count, mark) = form(tokens, index, mode) {
                taken.formUnion(index..<(index + count))
                if let mark { marks.append(mark) }
                index += count
            } else {
                index += 1
            }
        }
        return taken
    }

    /// How many tokens from `index` on belong to one form, and what becomes of them (`nil`: they stay).
    private func form(_ tokens: TextTokens, _ index: Int, _ mode: Mode) -> (Int, Mark?)? {
        if let dotted = dotted(tokens, index, mode) { return dotted }
        if let (count, date) = date(tokens, index) {
            return (count, moved(date, tokens, index, count))
        }
        if mode == .descriptor, let count = dayAndMonth(tokens, index) {
            return (count, mark(tokens, index, count, .date))
        }
        if let count = phone(tokens, index) { return (count, mark(tokens, index, count, .contact)) }
        return nil
    }

    func mark(
        _ tokens: TextTokens, _ index: Int, _ count: Int, _ kind: TextKind, _ replacement: String? = nil
    ) -> Mark {
        Mark(range: tokens.range(index, through: index + count - 1), kind: kind, replacement: replacement)
    }

    // MARK: Dotted numbers

    private func dotted(_ tokens: TextTokens, _ index: Int, _ mode: Mode) -> (Int, Mark?)? {
        var count = 1
        while tokens.isNumber(index + count - 1, 1...64), tokens.single(after: index + count - 1) == UInt8(ascii: "."),
            tokens.isNumber(index + count, 1...64)
        { count += 1 }
        guard count >= 4 else { return nil }
        let range = tokens.tokens[index].start..<tokens.tokens[index + count - 1].end
        if count > 4 {
            let uid = String(decoding: tokens.bytes[range], as: UTF8.self)
            // Five or six short components may be a version of software.
            if mode != .descriptor, range.count <= 12 { return (count, nil) }
            if keepsUIDs || StandardUID.isStandard(uid) { return (count, nil) }
            return (count, mark(tokens, index, count, .id, pseudonyms.uid(uid)))
        }
        let octets = (index..<(index + 4)).compactMap { tokens.number($0) }
        let isAddress = octets.count == 4 && octets.allSatisfy { $0 < 256 } && (mode == .descriptor || octets[0] >= 10)
        return isAddress ? (4, mark(tokens, index, 4, .contact)) : nil
    }

    // MARK: Telephone numbers and the like

    private func phone(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard tokens.isNumber(index, 1...9) else { return nil }
        func joined(_ at: Int, _ next: ClosedRange<Int>) -> Bool {
            guard let separator = tokens.separator(after: at), tokens.isNumber(at + 1, next) else { return false }
            return separator.count <= 2
                && separator.allSatisfy { [0x20, 0x2D, 0x2E, 0x28, 0x29, 0x2F].contains($0) }
        }
        // ddd ddd dddd with any of the usual separators
        if tokens.isNumber(index, 3...3), joined(index, 3...3), joined(index + 1, 4...4) { return 3 }
        // digits joined by hyphens, seven of them or more: telephone, social security and record numbers
        var count = 1
        var digits = tokens.tokens[index].count
        let start = tokens.tokens[index].start
        let isInternational = start > 0 && tokens.bytes[start - 1] == UInt8(ascii: "+")
        while tokens.isNumber(index + count, 1...9),
            isInternational ? joined(index + count - 1, 1...9) : tokens.single(after: index + count - 1) == 0x2D
        {
            digits += tokens.tokens[index + count].count
            count += 1
        }
        return digits >= 7 && (count > 1 || isInternational) ? count : nil
    }
}

/// UIDs that name something of the standard and nobody.
enum StandardUID {
    /// Whether a UID lies under the standard's root, and has only short components below it, so that no number of a
    /// patient hides in it.
    static func isStandard(_ uid: String) -> Bool {
        guard uid.hasPrefix("1.2.840.10008.") else { return false }
        return uid.dropFirst(14).split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            (1...5).contains($0.utf8.count)
        }
    }
}
