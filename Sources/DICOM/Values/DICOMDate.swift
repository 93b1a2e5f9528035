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

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
