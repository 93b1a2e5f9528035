internal import Postgres

/// What there is: subjects, studies, series, instances. Published ones only, and only in projects where the
/// principal may browse; everything else is not there.
public struct Catalog: Sendable {
    let context: LakeContext
    let visibility: Visibility

    /// Studies or subjects on a page at most.
    public static let maximumPage = 1000
    private static let mostPriors = 100

    init(_ context: LakeContext) {
        self.context = context
        visibility = Visibility(context: context)
    }

    /// A page of the studies that meet `filter`.
    /// - Parameters:
    ///   - cursor: `next` of the page before.
    ///   - limit: studies on the page, at most `maximumPage`.
    /// - Throws: `.invalid` for a filter or cursor that makes no sense.
    public func studies(
        _ filter: StudyFilter, order: StudyOrder = .date, cursor: String? = nil, limit: Int = 50, principal: Principal
    ) async throws(LakeError) -> StudyPage {
        try filter.check()
        let start = try cursor.map { text throws(LakeError) in try StudyCursor(text, order) }
        let projects = try await visibility.projects(for: filter, principal: principal)
        guard !projects.isEmpty else { return StudyPage(studies: [], next: nil) }
        let limit = min(max(limit, 1), Self.maximumPage)
        var conditions = Conditions()
        let visible = conditions.parameter(projects)
        conditions.add(filter, visible: visible, order: order)
        start?.add(to: &conditions)
        let walk = StudyWalk(conditions, visible: visible, order: order, limit: limit + 1)
        let columns = "s.id, s.list_date::text AS list_date, \(StudySummary.columns)"
        return try await LakeError.rethrowing {
            let rows = try await walk.rows(columns, joins: StudySummary.joins, context.database)
            let studies = try rows.prefix(limit).map { try StudySummary($0) }
            guard rows.count > limit else { return StudyPage(studies: studies, next: nil) }
            let last = rows[limit - 1]
            let next = StudyCursor(
                order: order, date: try last.decode("list_date"), id: try last.decode("id"))
            return StudyPage(studies: studies, next: next.text)
        }
    }

    /// One study with its series, and the other studies of its subject.
    /// - Throws: `.notFound`.
    public func study(_ uid: String, principal: Principal) async throws(LakeError) -> StudyDetail {
        try await LakeError.rethrowing {
            let found = try await context.database.first(
                """
                SELECT s.id, s.project_id, s.subject_id, \(StudySummary.columns) FROM study s \(StudySummary.joins)
                WHERE s.uid = $1
                """, [uid])
            guard let found, Gate.permits(principal, .browse, project: try found.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such study")
            }
            let id: Int64 = try found.decode("id")
            let series = try await context.database.query(
                "SELECT \(Self.seriesColumns) FROM series r WHERE r.study_id = $1 ORDER BY r.number NULLS LAST, r.id",
                [id])
            let priors = try await context.database.query(
                """
                SELECT \(StudySummary.columns) FROM study s \(StudySummary.joins)
                WHERE s.subject_id = $1 AND s.id <> $2 ORDER BY s.list_date DESC, s.id DESC LIMIT \(Self.mostPriors)
                """, [try found.decode("subject_id", as: Int64.self), id])
            return StudyDetail(
                study: try StudySummary(found), series: try series.map { try SeriesSummary($0) },
                priors: try priors.map { try StudySummary($0) })
        }
    }

    /// One series and the study it belongs to.
    /// - Throws: `.notFound`.
    public func series(
        _ uid: String, principal: Principal
    ) async throws(LakeError) -> (series: SeriesSummary, study: String) {
        try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT s.uid AS study, r.project_id, \(Self.seriesColumns)
                FROM series r JOIN study s ON s.id = r.study_id WHERE r.uid = $1
                """, [uid])
            guard let row, Gate.permits(principal, .browse, project: try row.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such series")
            }
            return (try SeriesSummary(row), try row.decode("study"))
        }
    }

    /// The instances of a series, by Instance Number.
    /// - Throws: `.notFound`.
    public func instances(series uid: String, principal: Principal) async throws(LakeError) -> [InstanceSummary] {
        try await LakeError.rethrowing {
            let series = try await context.database.first("SELECT id, project_id FROM series WHERE uid = $1", [uid])
            guard let series, Gate.permits(principal, .browse, project: try series.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such series")
            }
            return try await context.database.query(
                "SELECT \(InstanceSummary.columns) FROM instance WHERE series_id = $1 ORDER BY number NULLS LAST, id",
                [try series.decode("id", as: Int64.self)]
            ).map { try InstanceSummary($0) }
        }
    }

    private static let seriesColumns = """
        r.uid, r.modality, r.description, r.number, r.body_part, r.instance_count, r.frame_count, r.rows, r.columns,
        (SELECT i.uid FROM instance i WHERE i.series_id = r.id
            ORDER BY (i.frames = 0), i.number NULLS LAST, i.id LIMIT 1) AS first_instance,
        CASE WHEN \(SeriesMarks.condition) THEN coalesce(r.recognizable, 'unnamed') END AS recognizable
        """
}
