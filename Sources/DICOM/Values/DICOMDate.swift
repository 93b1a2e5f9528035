/// A calendar date (VR DA, PS3.5 §6.2).
public struct DICOMDate: Hashable, Comparable, Sendable {
    /// Year.
    public let year: Int
    /// Month, 1 to 12.
    public let month: Int
    /// Day, 1 to 31.
    public let day: Int

    /// The date; `nil` where the calendar has none such.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= DICOMDate.days(in: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date that `text` spells: YYYYMMDD, or YYYY.MM.DD or YYYY-MM-DD as older files write it.
    public init?(_ text: String) {
        let text = Array(text.utf8)
        let separators: [UInt8] = [UInt8(ascii: "."), UInt8(ascii: "-")]
        let isSeparated = text.count == 10 && text[4] == text[7] && separators.contains(text[4])
        guard text.count == 8 || isSeparated else { return nil }
        let place = isSeparated ? (month: 5, day: 8) : (month: 4, day: 6)
        guard let year = Digits.number(text[0..<4]), let month = Digits.number(text[place.month..<(place.month + 2)]),
            let day = Digits.number(text[place.day..<(place.day + 2)])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The date `days` after 1 January 1970; `nil` before the year 0 and after 9999.
    public init?(daysSince1970 days: Int) {
        guard (-719_528...2_932_896).contains(days) else { return nil }
        // Howard Hinnant's civil-from-days: eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Days since 1 January 1970.
    public var daysSince1970: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// YYYYMMDD.
    public var text: String { Digits.text(year, 4) + Digits.text(month, 2) + Digits.text(day, 2) }

    public static func < (left: DICOMDate, right: DICOMDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A time of day (VR TM, PS3.5 §6.2).
public struct DICOMTime: Hashable, Comparable, Sendable {
    /// Hour, 0 to 23.
    public let hour: Int
    /// Minute, 0 to 59; 0 where the file gives none.
    public let minute: Int
    /// Second, 0 to 60; 0 where the file gives none.
    public let second: Int
    /// Millionths of a second; 0 where the file gives none.
    public let microsecond: Int

    /// The time that `text` spells: HHMMSS.FFFFFF or a beginning of it, or HH:MM:SS.FFFFFF as older files write it.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let clock = Array((parts.first ?? "").utf8.filter { $0 != UInt8(ascii: ":") })
        guard [2, 4, 6].contains(clock.count), parts.count == 1 || clock.count == 6 else { return nil }
        let numbers = stride(from: 0, to: clock.count, by: 2).compactMap { Digits.number(clock[$0..<($0 + 2)]) }
        guard numbers.count == clock.count / 2, numbers[0] < 24 else { return nil }
        hour = numbers[0]
        minute = numbers.count > 1 ? numbers[1] : 0
        second = numbers.count > 2 ? numbers[2] : 0
        guard minute < 60, second <= 60 else { return nil }
        guard parts.count == 2 else {
            microsecond = 0
            return
        }
        let fraction = Array(parts[1].utf8)
        guard (1...6).contains(fraction.count), let number = Digits.number(fraction[...]) else { return nil }
        microsecond = (fraction.count..<6).reduce(number) { value, _ in value * 10 }
    }

    public static func < (left: DICOMTime, right: DICOMTime) -> Bool {
        (left.hour, left.minute, left.second, left.microsecond)
            < (right.hour, right.minute, right.second, right.microsecond)
    }
}

/// A date with an optional time and offset from UTC (VR DT, PS3.5 §6.2).
public struct DICOMDateTime: Hashable, Sendable {
    /// Date; the first of the month or year where the file gives only that.
    public let date: DICOMDate
    /// Digits of the date that the file gives: 4, 6 or 8.
    public let dateDigits: Int
    /// Time, where the file gives one.
    public let time: DICOMTime?
    /// Minutes east of UTC, where the file gives them.
    public let offsetMinutes: Int?

    /// The moment that `text` spells: YYYYMMDDHHMMSS.FFFFFF&ZZXX or a beginning of it.
    public init?(_ text: String) {
        var body = Substring(text)
        if let sign = body.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = Array(body[body.index(after: sign)...].utf8)
            guard zone.count == 4, let hours = Digits.number(zone[0..<2]), let minutes = Digits.number(zone[2..<4]),
                hours <= 14, minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (body[sign] == "-" ? -1 : 1)
            body = body[..<sign]
        } else {
            offsetMinutes = nil
        }
        let dateText = body.prefix(8)
        dateDigits = dateText.utf8.count
        guard [4, 6, 8].contains(dateDigits),
            let date = DICOMDate(String(dateText) + "0101".suffix(8 - dateDigits))
        else { return nil }
        self.date = date
        let rest = body.dropFirst(8)
        guard !rest.isEmpty else {
            time = nil
            return
        }
        guard let time = DICOMTime(String(rest)) else { return nil }
        self.time = time
    }
}

enum Digits {
    static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.count <= 9 else { return nil }
        var number = 0
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    static func text(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
