internal import Foundation

/// A rule that says how long images have to be kept.
public struct RetentionRule: Codable, Hashable, Sendable {
    public let id: String
    /// `US`, `US-CA`, `DE`, … : those that the policy names apply.
    public let jurisdiction: String
    public let years: Int?
    /// Only for studies with one of these modalities; for all where `nil`.
    public let modalities: [String]?
    /// Who is younger than `adultAt` at the study: kept at least until this age.
    public let minorsUntilAge: Int?
    public let adultAt: Int?
    public let isPermanent: Bool?
    public let citation: String

    public init(
        _ id: String, _ jurisdiction: String, years: Int?, modalities: [String]? = nil, minorsUntilAge: Int? = nil,
        adultAt: Int? = nil, isPermanent: Bool? = nil, citation: String
    ) {
        self.id = id
        self.jurisdiction = jurisdiction
        self.years = years
        self.modalities = modalities
        self.minorsUntilAge = minorsUntilAge
        self.adultAt = adultAt
        self.isPermanent = isPermanent
        self.citation = citation
    }

    /// What the research of the field gives; counsel confirms before it is relied on.
    public static let table: [RetentionRule] = [
        RetentionRule("us-hospital", "US", years: 5, citation: "42 CFR 482.26(d)"),
        RetentionRule("us-mammography", "US", years: 10, modalities: ["MG"], citation: "21 CFR 900.12(c)(4)(i)"),
        RetentionRule("us-ca", "US-CA", years: 7, minorsUntilAge: 19, adultAt: 18, citation: "22 CCR 70751"),
        RetentionRule("us-az", "US-AZ", years: 6, minorsUntilAge: 21, adultAt: 18, citation: "ARS 12-2297"),
        RetentionRule("de-examination", "DE", years: 10, minorsUntilAge: 28, adultAt: 18, citation: "StrlSchG §85"),
        RetentionRule(
            "de-therapy", "DE", years: 30, modalities: ["RTPLAN", "RTDOSE", "RTSTRUCT", "RTIMAGE", "RTRECORD"],
            citation: "StrlSchG §85"),
        RetentionRule(
            "fr", "FR", years: 20, minorsUntilAge: 28, adultAt: 8, citation: "Code de la santé publique R1112-7"),
        RetentionRule("uk", "UK", years: 8, minorsUntilAge: 26, adultAt: 18, citation: "NHS Records Management Code"),
        RetentionRule("tw", "TW", years: 7, minorsUntilAge: 25, adultAt: 18, citation: "Medical Care Act Art. 70"),
        RetentionRule("tw-trial", "TW-TRIAL", years: nil, isPermanent: true, citation: "Medical Care Act Art. 70"),
    ]
}

/// A rule's term for one study.
public struct RetentionTerm: Codable, Hashable, Sendable {
    public let id: String
    public let jurisdiction: String
    /// In words.
    public let term: String
    /// `YYYY-MM-DD`; `nil`: for ever.
    public let until: String?
    public let citation: String
}

/// Which rules apply here. The longest wins.
public struct RetentionPolicy: Codable, Hashable, Sendable {
    public var jurisdictions: [String]
    /// Beside, or in the place of those of the table with the same id.
    public var rules: [RetentionRule]

    public init(jurisdictions: [String] = [], rules: [RetentionRule] = []) {
        self.jurisdictions = jurisdictions
        self.rules = rules
    }

    private enum Key: CodingKey { case jurisdictions, rules }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        jurisdictions = try container.decode([String].self, forKey: .jurisdictions)
        rules = try container.decodeIfPresent([RetentionRule].self, forKey: .rules) ?? []
    }

    /// Reads `{"jurisdictions": ["DE"], "rules": […]}`.
    /// - Throws: `.invalid`, with a sentence that says what to change.
    public static func load(from file: String) throws(LakeError) -> RetentionPolicy {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw LakeError(.invalid, "\(file): cannot be read")
        }
        let policy: RetentionPolicy
        do { policy = try JSONDecoder().decode(RetentionPolicy.self, from: data) } catch {
            throw LakeError(.invalid, "\(file): wants {\"jurisdictions\": [\"DE\", …], \"rules\": […]}")
        }
        let known = Set((RetentionRule.table + policy.rules).map(\.jurisdiction))
        if let unknown = policy.jurisdictions.first(where: { !known.contains($0) }) {
            throw LakeError(
                .invalid, "\(file): no rule is of \(unknown); there are: \(known.sorted().joined(separator: ", "))")
        }
        guard
            policy.rules.allSatisfy({ (0...1000).contains($0.years ?? 0) && (0...150).contains($0.minorsUntilAge ?? 0) }
            )
        else { throw LakeError(.invalid, "\(file): a rule's years or age make no sense") }
        return policy
    }

    var applying: [RetentionRule] {
        let own = Set(rules.map(\.id))
        return (RetentionRule.table.filter { !own.contains($0.id) } + rules).filter {
            jurisdictions.contains($0.jurisdiction)
        }
    }

    /// The terms of a study, the longest first.
    func terms(of study: RetainedStudy) -> [RetentionTerm] {
        applying.compactMap { rule -> RetentionTerm? in
            if let modalities = rule.modalities, Set(modalities).isDisjoint(with: study.modalities) { return nil }
            if rule.isPermanent == true { return RetentionTerm(rule, "for ever", nil) }
            let years = rule.years ?? 0
            var until = Self.date(study.trigger, plusDays: StudySummary.days(years: years) + 1)
            var words = "\(years) years"
            if let age = rule.minorsUntilAge {
                // Who is of unknown age may be a newborn.
                let days = study.ageDays ?? 0
                if days < StudySummary.days(years: rule.adultAt ?? 18) {
                    until = max(until, Self.date(study.trigger, plusDays: StudySummary.days(years: age) + 1 - days))
                    words += study.ageDays == nil ? ", or to age \(age) (age not known)" : ", or to age \(age)"
                }
            }
            return RetentionTerm(rule, words, Self.day(until))
        }.sorted { ($0.until ?? "9999-12-32") > ($1.until ?? "9999-12-32") }
    }

    private static func date(_ start: Date, plusDays days: Int) -> Date {
        start.addingTimeInterval(Double(days) * 86_400)
    }

    /// `YYYY-MM-DD`, UTC.
    static func day(_ date: Date) -> String { date.formatted(.iso8601.year().month().day()) }
}

extension RetentionTerm {
    fileprivate init(_ rule: RetentionRule, _ term: String, _ until: String?) {
        self.init(id: rule.id, jurisdiction: rule.jurisdiction, term: term, until: until, citation: rule.citation)
    }
}
