internal import Foundation
internal import Postgres

/// How long a study has to be kept, and who forbids that it goes.
public struct Retention: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// The rules that apply to a study and its legal holds.
    /// - Throws: `.notFound`.
    public func status(_ uid: String, principal: Principal) async throws(LakeError) -> StudyRetention {
        let study = try await study(uid, principal)
        return try await LakeError.rethrowing { try await Self.status(study, context, context.database) }
    }

    /// Sets a legal hold, or ends it where there is no reason any more.
    /// - Throws: `.notFound`; `.invalid` for an empty reason; `.forbidden` for ending one that is not there.
    public func setHold(
        _ uid: String, scope: LegalHold.Scope = .study, reason: String?, principal: Principal
    ) async throws(LakeError) -> StudyRetention {
        if let reason { try Archive.check(reason: reason) }
        let study = try await study(uid, principal)
        let covers = study.covers(scope)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // A new reason is a new hold: that there was another stays known.
                try await connection.execute(
                    """
                    UPDATE legal_hold SET ended_by = $3, ended_at = now()
                    WHERE scope = $1 AND covers = $2 AND ended_at IS NULL
                    """, [scope.rawValue, covers, principal.accountID])
                if let reason {
                    try await connection.execute(
                        "INSERT INTO legal_hold (scope, covers, reason, set_by) VALUES ($1, $2, $3, $4)",
                        [scope.rawValue, covers, reason, principal.accountID])
                }
                try await AccessLog.write(
                    reason == nil ? .legalHoldEnd : .legalHold, project: study.projectID, study: uid,
                    purpose: reason ?? "", detail: scope.rawValue, principal, connection)
                return try await Self.status(study, context, connection)
            }
        }
    }

    private func study(_ uid: String, _ principal: Principal) async throws(LakeError) -> RetainedStudy {
        let found = try await LakeError.rethrowing {
            uid.contains("\0")
                ? nil
                : try await context.database.first(
                    "SELECT \(RetainedStudy.columns) FROM study s WHERE s.uid = $1", [uid]
                ).map { try RetainedStudy($0) }
        }
        guard let found, Gate.permits(principal, .archive, project: found.projectID) else {
            throw LakeError(.notFound, "there is no such study")
        }
        return found
    }

    static func status(
        _ study: RetainedStudy, _ context: LakeContext, _ database: some PostgresQueryable
    ) async throws -> StudyRetention {
        let holds = try await database.query(
            """
            SELECT h.scope, h.reason, h.set_at, a.name FROM legal_hold h JOIN account a ON a.id = h.set_by
            WHERE h.ended_at IS NULL AND ((h.scope = 'study' AND h.covers = $1) OR (h.scope = 'subject' AND h.covers = $2)
                OR (h.scope = 'project' AND h.covers = $3)) ORDER BY h.id
            """, [study.id, study.subjectID, study.projectID]
        ).map { row in
            LegalHold(
                scope: LegalHold.Scope(rawValue: try row.decode("scope")) ?? .study, reason: try row.decode("reason"),
                by: try row.decode("name"), at: try row.decode("set_at", as: Date.self).formatted(.iso8601))
        }
        return StudyRetention(
            study: study.uid, terms: context.configuration.archive.retention.terms(of: study), holds: holds)
    }
}

/// What the rules ask about.
struct RetainedStudy: Sendable {
    let id: Int64
    let uid: String
    let projectID: Int64
    let subjectID: Int64
    let modalities: [String]
    /// The day it came here. Dates in the study are moved by de-identification, and this one is never too early.
    let trigger: Date
    /// At the time of the study; `nil` where the profile removed it.
    let ageDays: Int?

    static let columns = "s.id, s.uid, s.project_id, s.subject_id, s.modalities, s.created_at, s.age_days"

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        uid = try row.decode("uid")
        projectID = try row.decode("project_id")
        subjectID = try row.decode("subject_id")
        modalities = try row.decode("modalities")
        trigger = try row.decode("created_at")
        ageDays = try row.decode("age_days")
    }

    func covers(_ scope: LegalHold.Scope) -> Int64 {
        switch scope {
        case .study: id
        case .subject: subjectID
        case .project: projectID
        }
    }
}

/// Nothing it covers is erased while it stands.
public struct LegalHold: Codable, Hashable, Sendable {
    public enum Scope: String, Codable, Sendable, CaseIterable { case study, subject, project }

    public let scope: Scope
    public let reason: String
    /// Name of the account.
    public let by: String
    /// ISO 8601, UTC.
    public let at: String
}

/// How long one study has to be kept.
public struct StudyRetention: Codable, Hashable, Sendable {
    public let study: String
    /// Rules that apply, the longest first.
    public let rules: [RetentionTerm]
    /// `YYYY-MM-DD`: the longest wins.
    public let until: String?
    public let isPermanent: Bool
    public let holds: [LegalHold]
    public let mayErase: Bool
    /// Why not, in a sentence.
    public let reason: String?

    init(study: String, terms: [RetentionTerm], holds: [LegalHold], today: String = RetentionPolicy.day(.now)) {
        self.study = study
        rules = terms
        self.holds = holds
        isPermanent = terms.first.map { $0.until == nil } ?? false
        until = terms.first?.until
        let standing = terms.first { ($0.until ?? "9999-12-31") >= today }
        if let hold = holds.first {
            reason = "a legal hold on the \(hold.scope.rawValue) forbids it: \(hold.reason)"
        } else if let standing {
            let end = standing.until.map { "until \($0)" } ?? "for ever"
            reason = "it has to be kept \(end): \(standing.id), \(standing.citation)"
        } else {
            reason = nil
        }
        mayErase = reason == nil
    }
}
