/// Which studies: every condition that is given has to hold.
public struct StudyFilter: Codable, Hashable, Sendable {
    /// Code of the project; all that the principal may browse where absent.
    public var project: String?
    /// Any of these (Modality, for example `CT`).
    public var modalities: [String]?
    /// Body Part Examined of a series, in any case.
    public var bodyPart: String?
    /// First and last study date, `YYYY-MM-DD`, as the project's profile left the dates.
    public var from: String?
    public var to: String?
    /// Patient's age in completed years, both ends included.
    public var ageFrom: Int?
    public var ageTo: Int?
    /// `M`, `F` or `O`.
    public var sex: String?
    /// Part of the study description, in any case.
    public var description: String?
    /// Words of a report, as people type into a search engine; see `Reports.search`.
    public var report: String?
    /// Code of the subject.
    public var subject: String?
    /// A label that something of the study has now, in any label set.
    public var label: String?
    /// Study Instance UIDs; only these.
    public var studies: [String]?

    public init() {}

    /// - Throws: `.invalid` where a value is nonsense.
    func check() throws(LakeError) {
        for date in [from, to].compactMap({ $0 }) where Self.dashless(date) == nil {
            throw LakeError(.invalid, "a date is written YYYY-MM-DD")
        }
        for age in [ageFrom, ageTo].compactMap({ $0 }) where !(0...999).contains(age) {
            throw LakeError(.invalid, "an age is between 0 and 999 years")
        }
        let texts =
            [project, bodyPart, sex, description, subject, label, report].compactMap { $0 } + (modalities ?? [])
            + (studies ?? [])
        guard texts.allSatisfy({ $0.utf8.count <= 1024 && !$0.utf8.contains(0) }) else {
            throw LakeError(.invalid, "a condition is too long or has a character that no text has")
        }
    }

    /// `YYYYMMDD` for a calendar day; `nil` for anything else.
    static func dashless(_ date: String) -> String? {
        let parts = date.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = UInt16(parts[0]), let month = UInt8(parts[1]), let day = UInt8(parts[2]),
            isDay(year: Int(year), month: Int(month), day: Int(day))
        else { return nil }
        return parts.joined()
    }

    static func isDay(year: Int, month: Int, day: Int) -> Bool {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= days[month - 1]
    }
}

/// In which order studies are listed.
public enum StudyOrder: String, Codable, Sendable {
    /// By study date, newest first; those without a date last.
    case date
    /// As they came in, newest first.
    case added
}
