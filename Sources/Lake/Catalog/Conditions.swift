internal import Postgres

/// A WHERE clause that is put together, with its parameters. Texts of the asker are parameters only.
struct Conditions {
    /// All conditions.
    private(set) var clauses: [String] = []
    /// Those of them that the index of the list's order decides; and the others.
    private(set) var ordered: [String] = []
    private(set) var others: [String] = []
    /// Whether few studies meet them for certain: a subject's, or named ones.
    var isSelective = false
    private(set) var parameters: [any PostgresEncodable] = []

    /// Takes a value as the next parameter; returns its `$n`.
    mutating func parameter(_ value: any PostgresEncodable) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    /// Adds a condition; `%` in it stands for the value's parameter.
    /// - Parameter isOrdered: Whether it is one on the place in the list's order.
    mutating func add(_ clause: String, _ value: any PostgresEncodable, isOrdered: Bool = false) {
        let name = parameter(value)
        add(clause.replacing("%", with: name), isOrdered: isOrdered)
    }

    mutating func add(_ clause: String, isOrdered: Bool = false) {
        clauses.append(clause)
        if isOrdered { ordered.append(clause) } else { others.append(clause) }
    }

    /// ` AND …` for each, behind another condition.
    static func conjunction(_ clauses: [String]) -> String { clauses.map { " AND (\($0))" }.joined() }

    var conjunction: String { Self.conjunction(clauses) }

    /// Adds a comparison of `column` with a LIKE pattern, in any case. Its trigram index is of use from three letters
    /// in a row on; with fewer it would be read whole.
    mutating func add(_ column: String, like pattern: String) {
        let longest = pattern.split { !$0.isLetter && !$0.isNumber }.map(\.count).max() ?? 0
        add("(lower(\(column))\(longest < 3 ? " || ''" : "")) LIKE lower(%::text)", pattern)
    }

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
    /// - Parameters:
    ///   - visible: the parameter with the projects that may be seen.
    ///   - order: of the list that is narrowed.
    mutating func add(_ filter: StudyFilter, visible: String, order: StudyOrder = .date) {
        let isByDate = order == .date
        if let modalities = filter.modalities, !modalities.isEmpty {
            let names = modalities.map { $0.uppercased() }
            add(names.count == 1 ? "s.modalities @> %::text[]" : "s.modalities && %::text[]", names)
        }
        if let part = filter.bodyPart { add("s.body_parts @> %::text[]", [part.uppercased()]) }
        if let from = filter.from { add("s.list_date >= %::date", from, isOrdered: isByDate) }
        if let to = filter.to {
            // Studies without a date stand at the end of the list, at a day that none has.
            add("s.list_date <= %::date AND s.list_date > '0001-01-01'", to, isOrdered: isByDate)
        }
        if let age = filter.ageFrom { add("s.age_days >= %::bigint", StudySummary.days(years: age)) }
        if let age = filter.ageTo { add("s.age_days < %::bigint", StudySummary.days(years: age + 1)) }
        if let sex = filter.sex { add("s.sex = %", sex.uppercased()) }
        if let text = filter.description {
            add("s.description", like: Self.containing(text))
        }
        if let words = filter.report {
            let query = Reports.query("%")
            add(
                """
                s.id = ANY(ARRAY(SELECT r.study_id FROM report r
                    WHERE r.project_id = ANY(\(visible)::bigint[]) AND r.words @@ \(query)))
                """, words)
        }
        if let code = filter.subject {
            isSelective = true
            add(
                """
                s.subject_id = ANY(ARRAY(SELECT coalesce(merged_into, id) FROM subject
                    WHERE code = % AND project_id = ANY(\(visible)::bigint[])))
                """, code)
        }
        if let label = filter.label {
            add("EXISTS (SELECT 1 FROM study_label l WHERE l.study_id = s.id AND l.label = %::text)", label)
        }
        if let uids = filter.studies {
            isSelective = true
            add("s.uid = ANY(%::text[])", uids)
        }
    }
}
