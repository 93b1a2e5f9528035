/// A range of dates, times or moments, as queries have them (PS3.4 §C.2.2.2.5): both ends belong to it, and either may
/// be open. A single value is a range from it to itself.
public struct DICOMRange<Value: Sendable & Hashable>: Sendable, Hashable {
    /// Where the range begins; `nil` where it has no beginning.
    public let lower: Value?
    /// Where the range ends, with all that the value means: "2024" ends with the year.
    public let upper: Value?

    /// The range between two values; `nil` where both ends are open.
    public init?(from lower: Value?, through upper: Value?) {
        guard lower != nil || upper != nil else { return nil }
        self.lower = lower
        self.upper = upper
    }

    /// What `text` spells with a hyphen at one of its places; the first that gives two values counts.
    fileprivate init?(_ text: String, _ value: (String) -> Value?) {
        // Longer than two moments with all their digits; every hyphen costs a look at all of it.
        guard text.utf8.count <= 64 else { return nil }
        // A value may itself contain hyphens: those of dates of old files, and offsets from UTC.
        if let single = value(text) {
            self.init(from: single, through: single)
            return
        }
        for hyphen in text.indices where text[hyphen] == "-" {
            let left = String(text[..<hyphen])
            let right = String(text[text.index(after: hyphen)...])
            let (lower, upper) = (value(left), value(right))
            guard lower != nil || left.isEmpty, upper != nil || right.isEmpty else { continue }
            self.init(from: lower, through: upper)
            return
        }
        return nil
    }

    fileprivate func text(_ value: (Value) -> String) -> String {
        let (start, end) = (lower.map(value) ?? "", upper.map(value) ?? "")
        return lower != nil && start == end ? start : "\(start)-\(end)"
    }
}

extension DICOMRange where Value == DICOMDate {
    /// The range that `text` spells: "20240101", "20240101-20240131", "20240101-" or "-20240131".
    public init?(_ text: String) { self.init(text) { DICOMDate($0) } }

    /// As PS3.4 writes it.
    public var text: String { text(\.text) }

    /// Whether `date` belongs to the range.
    public func contains(_ date: DICOMDate) -> Bool {
        (lower.map { $0 <= date } ?? true) && (upper.map { date <= $0 } ?? true)
    }
}

extension DICOMRange where Value == DICOMTime {
    /// The range that `text` spells: "0930", which is a minute, "0930-1015", "0930-" or "-1015".
    public init?(_ text: String) { self.init(text) { DICOMTime($0) } }

    /// As PS3.4 writes it.
    public var text: String { text(\.text) }

    /// Whether `time` belongs to the range. One that begins before midnight and ends after it has no moment.
    public func contains(_ time: DICOMTime) -> Bool {
        let moment = time.microsecondsSinceMidnight
        return (lower.map { $0.microsecondsSinceMidnight <= moment } ?? true)
            && (upper.map { moment < $0.microsecondsSinceMidnight + $0.duration } ?? true)
    }
}

extension DICOMRange where Value == DICOMDateTime {
    /// The range that `text` spells. Where a hyphen and four digits at the end can be an offset, they are one
    /// (PS3.5 §6.2, DT).
    public init?(_ text: String) { self.init(text) { DICOMDateTime($0) } }

    /// As PS3.4 writes it.
    public var text: String { text(\.text) }

    /// Whether `moment` belongs to the range.
    /// - Parameter defaultOffsetMinutes: what holds for values without an offset.
    public func contains(_ moment: DICOMDateTime, defaultOffsetMinutes: Int = 0) -> Bool {
        let instant = moment.microsecondsSince1970(defaultOffsetMinutes: defaultOffsetMinutes)
        let isAfter = lower.map { $0.microsecondsSince1970(defaultOffsetMinutes: defaultOffsetMinutes) <= instant }
        let isBefore = upper.map { instant < $0.end(defaultOffsetMinutes: defaultOffsetMinutes) }
        return (isAfter ?? true) && (isBefore ?? true)
    }
}
