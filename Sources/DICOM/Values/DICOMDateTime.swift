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

    /// The moment; `nil` for offsets beyond those that the standard allows, -12:00 to +14:00.
    public init?(date: DICOMDate, time: DICOMTime? = nil, offsetMinutes: Int? = nil) {
        guard (-720...840).contains(offsetMinutes ?? 0) else { return nil }
        self.date = date
        dateDigits = 8
        self.time = time
        self.offsetMinutes = offsetMinutes
    }

    /// The moment that `text` spells: YYYYMMDDHHMMSS.FFFFFF&ZZXX or a beginning of it, with or without the offset.
    public init?(_ text: String) {
        var body = Substring(text)
        if let sign = body.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = Array(body[body.index(after: sign)...].utf8)
            guard zone.count == 4, let hours = Digits.number(zone[0..<2]), let minutes = Digits.number(zone[2..<4]),
                minutes < 60
            else { return nil }
            let offset = (hours * 60 + minutes) * (body[sign] == "-" ? -1 : 1)
            guard (-720...840).contains(offset) else { return nil }
            offsetMinutes = offset
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
        // Within DT there are no colons, and they were never allowed.
        guard !rest.contains(":"), let time = DICOMTime(String(rest)) else { return nil }
        self.time = time
    }

    /// YYYYMMDDHHMMSS.FFFFFF&ZZXX, as far as it was given.
    public var text: String {
        let offset = offsetMinutes.map { minutes in
            (minutes < 0 ? "-" : "+") + Digits.text(abs(minutes) / 60, 2) + Digits.text(abs(minutes) % 60, 2)
        }
        return date.text.prefix(dateDigits) + (time?.text ?? "") + (offset ?? "")
    }

    /// Microseconds since the beginning of 1970 in UTC, of the first moment that is meant.
    /// - Parameter defaultOffsetMinutes: what holds where the value has no offset: (0008,0201) Timezone Offset From
    ///   UTC, or the place's.
    public func microsecondsSince1970(defaultOffsetMinutes: Int = 0) -> Int {
        let offset = offsetMinutes ?? max(-1440, min(1440, defaultOffsetMinutes))
        let days = date.daysSince1970 * 86_400_000_000
        return days + (time?.microsecondsSinceMidnight ?? 0) - offset * 60_000_000
    }

    /// The first microsecond after all that are meant.
    func end(defaultOffsetMinutes: Int) -> Int {
        let start = microsecondsSince1970(defaultOffsetMinutes: defaultOffsetMinutes)
        if let time { return start + time.duration }
        let days =
            switch dateDigits {
            case 4: DICOMDate.isLeap(date.year) ? 366 : 365
            case 6: DICOMDate.days(in: date.month, of: date.year)
            default: 1
            }
        return start + days * 86_400_000_000
    }
}
