import DICOM

extension TextScrubber {
    // MARK: Dates

    /// How a date is written, so that the moved one is written alike.
    struct WrittenDate {
        let date: DICOMDate?
        /// Writes another date in the same form.
        let write: (DICOMDate) -> String
    }

    func moved(_ date: WrittenDate, _ tokens: TextTokens, _ index: Int, _ count: Int) -> Mark {
        guard let dateShift, let old = date.date, let new = DICOMDate(daysSince1970: old.daysSince1970 + dateShift)
        else {
            return mark(tokens, index, count, .date)
        }
        return mark(tokens, index, count, .date, date.write(new))
    }

    func date(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        compactDate(tokens, index) ?? separatedDate(tokens, index) ?? countedDate(tokens, index)
            ?? dayMonthYear(tokens, index) ?? monthDayYear(tokens, index) ?? monthAndYear(tokens, index)
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
        if counts[0] == 3, Self.republicYears.contains(first), counts[1] == 2, counts[2] == 2 {
            guard let date = DICOMDate(year: first + 1911, month: second, day: third) else { return nil }
            return (
                3, WrittenDate(date: date) { "\($0.year - 1911)\(sign)\(pad($0.month, 1))\(sign)\(pad($0.day, 2))" }
            )
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

    /// Years of the Minguo calendar, which begins in 1912, of three digits.
    private static let republicYears = 100...239

    /// 2018年3月12日, 民國107年3月12日, 107年3月, 2018年.
    private func countedDate(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard let first = tokens.number(index), tokens.han(index + 1) == "年", tokens.single(after: index) == nil else {
            return nil
        }
        let isRepublic = first < 240
        let year = isRepublic ? first + 1911 : first
        let month = tokens.han(index + 3) == "月" ? tokens.number(index + 2) : nil
        let isDay = month != nil && ["日", "號"].contains(tokens.han(index + 5) ?? "")
        let day = isDay ? tokens.number(index + 4) : nil
        // 追蹤3年 is a time, 107年 a date.
        guard month != nil || tokens.tokens[index].count >= 3, (1850...2150).contains(year) else { return nil }
        let hasMonth = month != nil
        let unit = tokens.han(index + 5) ?? ""
        return (
            isDay ? 6 : hasMonth ? 4 : 2,
            WrittenDate(date: DICOMDate(year: year, month: month ?? 7, day: day ?? (hasMonth ? 15 : 1))) { new in
                "\(isRepublic ? new.year - 1911 : new.year)年" + (hasMonth ? "\(new.month)月" : "")
                    + (isDay ? "\(new.day)\(unit)" : "")
            }
        )
    }

    private func month(_ tokens: TextTokens, _ index: Int) -> (number: Int, names: [String])? {
        guard index < tokens.tokens.count, tokens.tokens[index].kind == .word,
            (3...10).contains(tokens.tokens[index].count)
        else { return nil }
        return LanguageIndex.all.months[tokens.lowercased(index)]
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
        let isGerman = tokens.separator(after: index)?.first == UInt8(ascii: ".")
        return (
            3,
            WrittenDate(date: DICOMDate(year: year, month: month.number, day: day)) { new in
                "\(new.day)\(isGerman ? "." : "") \(month.names[new.month - 1]) \(new.year)"
            }
        )
    }

    /// March 12, 2018, March 2018.
    private func monthDayYear(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard isLoose(tokens, after: index), tokens.beginsWithDigit(index + 1), let month = month(tokens, index) else {
            return nil
        }
        if let day = day(tokens, index + 1), isLoose(tokens, after: index + 1), tokens.isNumber(index + 2, 4...4),
            let year = year(tokens, index + 2)
        {
            return (
                3,
                WrittenDate(date: DICOMDate(year: year, month: month.number, day: day)) { new in
                    "\(month.names[new.month - 1]) \(new.day), \(new.year)"
                }
            )
        }
        guard tokens.isNumber(index + 1, 4...4), let year = year(tokens, index + 1) else { return nil }
        return (
            2,
            WrittenDate(date: DICOMDate(year: year, month: month.number, day: 15)) { new in
                "\(month.names[new.month - 1]) \(new.year)"
            }
        )
    }

    /// 03/2019, 3-2019.
    private func monthAndYear(_ tokens: TextTokens, _ index: Int) -> (Int, WrittenDate)? {
        guard let separator = tokens.single(after: index), [0x2D, 0x2F].contains(separator),
            tokens.isNumber(index, 1...2),
            let month = tokens.number(index), (1...12).contains(month), tokens.isNumber(index + 1, 4...4),
            let year = tokens.number(index + 1), (1900...2150).contains(year)
        else { return nil }
        let sign = String(UnicodeScalar(separator))
        let isPadded = tokens.tokens[index].count == 2
        return (
            2,
            WrittenDate(date: DICOMDate(year: year, month: month, day: 15)) { new in
                "\(isPadded && new.month < 10 ? "0" : "")\(new.month)\(sign)\(new.year)"
            }
        )
    }

    /// How many tokens say a day without a year (on March 5, 5. März): without a year it has no place to move to.
    func dayAndMonth(_ tokens: TextTokens, _ index: Int) -> Int? {
        guard tokens.beginsWithDigit(index) != tokens.beginsWithDigit(index + 1),
            tokens.isJoined(after: index, by: " .,")
        else { return nil }
        let isMonthFirst = tokens.isCapitalised(index) && tokens.tokens[index].count >= 3
        let (monthIndex, dayIndex) = isMonthFirst ? (index, index + 1) : (index + 1, index)
        guard tokens.isCapitalised(monthIndex), let month = month(tokens, monthIndex), let day = day(tokens, dayIndex),
            (1...31).contains(day)
        else { return nil }
        // "2. May represent" is the second point of a list.
        if !isMonthFirst, month.names == Language.english.monthNames, tokens.single(after: index) != 0x20 { return nil }
        // "Series of March 5 mm", "May 5.3" and "Mark May 5/17/20" are none.
        if isMonthFirst, let separator = tokens.separator(after: dayIndex) {
            let isPart = separator.count == 1 && [0x2D, 0x2E, 0x2F].contains(separator.first)
            if isPart || ["mm", "cm", "x", "ml"].contains(tokens.lowercased(index + 2)) { return nil }
        }
        return 2
    }
}

extension TextTokens {
    func beginsWithDigit(_ index: Int) -> Bool {
        tokens.indices.contains(index) && Self.isDigit(bytes[tokens[index].start])
    }
}
