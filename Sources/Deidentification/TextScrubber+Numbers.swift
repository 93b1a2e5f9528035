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
        if let count = phone(tokens, index) { return (count, mark(tokens, index, count)) }
        return nil
    }

    private func mark(_ tokens: TextTokens, _ index: Int, _ count: Int, _ replacement: String? = nil) -> Mark {
        Mark(range: tokens.tokens[index].start..<tokens.tokens[index + count - 1].end, replacement: replacement)
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
            return (count, mark(tokens, index, count, pseudonyms.uid(uid)))
        }
        let octets = (index..<(index + 4)).compactMap { tokens.number($0) }
        let isAddress = octets.count == 4 && octets.allSatisfy { $0 < 256 } && (mode == .descriptor || octets[0] >= 10)
        return isAddress ? (4, mark(tokens, index, 4)) : nil
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

    // MARK: Dates

    /// How a date is written, so that the moved one is written alike.
    struct WrittenDate {
        let date: DICOMDate?
        /// Writes another date in the same form.
        let write: (DICOMDate) -> String
    }

    private func moved(_ date: WrittenDate, _ tokens: TextTokens, _ index: Int, _ count: Int) -> Mark {
        guard let dateShift, let old = date.date, let new = DICOMDate(daysSince1970: old.daysSince1970 + dateShift)
        else {
            return mark(tokens, index, count)
        }
        return mark(tokens, index, count, date.write(new))
    }

    private func date(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        compactDate(tokens, index) ?? separatedDate(tokens, index) ?? dayMonthYear(tokens, index)
            ?? monthDayYear(tokens, index)
    }

    /// 20180312, and with a time behind it.
    private func compactDate(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard [8, 12, 14].contains(tokens.tokens[index].count), tokens.tokens[index].kind == .number else { return nil }
        let text = String(decoding: tokens.text(index), as: UTF8.self)
        guard let date = DICOMDate(String(text.prefix(8))), (1850...2150).contains(date.year) else { return nil }
        let rest = text.dropFirst(8)
        return (1, WrittenDate(date: date) { $0.text + rest })
    }

    /// 3/12/2018, 12.03.18, 2018-03-12.
    private func separatedDate(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard let separator = tokens.single(after: index), [0x2E, 0x2D, 0x2F].contains(separator),
            tokens.single(after: index + 1) == separator, let first = tokens.number(index),
            let second = tokens.number(index + 1), let third = tokens.number(index + 2)
        else { return nil }
        let counts = (index..<(index + 3)).map { tokens.tokens[$0].count }
        let sign = String(UnicodeScalar(separator))
        func pad(_ value: Int, _ place: Int) -> String {
            counts[place] == 2 && value < 10 ? "0\(value)" : "\(value)"
        }
        if counts[0] == 4, counts[1] <= 2, counts[2] <= 2 {
            let date = DICOMDate(year: first, month: second, day: third)
            return (3, WrittenDate(date: date) { "\($0.year)\(sign)\(pad($0.month, 1))\(sign)\(pad($0.day, 2))" })
        }
        guard counts[0] <= 2, counts[1] <= 2, counts[2] == 4 || counts[2] == 2 else { return nil }
        let year = counts[2] == 4 ? third : third + (third < 50 ? 2000 : 1900)
        // Month first with slashes, as in the United States, unless that is no date.
        let monthFirst = DICOMDate(year: year, month: first, day: second)
        let dayFirst = DICOMDate(year: year, month: second, day: first)
        let isMonthFirst = separator == 0x2F ? monthFirst != nil : dayFirst == nil && monthFirst != nil
        let date = isMonthFirst ? monthFirst : dayFirst
        // 25.30.41 is no date; as a number it is judged by its parts.
        guard date != nil || counts[2] == 4 else { return nil }
        return (
            3,
            WrittenDate(date: date) { new in
                let (a, b) = isMonthFirst ? (new.month, new.day) : (new.day, new.month)
                let y = counts[2] == 4 ? "\(new.year)" : pad(new.year % 100, 2)
                return "\(pad(a, 0))\(sign)\(pad(b, 1))\(sign)\(y)"
            }
        )
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let monthNames: [String: Int] = {
        let full = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        var names: [String: Int] = ["sept": 9]
        for (index, name) in full.enumerated() {
            names[name] = index + 1
            names[String(name.prefix(3))] = index + 1
        }
        return names
    }()

    private func month(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard index < tokens.tokens.count, tokens.tokens[index].kind == .word, tokens.tokens[index].count <= 9 else {
            return nil
        }
        return Self.monthNames[tokens.lowercased(index)]
    }

    private func year(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard let number = tokens.number(index) else { return nil }
        switch tokens.tokens[index].count {
        case 4 where (1850...2150).contains(number): return number
        case 2: return number + (number < 50 ? 2000 : 1900)
        default: return nil
        }
    }

    /// The day as a number, or as 3rd.
    private func day(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard index < tokens.tokens.count, tokens.tokens[index].count <= 4 else { return nil }
        let digits = tokens.text(index).prefix { TextTokens.isDigit($0) }
        guard digits.count == 1 || digits.count == 2 else { return nil }
        let suffix = tokens.text(index).dropFirst(digits.count).map { $0 | 0x20 }
        guard suffix.isEmpty || ["st", "nd", "rd", "th"].contains(String(decoding: suffix, as: UTF8.self)) else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private func isLoose(_ tokens: TextTokens, after index: Int) -> Bool {
        guard let separator = tokens.separator(after: index), separator.count <= 3 else { return false }
        return separator.allSatisfy { [0x20, 0x2D, 0x2C, 0x2E, 0x2F].contains($0) }
    }

    /// 12 Mar 2018, 12-March-18.
    private func dayMonthYear(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard let day = day(tokens, index), isLoose(tokens, after: index), let month = month(tokens, index + 1),
            isLoose(tokens, after: index + 1), let year = year(tokens, index + 2)
        else { return nil }
        return (
            3,
            WrittenDate(date: DICOMDate(year: year, month: month, day: day)) { new in
                "\(new.day) \(Self.months[new.month - 1].capitalizedFirst) \(new.year)"
            }
        )
    }

    /// March 12, 2018, March 2018.
    private func monthDayYear(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard let month = month(tokens, index), isLoose(tokens, after: index) else { return nil }
        if let day = day(tokens, index + 1), isLoose(tokens, after: index + 1), tokens.isNumber(index + 2, 4...4),
            let year = year(tokens, index + 2)
        {
            return (
                3,
                WrittenDate(date: DICOMDate(year: year, month: month, day: day)) { new in
                    "\(Self.months[new.month - 1].capitalizedFirst) \(new.day), \(new.year)"
                }
            )
        }
        guard tokens.isNumber(index + 1, 4...4), let year = year(tokens, index + 1) else { return nil }
        return (
            2,
            WrittenDate(date: DICOMDate(year: year, month: month, day: 15)) { new in
                "\(Self.months[new.month - 1].capitalizedFirst) \(new.year)"
            }
        )
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
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
