internal import Foundation
internal import Postgres

extension Reports {
    /// Reports on a page of a search at most.
    public static let maximumPage = 100
    /// Around what was found. No report holds these characters.
    private static let (begin, end) = ("\u{2}", "\u{3}")
    private static let headline =
        "StartSel=\(begin), StopSel=\(end), MaxFragments=2, MaxWords=20, MinWords=8, FragmentDelimiter=\" … \""

    /// Reports whose newest version has these words, scrubbed as it is; newest reports first.
    /// - Parameters:
    ///   - query: as people type into a search engine: words, "a phrase", or, -not; all reports where it is blank.
    ///   - project: code of the only project to search.
    ///   - cursor: `next` of the page before.
    /// - Throws: `.invalid` for a query or cursor that makes no sense.
    public func search(
        _ query: String, project: String? = nil, cursor: String? = nil, limit: Int = 20, principal: Principal
    ) async throws(LakeError) -> ReportHits {
        guard query.utf8.count <= 1024, !query.contains("\0") else {
            throw LakeError(.invalid, "a search is too long or has a character that no text has")
        }
        let before = try cursor.map { text throws(LakeError) in
            guard let id = Int64(text), id > 0 else { throw LakeError(.invalid, "the cursor is not one of this list") }
            return id
        }
        let seen = try await visibility.projects(.readReports, code: project, principal: principal)
        let limit = min(max(limit, 1), Self.maximumPage)
        let rows = try await found(query, seen, before: before, limit: limit + 1)
        for project in Set(rows.prefix(limit).map(\.project)).sorted() {
            // What was searched for is not recorded: people type names.
            try await accessLog.record(.reportSearch, project: project, principal: principal)
        }
        return ReportHits(
            reports: rows.prefix(limit).map(\.hit), next: rows.count > limit ? rows[limit - 1].hit.id : nil)
    }

    private func found(
        _ query: String, _ projects: [Int64], before: Int64?, limit: Int
    ) async throws(LakeError) -> [(project: Int64, hit: ReportHit)] {
        let isBlank = query.allSatisfy(\.isWhitespace)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                WITH q AS (SELECT \(Self.query("$2")) AS q)
                SELECT r.id, r.project_id, s.uid AS study, p.code AS project, v.at, a.name AS author, v.status,
                    ts_headline('english', v.text, (SELECT q FROM q), $6) AS snippet
                FROM (
                    SELECT * FROM report r WHERE r.project_id = ANY ($1) AND r.words IS NOT NULL
                        AND ($3 OR r.words @@ (SELECT q FROM q)) AND ($4::bigint IS NULL OR r.id < $4)
                    ORDER BY r.id DESC LIMIT $5) r
                JOIN report_version v ON v.report_id = r.id AND v.version = r.version
                JOIN study s ON s.id = r.study_id JOIN project p ON p.id = r.project_id
                JOIN account a ON a.id = v.author_id
                ORDER BY r.id DESC
                """, [projects, query, isBlank, before, limit, Self.headline]
            ).map { row in
                let hit = ReportHit(
                    id: String(try row.decode("id", as: Int64.self)), study: try row.decode("study"),
                    project: try row.decode("project"), at: try row.decode("at"), author: try row.decode("author"),
                    status: try Report.Status(stored: try row.decode("status")),
                    snippet: Self.pieces(try row.decode("snippet")))
                return (try row.decode("project_id"), hit)
            }
        }
    }

    /// A search as PostgreSQL takes it: by stems of English words or by words as they are.
    static func query(_ parameter: String) -> String {
        "(websearch_to_tsquery('english', \(parameter)::text) || websearch_to_tsquery('simple', \(parameter)::text))"
    }

    /// The pieces of a snippet, at its marks.
    private static func pieces(_ snippet: String) -> [ReportHit.Piece] {
        var pieces: [ReportHit.Piece] = []
        for (index, part) in snippet.components(separatedBy: begin).enumerated() {
            let halves = part.components(separatedBy: end)
            if index > 0, let word = halves.first { pieces.append(ReportHit.Piece(text: word, hit: true)) }
            let rest = index > 0 ? halves.dropFirst().joined() : part
            if !rest.isEmpty { pieces.append(ReportHit.Piece(text: rest, hit: false)) }
        }
        return pieces
    }
}
