internal import Foundation
internal import Postgres

/// Counts what is new, as one person may see it.
struct DigestCount {
    let row: SubscriptionRow
    let principal: Principal
    /// Half open: what is made in the second of `until` is told the next time.
    let from: Date
    let until: Date

    func news(_ connection: PostgresConnection) async throws -> DigestNews {
        var news = DigestNews()
        let searchesReports = row.subscription.filter?.report != nil
        if let scope = scope(searchesReports ? [.browse, .readReports] : [.browse]) {
            try await countStudies(scope, &news, connection)
        }
        if let scope = scope([.browse, .readReports]) { try await countReports(scope, &news, connection) }
        if let scope = scope(searchesReports ? [.browse, .view, .readReports] : [.browse, .view]) {
            try await countLabels(scope, &news, connection)
        }
        return news
    }

    /// Which studies (`s`), and when.
    private struct Scope {
        let projects: [Int64]
        let studies: String
        let from: String
        let until: String
        let reader: String
        let parameters: [any PostgresEncodable]

        func isNew(_ column: String) -> String { "\(column) >= \(from) AND \(column) < \(until)" }
        /// What somebody made is no news to them.
        func isByOthers(_ column: String) -> String { "\(column) <> \(reader)" }
    }

    /// What is followed, where the person may do all of `permissions`; `nil` where that is nowhere.
    private func scope(_ permissions: [Permission]) -> Scope? {
        let projects = principal.roles.keys.filter { project in
            (row.projectID ?? project) == project
                && permissions.allSatisfy { Gate.permits(principal, $0, project: project) }
        }.sorted()
        guard !projects.isEmpty else { return nil }
        var conditions = Conditions()
        let visible = conditions.parameter(projects)
        if let filter = row.subscription.filter { conditions.add(filter, visible: visible) }
        let from = conditions.parameter(from)
        let until = conditions.parameter(until)
        let reader = conditions.parameter(principal.accountID)
        return Scope(
            projects: projects, studies: "s.project_id = ANY (\(visible)::bigint[])\(conditions.conjunction)",
            from: from + "::timestamptz", until: until + "::timestamptz", reader: reader + "::bigint",
            parameters: conditions.parameters)
    }

    private func countStudies(
        _ scope: Scope, _ news: inout DigestNews, _ connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            WITH new AS (SELECT s.modalities FROM study s
                WHERE \(scope.studies) AND \(scope.isNew("s.created_at")) AND \(scope.reader) IS NOT NULL)
            SELECT NULL AS name, count(*) FROM new
            UNION ALL
            (SELECT m, count(*) FROM new CROSS JOIN unnest(new.modalities) m GROUP BY m
                ORDER BY count(*) DESC, m LIMIT 12)
            """, scope.parameters)
        for row in rows {
            let count: Int = try row.decode("count")
            guard let name = try row.decode("name", as: String?.self) else {
                news.studies = count
                continue
            }
            // A header says what it likes; a mail says only what looks like a modality.
            let isModality = name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
            if isModality, !name.isEmpty { news.modalities.append((name, count)) }
        }
    }

    private func countReports(
        _ scope: Scope, _ news: inout DigestNews, _ connection: PostgresConnection
    ) async throws {
        let counts = try await connection.single(
            """
            SELECT count(*) FILTER (WHERE v.version = 1) AS made,
                count(DISTINCT v.report_id) FILTER (WHERE r.created_at < \(scope.from)) AS changed
            FROM report_version v JOIN report r ON r.id = v.report_id JOIN study s ON s.id = r.study_id
            WHERE \(scope.studies) AND \(scope.isNew("v.at")) AND \(scope.isByOthers("v.author_id"))
            """, scope.parameters)
        news.reports = try counts.decode("made")
        news.changedReports = try counts.decode("changed")
    }

    private func countLabels(
        _ scope: Scope, _ news: inout DigestNews, _ connection: PostgresConnection
    ) async throws {
        news.labelVersions = try await connection.single(
            """
            SELECT count(*) FROM label_commit c JOIN study s ON s.id = c.study_id
            WHERE \(scope.studies) AND \(scope.isNew("c.at")) AND \(scope.isByOthers("c.author_id"))
            """, scope.parameters
        ).decode("count")
        // A tag is of a whole label set: no news of a list of some studies.
        guard row.subscription.kind == .project else { return }
        news.labelTags = try await connection.single(
            """
            SELECT count(*) FROM label_tag t JOIN label_set s ON s.id = t.label_set_id
            WHERE \(scope.studies) AND \(scope.isNew("t.created_at")) AND \(scope.isByOthers("t.author_id"))
            """, scope.parameters
        ).decode("count")
    }
}
