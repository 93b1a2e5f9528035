internal import Foundation
internal import Postgres

/// What says who the patient of one subject or one study is, destroyed within one transaction that has locked the
/// subject.
///
/// Order of locks: subject, study keys by id (as ingest), studies.
struct IdentityRows: Sendable {
    let subject: Int64
    /// `study.id`; `nil` for all studies of the subject.
    let study: Int64?
    let project: Int64
    let connection: PostgresConnection

    /// Destroys it.
    /// - Returns: the number of the anonymisation and the studies that it was about. Where nothing is left to destroy,
    ///   the one that destroyed it.
    func destroy(
        reason: String, _ context: LakeContext, _ principal: Principal
    ) async throws -> (id: Int64, studies: [Int64]) {
        let rows = try await connection.query(
            """
            SELECT id, identity_key_wrapped IS NOT NULL AS has_identity FROM study_key
            WHERE subject_id = $1 AND ($2::bigint IS NULL OR id = $2) ORDER BY id FOR UPDATE
            """, [subject, study])
        let studies = try rows.filter { try $0.decode("has_identity") }.map { try $0.decode("id", as: Int64.self) }
        if studies.isEmpty, let earlier = try await earlier() { return (earlier, []) }
        try await connection.query("SELECT 1 FROM study WHERE id = ANY($1) ORDER BY id FOR UPDATE", [studies])
        try await refuse(studies, context)
        try await connection.query("SELECT set_config('tarn.erasing', 'on', true)")
        var counts = try await count(studies)
        counts.reports = try await connection.query(
            """
            UPDATE report_version SET as_written = NULL, as_written_places = NULL WHERE as_written IS NOT NULL
                AND report_id IN (SELECT id FROM report WHERE study_id = ANY($1)) RETURNING report_id
            """, [studies]
        ).reduce(into: Set<Int64>()) { $0.insert(try $1.decode("report_id")) }.count
        let id = try await note(studies, counts, reason, principal)
        try await delete(studies)
        for study in studies {
            let row = try await connection.single("SELECT study_uid FROM study_key WHERE id = $1", [study])
            try await AccessLog.write(
                .anonymise, project: project, study: try row.decode("study_uid"), purpose: reason,
                detail: "anonymisation \(id)", principal, connection)
        }
        return (id, studies)
    }

    private func earlier() async throws -> Int64? {
        try await connection.first(
            """
            SELECT id FROM anonymisation WHERE subject_id = $1 AND (study_id IS NOT DISTINCT FROM $2 OR study_id IS NULL)
            ORDER BY id DESC LIMIT 1
            """, [subject, study]
        )?.decode("id")
    }

    /// - Throws: `.conflict` with all reasons that forbid it.
    private func refuse(_ studies: [Int64], _ context: LakeContext) async throws {
        // What has to be kept has to be kept as it came.
        var reasons = try await ErasureHold.reasons(studies: studies, context, connection)
        if reasons.isEmpty {
            reasons = try await SubjectRows(subject: subject, project: project, connection: connection).holds()
        }
        let waiting = try await connection.single(
            "SELECT count(*) AS n FROM held WHERE study_key_id = ANY($1) AND state = 'waiting'", [studies]
        ).decode("n", as: Int.self)
        // Their pixels may show a name, and what redacts them needs the original.
        if waiting > 0 { reasons.append("\(waiting) held images wait for review: decide on them first") }
        guard reasons.isEmpty else { throw LakeError(.conflict, reasons.joined(separator: " ")) }
    }

    private func count(_ studies: [Int64]) async throws -> Anonymisation.Counts {
        let row = try await connection.single(
            """
            SELECT (SELECT count(*) FROM instance WHERE study_id = ANY($1)) AS instances,
                (SELECT count(*) FROM held WHERE study_key_id = ANY($1) AND state = 'rejected')
                    + (SELECT count(*) FROM conflict WHERE study_key_id = ANY($1)) AS removed,
                (SELECT count(*) FROM study_key WHERE subject_id = $2 AND NOT id = ANY($1)
                    AND identity_key_wrapped IS NOT NULL) AS others
            """, [studies, subject])
        var counts = Anonymisation.Counts()
        counts.studies = studies.count
        counts.instances = try row.decode("instances")
        counts.removed = try row.decode("removed")
        counts.others = try row.decode("others")
        return counts
    }

    /// Writes down what is to be erased: every patch, and whole what is not published and may show a name.
    private func note(
        _ studies: [Int64], _ counts: Anonymisation.Counts, _ reason: String, _ principal: Principal
    ) async throws -> Int64 {
        let id: Int64 = try await connection.single(
            """
            INSERT INTO anonymisation (project_id, subject_id, study_id, done_by, reason, counts)
            VALUES ($1, $2, $3, $4, $5, '{}') RETURNING id
            """, [project, subject, study, principal.accountID, reason]
        ).decode("id")
        let addresses =
            DoomedBlobs.addresses("patch", of: "instance", study: "study_id")
            + DoomedBlobs.addresses("object", "patch", of: "held", study: "study_key_id")
            + DoomedBlobs.addresses("object", "patch", of: "conflict", study: "study_key_id")
        var counts = counts
        (counts.blobs, counts.bytes) = try await DoomedBlobs.anonymisations.add(
            addresses, of: id, studies: studies,
            where: "NOT EXISTS (SELECT 1 FROM instance i WHERE i.object_segment = s AND i.object_offset = o)",
            connection)
        let text = String(decoding: try JSONEncoder().encode(counts), as: UTF8.self)
        try await connection.query("UPDATE anonymisation SET counts = $2::jsonb WHERE id = $1", [id, text])
        return id
    }

    /// The keys, the records, and the keyed tokens by which somebody with the project's secret could confirm a guess.
    /// The digest of an original becomes a random one: no file can be recognised by it any more.
    private func delete(_ studies: [Int64]) async throws {
        for query in [
            """
            UPDATE study_key SET identity_key_wrapped = NULL, identity_record = NULL, patient_token = NULL,
                person_token = NULL WHERE id = ANY($1)
            """,
            "UPDATE study SET anonymous = true, changed_at = now() WHERE id = ANY($1)",
            // Nothing is missing that could be brought back from cold storage: only images can.
            """
            UPDATE instance SET patch_here = true,
                original_digest = sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
            WHERE study_id = ANY($1)
            """,
            "DELETE FROM held WHERE study_key_id = ANY($1) AND state = 'rejected'",
            "DELETE FROM conflict WHERE study_key_id = ANY($1)",
        ] {
            try await connection.query(query, [studies])
        }
        guard study == nil else { return }
        try await connection.query(
            "UPDATE subject SET anonymised_at = now() WHERE id = $1 OR merged_into = $1", [subject])
    }
}
