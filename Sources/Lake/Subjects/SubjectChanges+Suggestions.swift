internal import Foundation
internal import Postgres

extension SubjectChanges {
    private static let mostSuggestions = 200
    private static let mostStudies = 50

    /// Pairs of subjects that share name, birth date and sex and may be one patient with two numbers. Only ever
    /// suggested, and only to who may both merge and read identities: that two codes share a name says something of who
    /// they are.
    public func suggestions(project: String? = nil, principal: Principal) async throws(LakeError) -> [SubjectSuggestion]
    {
        let projects = try await Visibility(context: context).projects(
            .mergeSubjects, code: project, principal: principal
        ).filter { Gate.permits(principal, .identityRead, project: $0) }
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT DISTINCT p.code AS project, a.id AS one_id, b.id AS two_id, a.code AS one, b.code AS two,
                    a.study_count AS one_count, b.study_count AS two_count
                FROM study_key k JOIN study_key l ON l.project_id = k.project_id AND l.person_token = k.person_token
                        AND l.subject_id > k.subject_id
                    JOIN subject a ON a.id = k.subject_id JOIN subject b ON b.id = l.subject_id
                    JOIN project p ON p.id = k.project_id
                WHERE k.project_id = ANY($1) AND a.study_count > 0 AND b.study_count > 0
                    AND a.anonymised_at IS NULL AND b.anonymised_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM subject_change c WHERE c.kind IN ('apart', 'split')
                        AND ((c.subject_id = a.id AND c.other_id = b.id) OR (c.subject_id = b.id AND c.other_id = a.id)))
                ORDER BY two_id DESC, one_id LIMIT \(Self.mostSuggestions)
                """, [projects]
            ).map { row in
                SubjectSuggestion(
                    project: try row.decode("project"),
                    subjects: [
                        .init(code: try row.decode("one"), studies: try row.decode("one_count")),
                        .init(code: try row.decode("two"), studies: try row.decode("two_count")),
                    ])
            }
        }
    }

    /// Who some subjects are, side by side, to tell whether they are one patient. The ledger says who looked, and why.
    /// - Parameter codes: 1 to 4 of one project.
    /// - Throws: `.notFound` where one is not there for who may read identities; `.invalid` without a reason.
    public func compare(
        _ codes: [String], project code: String, reason: String, principal: Principal
    ) async throws(LakeError) -> [SubjectIdentities] {
        let projects = try await Visibility(context: context).projects(
            .mergeSubjects, code: code, principal: principal
        ).filter { Gate.permits(principal, .identityRead, project: $0) }
        guard !projects.isEmpty else { throw LakeError(.notFound, "there is no such project") }
        let reason = try Naming.line(reason, of: "a reason", limit: 500)
        guard (1...4).contains(codes.count), !codes.contains(where: { $0.contains("\0") }) else {
            throw LakeError(.invalid, "name 1 to 4 subjects")
        }
        var all: [SubjectIdentities] = []
        for code in codes {
            let rows = try await LakeError.rethrowing {
                try await context.database.query(
                    """
                    SELECT k.id, k.study_uid, k.project_id, k.identity_record IS NOT NULL AS has_record
                    FROM subject b JOIN study_key k ON k.subject_id = b.id
                    WHERE b.project_id = ANY($1) AND b.code = $2 ORDER BY k.id DESC
                    """, [projects, code])
            }
            guard !rows.isEmpty else { throw LakeError(.notFound, "there is no such subject") }
            all.append(try await read(rows, code: code, reason, principal))
        }
        return all
    }

    private func read(
        _ rows: PostgresRows, code: String, _ reason: String, _ principal: Principal
    ) async throws(LakeError) -> SubjectIdentities {
        try await LakeError.rethrowing {
            let known = try rows.filter { try $0.decode("has_record") }.prefix(Self.mostStudies)
            for row in known {
                try await AccessLog.write(
                    .subjectCompare, project: try row.decode("project_id"), study: try row.decode("study_uid"),
                    purpose: reason, principal, context.database)
            }
            var identities: [SubjectIdentities.Identity] = []
            for row in known {
                guard let record = try await context.keys.identityRecord(study: try row.decode("id")) else { continue }
                let identity = SubjectIdentities.Identity(
                    patientName: record.patientName, patientID: record.patientID,
                    issuerOfPatientID: record.issuerOfPatientID, birthDate: record.birthDate, sex: record.sex,
                    studies: 0)
                var same = identities.firstIndex { other in
                    var other = other
                    other.studies = 0
                    return other == identity
                }
                if same == nil {
                    identities.append(identity)
                    same = identities.count - 1
                }
                if let same { identities[same].studies += 1 }
            }
            return SubjectIdentities(code: code, identities: identities, unread: rows.count - known.count)
        }
    }
}
