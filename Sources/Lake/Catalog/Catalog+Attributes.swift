internal import ByteIO
internal import DICOM
internal import Postgres

extension Catalog {
    /// Results that are given where nobody named a number.
    private static let mostStudies = 1000
    private static let mostOfStudy = 20_000

    /// Searches by attributes: QIDO-RS.
    /// - Throws: `.invalid` for a value that cannot be matched; `.notFound` where the study or series that the search
    ///   is confined to is not there.
    public func search(_ query: AttributeQuery, principal: Principal) async throws(LakeError) -> AttributeResults {
        var conditions = Conditions()
        let projects = try await visibility.projects(.browse, code: query.project, principal: principal)
        let visible = conditions.parameter(projects)
        let attributes = try AttributeConditions(query, visible: visible, &conditions)
        if let study = query.study { conditions.add("s.uid = %", study) }
        if let series = query.series { conditions.add("r.uid = %", series) }
        let isConfined = query.study != nil || query.series != nil
        let most = isConfined ? Self.mostOfStudy : Self.mostStudies
        let limit = min(query.limit ?? most, most)
        let offset = min(query.offset, 10_000_000)
        let walk = StudyWalk(conditions, visible: visible, limit: limit + 1, offset: offset)
        let sql = Self.sql(
            query, conditions, visible: visible, isConfined: isConfined || attributes.isByUID, limit + 1, offset)
        return try await LakeError.rethrowing {
            let rows =
                if query.level == .studies, !attributes.isByUID {
                    try await walk.rows(
                        Self.columns(query), joins: "JOIN subject b ON b.id = s.subject_id", context.database)
                } else {
                    try await context.database.query(sql, conditions.parameters)
                }
            if rows.isEmpty, isConfined, query.matches.isEmpty, query.offset == 0 {
                throw LakeError(.notFound, "there is no such study or series")
            }
            var writer = AttributeWriter()
            for row in rows.prefix(limit) { try Self.write(row, query, to: &writer) }
            let isPartial = rows.count > limit
            return AttributeResults(
                json: writer.finish(), count: Swift.min(rows.count, limit), isPartial: isPartial,
                warnings: Self.warnings(query, attributes, isPartial: isPartial && limit == most))
        }
    }

    private static func warnings(
        _ query: AttributeQuery, _ attributes: AttributeConditions, isPartial: Bool
    ) -> [String] {
        var warnings: [String] = []
        if query.isFuzzy {
            warnings.append("The fuzzymatching parameter is not supported. Only literal matching has been performed.")
        }
        if !attributes.unused.isEmpty {
            let names = attributes.unused.map { DataDictionary.entry(for: $0)?.keyword ?? $0.hexadecimal }
            warnings.append("These attributes were not used for matching: \(names.joined(separator: ", "))")
        }
        if isPartial { warnings.append("There are additional results that can be requested") }
        return warnings
    }

    // MARK: The statement

    private static func sql(
        _ query: AttributeQuery, _ conditions: Conditions, visible: String, isConfined: Bool, _ limit: Int,
        _ offset: Int
    ) -> String {
        let source = Source(query)
        guard !isConfined else {
            return """
                SELECT \(columns(query)) FROM \(source.base) \(source.joins) JOIN subject b ON b.id = s.subject_id
                WHERE \(source.alias).project_id = ANY(\(visible)::bigint[])\(conditions.conjunction)
                ORDER BY \(source.order) LIMIT \(limit) OFFSET \(offset)
                """
        }
        // One ordered walk a project; what survives is read whole afterwards.
        return """
            SELECT \(columns(query)) FROM (
                SELECT w.id FROM unnest(\(visible)::bigint[]) AS visible (project_id) CROSS JOIN LATERAL (
                    SELECT \(source.alias).id FROM \(source.base) \(source.joins)
                    WHERE \(source.alias).project_id = visible.project_id\(conditions.conjunction)
                    ORDER BY \(source.order) LIMIT \(limit + offset)) w
                ORDER BY w.id DESC LIMIT \(limit) OFFSET \(offset)) k
            JOIN \(source.base) ON \(source.alias).id = k.id \(source.joins)
            JOIN subject b ON b.id = s.subject_id ORDER BY \(source.order)
            """
    }

    /// Tables of a level: the one that names the result, the others, and the order of results.
    private struct Source {
        let base: String
        let alias: String
        let joins: String
        let order: String

        init(_ query: AttributeQuery) {
            let isConfined = query.study != nil || query.series != nil
            switch query.level {
            case .studies:
                (base, alias, joins) = ("study s", "s", "")
                order = "s.list_date DESC, s.id DESC"
            case .series:
                (base, alias, joins) = ("series r", "r", "JOIN study s ON s.id = r.study_id")
                order = isConfined ? "r.number NULLS LAST, r.id" : "r.id DESC"
            case .instances:
                (base, alias) = ("instance i", "i")
                joins = "JOIN series r ON r.id = i.series_id JOIN study s ON s.id = i.study_id"
                order = isConfined ? "r.number NULLS LAST, r.id, i.number NULLS LAST, i.id" : "i.id DESC"
            }
        }
    }
}
