internal import Foundation
internal import Postgres

/// Accesses as one file, written page by page.
public struct AccessHistoryFile: Sendable {
    /// How it is written.
    public enum Format: String, Sendable {
        case csv
        case json
    }

    private static let page = 1000
    private static let columns = [
        "id", "at", "last_at", "account", "kind", "project", "study", "purpose", "detail", "count", "leaf",
    ]

    private let log: AccessLog
    private let filter: AccessFilter
    private let format: Format
    private let principal: Principal

    init(_ log: AccessLog, _ filter: AccessFilter, _ format: Format, _ principal: Principal) {
        self.log = log
        self.filter = filter
        self.format = format
        self.principal = principal
    }

    /// What the file is best called.
    public var name: String { "accesses.\(format.rawValue)" }

    /// Hands the file to `write`, piece by piece, newest first.
    public func write(to write: (String) async throws -> Void) async throws {
        try await write(format == .csv ? Self.columns.joined(separator: ",") + "\r\n" : "{\"accesses\":[\n")
        var before: Int64?
        var isFirst = true
        repeat {
            let page = try await log.page(filter, before: before, limit: Self.page, principal)
            for access in page.accesses {
                try await write((isFirst || format == .csv ? "" : ",\n") + (try line(access)))
                isFirst = false
            }
            before = page.next.flatMap { Int64($0) }
        } while before != nil
        if format == .json { try await write("\n]}\n") }
    }

    private func line(_ access: RecordedAccess) throws -> String {
        guard format == .csv else {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(access), as: UTF8.self)
        }
        let texts = [
            access.account, access.kind, access.project ?? "", access.study ?? "", access.purpose, access.detail,
        ].map(LabelCSV.text)
        let times = [access.at, access.lastAt].map { $0.formatted(.iso8601) }
        let cells = ["\(access.id)"] + times + texts + ["\(access.count)", access.leaf.map { "\($0)" } ?? ""]
        return cells.map(LabelCSV.cell).joined(separator: ",") + "\r\n"
    }
}

extension AccessLog {
    /// The accesses that `search` finds as one file. That it was had is recorded, and stands in it.
    /// - Throws: `.notFound` for who may see the history of no project, or not of the one that is named.
    public func file(
        _ format: AccessHistoryFile.Format, _ filter: AccessFilter, principal: Principal
    ) async throws(LakeError) -> AccessHistoryFile {
        guard Gate.permitsAnywhere(principal, .accessHistory) else {
            throw LakeError(.notFound, "there is no such thing")
        }
        let project = try await LakeError.rethrowing {
            try await database.first("SELECT id FROM project WHERE lower(code) = lower($1)", [filter.project])?
                .decode("id", as: Int64.self)
        }
        if filter.project != nil {
            guard let project, Gate.permits(principal, .accessHistory, project: project) else {
                throw LakeError(.notFound, "there is no such project")
            }
        }
        try await record(.historyDownload, project: project, study: filter.study, principal: principal)
        await flush()
        return AccessHistoryFile(self, filter, format, principal)
    }
}
