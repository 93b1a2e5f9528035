/// A time of day (VR TM, PS3.5 §6.2).
public struct DICOMTime: Sendable {
    /// Hour, 0 to 23.
    public let hour: Int
    /// Minute, 0 to 59; 0 where the file gives none.
    public let minute: Int
    /// Second, 0 to 60; 0 where the file gives none.
    public let second: Int
    /// Millionths of a second; 0 where the file gives none.
    public let microsecond: Int
    /// Digits that the file gives: 2 for hours, 4 with minutes, 6 with seconds, up to 12 with a fraction of them.
    public let digits: Int

    /// The time; `nil` where no clock shows it.
    /// - Parameter digits: How many are written; those that are not must be zero.
    public init?(hour: Int, minute: Int = 0, second: Int = 0, microsecond: Int = 0, digits: Int? = nil) {
        let digits = digits ?? (microsecond == 0 ? 6 : 12)
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second),
            (0..<1_000_000).contains(microsecond), digits == 2 || digits == 4 || (6...12).contains(digits),
            digits >= 4 || minute == 0, digits >= 6 || second == 0
        else { return nil }
        let unwritten = (digits..<12).reduce(1) { power, _ in power * 10 }
        guard digits < 6 ? microsecond == 0 : microsecond % unwritten == 0 else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.digits = digits
    }

    /// The time that `text` spells: HHMMSS.FFFFFF or a beginning of it, or HH:MM:SS.FFFFFF as older files write it.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let clock = Array((parts.first ?? "").utf8.filter { $0 != UInt8(ascii: ":") })
        guard [2, 4, 6].contains(clock.count), parts.count == 1 || clock.count == 6 else { return nil }
        let numbers = stride(from: 0, to: clock.count, by: 2).compactMap { Digits.number(clock[$0..<($0 + 2)]) }
        guard numbers.count == clock.count / 2 else { return nil }
        let minute = numbers.count > 1 ? numbers[1] : 0
        let second = numbers.count > 2 ? numbers[2] : 0
        guard parts.count == 2 else {
            self.init(hour: numbers[0], minute: minute, second: second, digits: clock.count)
            return
        }
        let fraction = Array(parts[1].utf8)
        guard (1...6).contains(fraction.count), let number = Digits.number(fraction[...]) else { return nil }
        self.init(
            hour: numbers[0], minute: minute, second: second,
            microsecond: (fraction.count..<6).reduce(number) { value, _ in value * 10 }, digits: 6 + fraction.count)
    }

    /// HHMMSS.FFFFFF, as far as `digits` go.
    public var text: String {
        let clock = Digits.text(hour, 2) + Digits.text(minute, 2) + Digits.text(second, 2)
        guard digits > 6 else { return String(clock.prefix(digits)) }
        return "\(clock).\(Digits.text(microsecond, 6).prefix(digits - 6))"
    }

    /// Microseconds since midnight. A leap second counts as the first one of the next minute.
    public var microsecondsSinceMidnight: Int { ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond }

    /// How many microseconds the time stands for: a million where it ends with the seconds.
    var duration: Int {
        switch digits {
        case 2: 3_600_000_000
        case 4: 60_000_000
        default: (digits..<12).reduce(1) { power, _ in power * 10 }
        }
    }
}

extension DICOMTime: Comparable, Hashable {
    /// Whether both are the same moment of the day, however many digits they are written with.
    public static func == (left: DICOMTime, right: DICOMTime) -> Bool { left.fields == right.fields }

    public static func < (left: DICOMTime, right: DICOMTime) -> Bool { left.fields < right.fields }

    public func hash(into hasher: inout Hasher) { hasher.combine(microsecondsSinceMidnight) }

    private var fields: (Int, Int, Int, Int) { (hour, minute, second, microsecond) }
}
