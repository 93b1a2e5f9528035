internal import Postgres

/// A WHERE clause that is put together, with its parameters. Texts of the asker are parameters only.
struct Conditions {
    private(set) var clauses: [String] = []
    private(set) var parameters: [any PostgresEncodable] = []

    /// Takes a value as the next parameter; returns its `$n`.
    mutating func parameter(_ value: any PostgresEncodable) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    /// Adds a condition; `%` in it stands for the value's parameter.
    mutating func add(_ clause: String, _ value: any PostgresEncodable) {
        let name = parameter(value)
        clauses.append(clause.replacing("%", with: name))
    }

    mutating func add(_ clause: String) { clauses.append(clause) }

    /// ` AND …` for each, behind another condition.
    var conjunction: String { clauses.map { " AND (\($0))" }.joined() }

    /// A pattern for LIKE that finds `text` anywhere.
    static func containing(_ text: String) -> String { "%" + escaped(text) + "%" }

    /// `text` without its meaning in a LIKE pattern.
    static func escaped(_ text: some StringProtocol) -> String {
        var pattern = ""
        for character in text {
            if character == "\\" || character == "%" || character == "_" { pattern += "\\" }
            pattern.append(character)
        }
        return pattern
    }
}

extension Conditions {
    /// The conditions of a filter on the table `study`, called `s`, apart from its project.
    mutating func add(_ filter: StudyFilter) {
        if let modalities = filter.modalities, !modalities.isEmpty {
            let names = modalities.map { $0.uppercased() }
            add(names.count == 1 ? "s.modalities @> %::text[]" : "s.modalities && %::text[]", names)
        }
        if let part = filter.bodyPart { add("s.body_parts @> %::text[]", [part.uppercased()]) }
        if let from = filter.from { add("s.list_date >= %::date", from) }
        if let to = filter.to { add("s.list_date <= %::date AND s.study_date IS NOT NULL", to) }
        if let age = filter.ageFrom { add("s.age_days >= %::bigint", StudySummary.days(years: age)) }
        if let age = filter.ageTo { add("s.age_days < %::bigint", StudySummary.days(years: age + 1)) }
        if let sex = filter.sex { add("s.sex = %", sex.uppercased()) }
        if let text = filter.description {
            add("lower(s.description) LIKE lower(%::text)", Self.containing(text))
        }
        if let code = filter.subject {
            add("s.subject_id IN (SELECT id FROM subject WHERE code = % AND project_id = s.project_id)", code)
        }
        if let uids = filter.studies { add("s.uid = ANY(%::text[])", uids) }
    }
}
