internal import Foundation
internal import Postgres

extension SubjectChanges {
    private static let mostStudies = 50

    /// Who some subjects are, side by side, to tell whether they are one patient. The ledger says who looked, and why.
    /// Each patient counts as one study of those whose originals one person may have alone: see `OriginalsRequests`.
    /// - Parameter codes: 1 to 4 of one project.
    /// - Throws: `.notFound` where one is not there for who may read identities; `.invalid` without a reason; `.forbidden`
    ///   where it would be of more patients within a day than one person alone may know.
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
        var found: [(code: String, rows: PostgresRows)] = []
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
            found.append((code, rows))
        }
        try await count(found.map(\.rows), principal)
        var all: [SubjectIdentities] = []
        for (code, rows) in found { all.append(try await read(rows, code: code, reason, principal)) }
        return all
    }

    /// Counts each patient that has an identity as one that the principal got to know alone, by its first study: looked
    /// at again it is the same.
    private func count(_ subjects: [PostgresRows], _ principal: Principal) async throws(LakeError) {
        try await LakeError.rethrowing {
            let known = try subjects.compactMap { rows in try rows.last { try $0.decode("has_record") } }
            let studies = try known.map { try $0.decode("id", as: Int64.self) }
            let projects = try known.map { try $0.decode("project_id", as: Int64.self) }
            try await context.database.transaction(attempts: 4) { connection in
                guard try await !OriginalsRequests(context).exceeds(studies, principal, connection) else {
                    throw LakeError(
                        .forbidden,
                        "originals and identities of \(context.site.originalsAlone) patients or studies within a day are "
                            + "what one person alone may see: go on tomorrow, or let a second person compare these")
                }
                try await connection.query(
                    """
                    INSERT INTO identity_look (account_id, project_id, study_id)
                    SELECT $1, p, s FROM unnest($2::bigint[], $3::bigint[]) AS u (p, s)
                    """, [principal.accountID, projects, studies])
            }
        }
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
