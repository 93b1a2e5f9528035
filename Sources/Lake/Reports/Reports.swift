internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Postgres
internal import Vault

/// What is said about studies, in versions. Who writes reports reads them as they were written; all others read, and
/// everybody searches, the text without what may identify somebody.
public struct Reports: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let visibility: Visibility
    private let projects: Projects
    static let unknown = LakeError(.notFound, "there is no such report")

    /// Bytes of a text, in UTF-8.
    public static let maximumBytes = 64 << 10

    init(_ context: LakeContext, projects: Projects, accessLog: AccessLog) {
        self.context = context
        self.projects = projects
        self.accessLog = accessLog
        visibility = Visibility(context: context)
    }

    /// Reports of a study, each in its newest version, oldest first.
    /// - Throws: `.notFound`.
    public func list(study uid: String, principal: Principal) async throws(LakeError) -> [Report] {
        let study = try await study(uid, principal: principal)
        let rows = try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(ReportRow.columns) FROM report r
                JOIN \(ReportRow.source) ON v.report_id = r.id AND v.version = r.version
                WHERE r.study_id = $1 ORDER BY r.id
                """, [study.id]
            ).map { try ReportRow($0) }
        }
        return try await shown(rows, of: study, principal: principal)
    }

    /// A report.
    /// - Parameter version: from 1; the newest where `nil`.
    /// - Throws: `.notFound`.
    public func report(
        _ id: String, version: Int? = nil, principal: Principal
    ) async throws(LakeError) -> Report {
        let (id, study) = try await find(id, principal: principal)
        let rows = try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(ReportRow.columns) FROM \(ReportRow.source)
                WHERE v.report_id = $1 AND v.version = coalesce($2::bigint, (SELECT version FROM report WHERE id = $1))
                """, [id, version]
            ).map { try ReportRow($0) }
        }
        guard let report = try await shown(rows, of: study, principal: principal).first else { throw Reports.unknown }
        return report
    }

    /// All versions of a report, oldest first.
    /// - Throws: `.notFound`.
    public func versions(_ id: String, principal: Principal) async throws(LakeError) -> [Report] {
        let (id, study) = try await find(id, principal: principal)
        let rows = try await LakeError.rethrowing {
            try await context.database.query(
                "SELECT \(ReportRow.columns) FROM \(ReportRow.source) WHERE v.report_id = $1 ORDER BY v.version", [id]
            ).map { try ReportRow($0) }
        }
        return try await shown(rows, of: study, principal: principal)
    }

    // MARK: - Who may

    /// The study, for who may read its reports.
    /// - Throws: `.notFound`.
    func study(_ uid: String, principal: Principal) async throws(LakeError) -> ReportedStudy {
        let study = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT id AS study_id, uid, project_id FROM study WHERE uid = $1", [uid]
            ).map { try ReportedStudy($0) }
        }
        guard let study, Self.mayRead(principal, study) else {
            throw LakeError(.notFound, "there is no such study")
        }
        return study
    }

    /// The report, for who may read it.
    /// - Throws: `.notFound`.
    func find(_ id: String, principal: Principal) async throws(LakeError) -> (id: Int64, study: ReportedStudy) {
        guard let number = Int64(id), number > 0 else { throw Reports.unknown }
        let study = try await LakeError.rethrowing {
            try await context.database.first(
                """
                SELECT s.id AS study_id, s.uid, s.project_id FROM report r JOIN study s ON s.id = r.study_id
                WHERE r.id = $1
                """, [number]
            ).map { try ReportedStudy($0) }
        }
        guard let study, Self.mayRead(principal, study) else { throw Reports.unknown }
        return (number, study)
    }

    private static func mayRead(_ principal: Principal, _ study: ReportedStudy) -> Bool {
        Gate.permits(principal, .readReports, project: study.projectID)
            || Gate.permits(principal, .report, project: study.projectID)
    }

    /// - Throws: `.forbidden`.
    func checkMayWrite(_ principal: Principal, _ study: ReportedStudy) throws(LakeError) {
        guard Gate.permits(principal, .report, project: study.projectID) else {
            throw LakeError(.forbidden, "your roles in this project do not let you write reports")
        }
    }

    // MARK: - What they read

    /// The rows as the principal may read them. That they do is recorded before this returns.
    func shown(
        _ rows: [ReportRow], of study: ReportedStudy, principal: Principal
    ) async throws(LakeError) -> [Report] {
        guard !rows.isEmpty else { return [] }
        let isWriter = Gate.permits(principal, .report, project: study.projectID)
        let key = isWriter ? try await context.keys.pair(study: study.id).identity : nil
        let isAsWritten = key != nil && rows.contains { $0.asWritten != nil }
        try await accessLog.record(
            isAsWritten ? .reportAsWritten : .reportRead, project: study.projectID, study: study.uid,
            count: rows.count, principal: principal)
        return try await LakeError.rethrowing {
            try rows.map { row in
                var text = row.text
                var isScrubbed = row.isScrubbed
                var removed: [ReportCheck.Place]?
                if let key, let sealed = row.asWritten {
                    let context = study.context(report: row.id, version: row.version)
                    text = String(
                        decoding: try SealedObject.open(Bytes(sealed), key: key, context: context).array, as: UTF8.self)
                    isScrubbed = false
                    removed = try row.places.map { try study.places(Bytes($0), row, key) }
                }
                return Report(
                    id: String(row.id), study: study.uid, version: row.version, status: row.status, author: row.author,
                    at: row.at, text: text, isScrubbed: isScrubbed, removed: removed)
            }
        }
    }

    // MARK: - What others will read

    /// What others will read of a text, so that its writer sees it before it is saved.
    /// - Throws: `.notFound`; `.forbidden`; `.invalid`; `.tooLarge`.
    public func check(study uid: String, text: String, principal: Principal) async throws(LakeError) -> ReportCheck {
        let study = try await study(uid, principal: principal)
        try checkMayWrite(principal, study)
        let text = try Self.checked(text)
        return ReportCheck(try await scrub(text, study))
    }

    func scrub(_ text: String, _ study: ReportedStudy) async throws(LakeError) -> ReportScrubber.Scrubbed {
        let project = try await projects.project(id: study.projectID)
        let secret = try await projects.pseudonymSecret(of: project)
        let headers = try await study.headers(context)
        return await context.workers.run {
            ReportScrubber(headers, profile: project.profile, secret: secret).scrub(text)
        }
    }

    /// A text that can be a report. Offsets into it stay what they were: nothing is trimmed.
    /// - Throws: `.invalid`; `.tooLarge`.
    static func checked(_ text: String) throws(LakeError) -> String {
        guard text.utf8.count <= maximumBytes else { throw LakeError(.tooLarge, "a report has at most 64 KiB") }
        guard text.contains(where: { !$0.isWhitespace }) else { throw LakeError(.invalid, "a report has some text") }
        let isPlain = text.unicodeScalars.allSatisfy {
            ["\n", "\t", "\r"].contains($0) || $0.properties.generalCategory != .control
        }
        guard isPlain else {
            throw LakeError(.invalid, "a report has no control characters but line ends and tabs")
        }
        return text
    }
}
