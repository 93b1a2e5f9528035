/// What de-identification did to files that came together: how many were accepted, held or refused and why, and what was
/// done to which attribute how often. No values, no names of files, no UIDs.
public struct BatchReport: Codable, Hashable, Sendable {
    /// Files that were not simply accepted, by what is said of them.
    public struct Reason: Codable, Hashable, Sendable {
        /// "held", "rejected", …
        public let verdict: String
        /// Tags and rules; offsets are left out, so that what is the same counts together.
        public let reason: String
        public fileprivate(set) var count: Int
    }

    /// How many files got which verdict.
    public private(set) var verdicts: [String: Int] = [:]
    /// By number, the most first.
    public private(set) var reasons: [Reason] = []
    /// How many files were de-identified: the files that `actions` speaks of.
    public private(set) var files = 0
    /// What was done, in numbers.
    public private(set) var actions = Outcome.Summary()

    /// As many different reasons are kept; what is beyond counts as "other reasons".
    public static let maximumReasons = 100
    static let otherReasons = "other reasons"

    public init() {}

    /// One more file, or `count`.
    /// - Parameter reason: why it was not simply accepted.
    public mutating func add(verdict: String, reason: String? = nil, count: Int = 1) {
        verdicts[verdict, default: 0] += count
        guard let reason, !reason.isEmpty else { return }
        add(verdict, Self.withoutOffsets(reason), count)
        sort()
    }

    /// Takes out all that is said of files with this verdict: somebody knows it better. What was done to attributes stays.
    public mutating func forget(verdict: String) {
        verdicts[verdict] = nil
        reasons.removeAll { $0.verdict == verdict }
    }

    /// What was done to one more file.
    public mutating func add(_ summary: Outcome.Summary) {
        files += 1
        actions.add(summary)
    }

    /// All of another report.
    public mutating func add(_ other: BatchReport) {
        verdicts.merge(other.verdicts, uniquingKeysWith: +)
        for row in other.reasons { add(row.verdict, row.reason, row.count) }
        files += other.files
        actions.add(other.actions)
        sort()
    }

    /// Sum of all verdicts.
    public var count: Int { verdicts.values.reduce(0, +) }

    private mutating func add(_ verdict: String, _ reason: String, _ count: Int) {
        if let index = reasons.firstIndex(where: { $0.verdict == verdict && $0.reason == reason }) {
            reasons[index].count += count
        } else if reasons.count < Self.maximumReasons || reason == Self.otherReasons {
            reasons.append(Reason(verdict: verdict, reason: reason, count: count))
        } else {
            add(verdict, Self.otherReasons, count)
        }
    }

    private mutating func sort() {
        reasons.sort { ($1.count, $0.verdict, $0.reason) < ($0.count, $1.verdict, $1.reason) }
    }

    /// "malformed at offset 1234: …" without the number.
    private static func withoutOffsets(_ reason: String) -> String {
        let mark = " at offset "
        var text = reason[...]
        var kept = ""
        while let place = text.firstRange(of: mark) {
            kept += text[..<place.lowerBound]
            text = text[place.upperBound...].drop { $0.isNumber }
        }
        return kept + text
    }
}
