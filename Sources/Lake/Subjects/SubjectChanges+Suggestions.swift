internal import Foundation
internal import Postgres

extension SubjectChanges {
    private static let mostSuggestions = 200

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
}
