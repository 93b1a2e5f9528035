internal import ByteIO
internal import Postgres
internal import Vault

/// One of the subjects between which studies move, locked.
struct LockedSubject: Sendable {
    let id: Int64
    let code: String
    let key: SymmetricKey
    let mergedInto: Int64?
    let isAnonymous: Bool

    static let columns = "id, code, wrapped_key, merged_into, anonymised_at IS NOT NULL AS is_anonymous"

    init(_ row: PostgresRow, project: Int64, _ keys: StudyKeys) throws {
        id = try row.decode("id")
        code = try row.decode("code")
        key = try keys.subjectKey(project: project, row)
        mergedInto = try row.decode("merged_into")
        isAnonymous = try row.decode("is_anonymous")
    }
}

/// Puts studies under another subject: their keys, and those of their bundles, are wrapped by its key. No byte of an
/// image or a patch is touched.
struct SubjectRewrap {
    let from: LockedSubject
    let to: LockedSubject
    let connection: PostgresConnection

    /// Moves studies, published or not, that are locked.
    func move(_ studies: [Int64]) async throws {
        guard !studies.isEmpty else { return }
        try await wrapKeys(studies)
        try await wrapBundles(studies)
        try await connection.query("UPDATE study_key SET subject_id = $2 WHERE id = ANY($1)", [studies, to.id])
        try await connection.query(
            "UPDATE study SET subject_id = $2, changed_at = now() WHERE id = ANY($1)", [studies, to.id])
        try await connection.query(
            """
            UPDATE subject SET study_count = (SELECT count(*) FROM study s WHERE s.subject_id = subject.id)
            WHERE id = ANY($1)
            """, [[from.id, to.id]])
        // What nobody may erase stays so, wherever it goes.
        try await connection.query(
            """
            INSERT INTO legal_hold (scope, covers, reason, set_by)
            SELECT 'subject', $2, reason, set_by FROM legal_hold
            WHERE scope = 'subject' AND covers = $1 AND ended_at IS NULL ON CONFLICT DO NOTHING
            """, [from.id, to.id])
    }

    private func wrapKeys(_ studies: [Int64]) async throws {
        let rows = try await connection.query(
            """
            SELECT id, study_uid, image_key_wrapped, identity_key_wrapped FROM study_key WHERE id = ANY($1) ORDER BY id
            """, [studies])
        for row in rows {
            let uid: String = try row.decode("study_uid")
            let image = try again(row.decode("image_key_wrapped"), StudyKeys.imageContext(study: uid))
            let identity = try row.decode("identity_key_wrapped", as: [UInt8]?.self).map {
                try again($0, StudyKeys.identityContext(study: uid))
            }
            try await connection.query(
                "UPDATE study_key SET image_key_wrapped = $2, identity_key_wrapped = $3 WHERE id = $1",
                [try row.decode("id", as: Int64.self), image, identity])
        }
    }

    private func wrapBundles(_ studies: [Int64]) async throws {
        let rows = try await connection.query(
            """
            SELECT b.id, b.key_wrapped, EXISTS (SELECT 1 FROM archive_bundle_study o WHERE o.bundle_id = b.id
                AND NOT o.study_id = ANY($1)) AS is_shared
            FROM archive_bundle b WHERE b.key_wrapped IS NOT NULL AND EXISTS (
                SELECT 1 FROM archive_bundle_study v WHERE v.bundle_id = b.id AND v.study_id = ANY($1))
            ORDER BY b.id FOR UPDATE OF b
            """, [studies])
        for row in rows {
            guard try !row.decode("is_shared", as: Bool.self) else {
                throw LakeError(.conflict, "a bundle in cold storage holds these studies and others of the subject")
            }
            let id: Int64 = try row.decode("id")
            let key = try again(row.decode("key_wrapped"), Archive.keyContext(bundle: id))
            try await connection.query("UPDATE archive_bundle SET key_wrapped = $2 WHERE id = $1", [id, key])
        }
    }

    private func again(_ wrapped: [UInt8], _ context: SealingContext) throws -> [UInt8] {
        let key = try KeyWrap.unwrap(Bytes(wrapped), under: from.key, context: context)
        return try KeyWrap.wrap(key, under: to.key, context: context).array
    }
}
