public import Foundation
internal import Postgres

/// Which accesses are asked for; what is not said does not matter.
public struct AccessFilter: Sendable, Hashable {
    public var project: String?
    /// UID.
    public var study: String?
    /// Name of who did it.
    public var account: String?
    /// `AccessEvent.Kind`.
    public var kind: String?
    /// From this moment on.
    public var from: Date?
    /// Before this moment.
    public var before: Date?

    /// - Parameters:
    ///   - from: a day or a moment in ISO 8601, UTC where it does not say.
    ///   - to: the same; a day is asked for to its end.
    /// - Throws: `.invalid` for a moment that is none, or a kind that does not exist.
    public init(
        project: String? = nil, study: String? = nil, account: String? = nil, kind: String? = nil, from: String? = nil,
        to: String? = nil
    ) throws(LakeError) {
        for text in [project, study, account] where text?.utf8.contains(0) == true {
            throw LakeError(.invalid, "names hold no control characters")
        }
        if let kind, AccessEvent.Kind(rawValue: kind) == nil {
            throw LakeError(.invalid, "there is no such kind of access")
        }
        self.project = project
        self.study = study
        self.account = account
        self.kind = kind
        self.from = try from.map { text throws(LakeError) in try Self.moment(text).start }
        before = try to.map { text throws(LakeError) in
            let (start, isDay) = try Self.moment(text)
            return isDay ? start.addingTimeInterval(86400) : start
        }
    }

    private static func moment(_ text: String) throws(LakeError) -> (start: Date, isDay: Bool) {
        let isDay = text.utf8.count == 10
        let whole = isDay ? text + "T00:00:00Z" : text
        let plain = try? Date(whole, strategy: .iso8601)
        let fraction = try? Date(whole, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        guard let date = plain ?? fraction else {
            throw LakeError(.invalid, "a moment is written 2026-11-21 or 2026-11-21T13:00:00Z")
        }
        return (date, isDay)
    }
}

/// An access as the history shows it.
public struct RecordedAccess: Sendable, Codable, Hashable {
    public let id: Int64
    public let at: Date
    /// The last time it was counted.
    public let lastAt: Date
    public let account: String
    public let kind: String
    /// Code of the project.
    public let project: String?
    public let study: String?
    public let purpose: String
    public let detail: String
    public let count: Int
    /// Its entry in the ledger; `nil` for about a second, until it is there.
    public let leaf: Int64?
}

/// Some of them, newest first.
public struct RecordedAccesses: Sendable, Codable {
    public let accesses: [RecordedAccess]
    /// Where the next page begins; `nil` on the last.
    public let next: String?
}

extension AccessLog {
    /// Who looked at a study, what a person did, what happened in a project: newest first.
    /// - Throws: `.notFound` for who may see the history of no project; `.invalid` for a cursor that is none. What
    ///   happened in projects whose history one may not see is left out.
    public func search(
        _ filter: AccessFilter, cursor: String? = nil, limit: Int = 100, principal: Principal
    ) async throws(LakeError) -> RecordedAccesses {
        guard Gate.permitsAnywhere(principal, .accessHistory) else {
            throw LakeError(.notFound, "there is no such thing")
        }
        let before = try cursor.map { text throws(LakeError) in
            guard let id = Int64(text), id > 0 else { throw LakeError(.invalid, "the cursor is not one of this list") }
            return id
        }
        await flush()
        return try await LakeError.rethrowing {
            try await page(filter, before: before, limit: max(1, min(limit, 1000)), principal)
        }
    }

    func page(
        _ filter: AccessFilter, before: Int64?, limit: Int, _ principal: Principal
    ) async throws -> RecordedAccesses {
        var conditions: [String] = []
        var values: [any PostgresEncodable] = []
        // Only what is asked for is said, so that each question finds its own index.
        func add(_ condition: String, _ value: (any PostgresEncodable)?) {
            guard let value else { return }
            values.append(value)
            conditions.append(condition.replacing("%", with: "$\(values.count)"))
        }
        add("e.project_id = ANY (%)", Gate.projects(principal, .accessHistory))
        add("e.project_id = (SELECT id FROM project WHERE lower(code) = lower(%))", filter.project)
        add("e.study_uid = %", filter.study)
        add("e.account_id = (SELECT id FROM account WHERE name = %)", filter.account)
        add("e.kind = %", filter.kind)
        add("e.at >= %", filter.from)
        add("e.at < %", filter.before)
        add("e.id < %", before)
        values.append(limit + 1)
        let rows = try await database.query(
            """
            SELECT e.id, e.at, coalesce(t.last_at, e.at) AS last_at, a.name AS account, e.kind, p.code AS project,
                e.study_uid, e.purpose, e.detail, e.count + coalesce(t.count, 0) AS count, l.index AS leaf
            FROM access_event e JOIN account a ON a.id = e.account_id LEFT JOIN project p ON p.id = e.project_id
                LEFT JOIN access_tally t ON t.event_id = e.id LEFT JOIN ledger_leaf l ON l.event_id = e.id
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY e.id DESC LIMIT $\(values.count)
            """, values)
        let accesses = try rows.prefix(limit).map { try RecordedAccess($0) }
        return RecordedAccesses(
            accesses: accesses, next: rows.count > limit ? accesses.last.map { "\($0.id)" } : nil)
    }
}

extension RecordedAccess {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), at: try row.decode("at"), lastAt: try row.decode("last_at"),
            account: try row.decode("account"), kind: try row.decode("kind"), project: try row.decode("project"),
            study: try row.decode("study_uid"), purpose: try row.decode("purpose"), detail: try row.decode("detail"),
            count: try row.decode("count"), leaf: try row.decode("leaf"))
    }
}
