internal import Foundation
internal import Postgres

/// The rows of one subject, erased within one transaction.
///
/// Order of locks: subject, study keys by id (as ingest), label sets by id (before studies, as who saves labels), studies,
/// series.
struct SubjectRows {
    let subject: Int64
    let project: Int64
    let connection: PostgresConnection

    /// Legal holds on the subject or its project: they stand also where nothing of it is published.
    func holds() async throws -> [String] {
        try await connection.query(
            """
            SELECT scope, to_char(set_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS since FROM legal_hold
            WHERE ended_at IS NULL AND ((scope = 'subject' AND covers = $1) OR (scope = 'project' AND covers = $2))
            """, [subject, project]
        ).map {
            "a legal hold on the \(try $0.decode("scope", as: String.self)) since \(try $0.decode("since", as: String.self)) forbids it"
        }
    }

    /// Erases what `lock()` locked.
    func erase(
        _ studies: [Int64], hash: [UInt8], reason: String, _ principal: Principal
    ) async throws -> (tombstone: Int64, studies: [Int64]) {
        try await connection.query("SELECT set_config('tarn.erasing', 'on', true)")
        try await Archive.forget(studies: studies, connection)
        var counts = try await count(studies)
        counts.labelCommits = try await eraseLabels(studies)
        counts.exports = try await eraseExports(studies)
        try await eraseHistory(studies)
        let tombstone = try await bury(hash: hash, reason: reason, counts, studies, principal)
        try await delete(studies)
        try await AccessLog.write(
            .erase, project: project, purpose: reason, detail: "tombstone \(tombstone)", count: counts.instances,
            principal, connection)
        return (tombstone, studies)
    }

    /// Locks everything of the subject; returns its studies, published or not.
    func lock() async throws -> [Int64] {
        let studies = try await connection.query(
            "SELECT id FROM study_key WHERE subject_id = $1 ORDER BY id FOR UPDATE", [subject]
        ).map { try $0.decode("id", as: Int64.self) }
        for (query, parameter) in [
            ("SELECT 1 FROM label_set WHERE project_id = $1 ORDER BY id FOR UPDATE", project),
            ("SELECT 1 FROM study WHERE id = ANY($1) ORDER BY id FOR UPDATE", studies),
            ("SELECT 1 FROM series WHERE study_id = ANY($1) ORDER BY id FOR UPDATE", studies),
        ] as [(String, any PostgresEncodable)] {
            try await connection.query(query, [parameter])
        }
        return studies
    }

    private func count(_ studies: [Int64]) async throws -> Tombstone.Counts {
        let row = try await connection.single(
            """
            SELECT (SELECT count(*) FROM instance WHERE study_id = ANY($1)) AS instances,
                (SELECT count(*) FROM held WHERE study_key_id = ANY($1)) AS held,
                (SELECT count(*) FROM conflict WHERE study_key_id = ANY($1)) AS conflicts,
                (SELECT count(*) FROM report WHERE study_id = ANY($1)) AS reports
            """, [studies])
        var counts = Tombstone.Counts()
        counts.studies = studies.count
        counts.instances = try row.decode("instances")
        counts.held = try row.decode("held")
        counts.conflicts = try row.decode("conflicts")
        counts.reports = try row.decode("reports")
        return counts
    }

    // MARK: What stays, without what it held

    /// Commits stay as links of their chain: version, parent, digest, author and time.
    private func eraseLabels(_ studies: [Int64]) async throws -> Int {
        try await connection.query(
            """
            UPDATE label_set s SET studies = s.studies - d.n, annotations = s.annotations - d.a
            FROM (SELECT label_set_id, count(*) FILTER (WHERE annotations > 0) AS n, sum(annotations) AS a
                FROM (SELECT DISTINCT ON (label_set_id, study_id) label_set_id, annotations FROM label_commit
                    WHERE study_id = ANY($1) AND label_set_id IN (SELECT id FROM label_set WHERE project_id = $2)
                    ORDER BY label_set_id, study_id, version DESC) newest
                GROUP BY label_set_id) d
            WHERE s.id = d.label_set_id
            """, [studies, project])
        return try await connection.query(
            """
            UPDATE label_commit SET erased = true, content = '', message = '', study_uid = '', annotations = 0,
                changes = '{"added":[],"changed":[],"removed":[]}'
            WHERE study_id = ANY($1) AND label_set_id IN (SELECT id FROM label_set WHERE project_id = $2)
            RETURNING 1 AS one
            """, [studies, project]
        ).count
    }

    /// Exports keep how many entries they had; those of the subject say that they were erased, and no UID.
    private func eraseExports(_ studies: [Int64]) async throws -> Int {
        let exports = try await connection.query(
            """
            WITH erased AS (
                UPDATE export_entry e SET instance_uid = '', path = 'erased'
                FROM instance i, export x
                WHERE x.project_id = $2 AND e.export_id = x.id AND e.instance_id = i.id AND i.study_id = ANY($1)
                RETURNING e.export_id)
            UPDATE export SET erased = export.erased + d.n
            FROM (SELECT export_id, count(*) AS n FROM erased GROUP BY export_id) d WHERE export.id = d.export_id
            RETURNING export.id
            """, [studies, project]
        ).map { try $0.decode("id", as: Int64.self) }
        // Labels that were frozen with them.
        try await connection.query("UPDATE export_file SET content = '' WHERE export_id = ANY($1)", [exports])
        return exports.count
    }

    /// Who did what stays; which study it was, and what was said to be the reason, does not. Its number tells events of
    /// one study from those of another.
    private func eraseHistory(_ studies: [Int64]) async throws {
        try await connection.query(
            """
            UPDATE access_event SET study_uid = 'erased-' || k.id, instance_uid = NULL, interval_start = NULL,
                purpose = CASE WHEN purpose = '' THEN '' ELSE 'erased' END
            FROM study_key k WHERE k.id = ANY($1) AND access_event.study_uid = k.study_uid
            """, [studies])
    }

    private func bury(
        hash: [UInt8], reason: String, _ counts: Tombstone.Counts, _ studies: [Int64], _ principal: Principal
    ) async throws -> Int64 {
        let id: Int64 = try await connection.single(
            """
            INSERT INTO subject_tombstone (project_id, code_hash, erased_by, reason, counts)
            VALUES ($1, $2, $3, $4, '{}') RETURNING id
            """, [project, hash, principal.accountID, reason]
        ).decode("id")
        let addresses =
            DoomedBlobs.addresses("object", "patch", of: "instance", study: "study_id")
            + DoomedBlobs.addresses("object", "patch", of: "held", study: "study_key_id")
            + DoomedBlobs.addresses("object", "patch", of: "conflict", study: "study_key_id")
            + DoomedBlobs.addresses("object", of: "defaced_image", study: "study_id")
        var counts = counts
        (counts.blobs, counts.bytes) = try await DoomedBlobs.erasures.add(
            addresses, of: id, studies: studies, connection)
        let text = String(decoding: try JSONEncoder().encode(counts), as: UTF8.self)
        try await connection.query(
            """
            UPDATE subject_tombstone SET counts = $2::jsonb || jsonb_build_object('studyNumbers', to_jsonb($3::bigint[]))
            WHERE id = $1
            """, [id, text, studies])
        return id
    }

    // MARK: What goes

    /// Children first. With the subject and its study keys go the wrapped keys.
    private func delete(_ studies: [Int64]) async throws {
        for query in [
            "DELETE FROM report_version WHERE report_id IN (SELECT id FROM report WHERE study_id = ANY($1))",
            "DELETE FROM report WHERE study_id = ANY($1)",
            "DELETE FROM label_draft WHERE study_id = ANY($1)",
            "DELETE FROM study_label WHERE study_id = ANY($1)",
            "DELETE FROM defaced_image WHERE study_id = ANY($1)",
            "DELETE FROM defaced_series WHERE study_id = ANY($1)",
            "DELETE FROM instance WHERE study_id = ANY($1)",
            "DELETE FROM series WHERE study_id = ANY($1)",
            "DELETE FROM study WHERE id = ANY($1)",
            "DELETE FROM held WHERE study_key_id = ANY($1)",
            "DELETE FROM conflict WHERE study_key_id = ANY($1)",
            """
            UPDATE originals_request r SET reason = 'erased', decision_reason = NULL
            WHERE EXISTS (SELECT 1 FROM originals_request_study o WHERE o.request_id = r.id AND o.study_id = ANY($1))
                AND NOT EXISTS (SELECT 1 FROM originals_request_study o
                    WHERE o.request_id = r.id AND NOT o.study_id = ANY($1))
            """,
            "DELETE FROM originals_request_study WHERE study_id = ANY($1)",
            "DELETE FROM identity_look WHERE study_id = ANY($1)",
            "DELETE FROM study_key WHERE id = ANY($1)",
        ] {
            try await connection.query(query, [studies])
        }
        for (table, column) in [
            ("subject_change", "subject_id"), ("subject_change", "other_id"), ("anonymisation", "subject_id"),
        ] {
            try await connection.query(
                """
                UPDATE \(table) SET reason = 'erased'
                WHERE \(column) IN (SELECT id FROM subject WHERE id = $1 OR merged_into = $1)
                """, [subject])
        }
        // Those that were merged into it are the same patient.
        try await connection.query("DELETE FROM subject WHERE merged_into = $1", [subject])
        try await connection.query("DELETE FROM subject WHERE id = $1", [subject])
    }
}
