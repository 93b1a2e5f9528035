internal import ByteIO
internal import Postgres
internal import Vault

extension Archive {
    static func keyContext(bundle: Int64) -> SealingContext { SealingContext("bundle-key", "\(bundle)") }

    /// The secret that opens a bundle.
    /// - Throws: `.notFound` where it was destroyed; `.unavailable` where it cannot be unwrapped.
    func identity(bundle: Int64, study: Int64, wrapped: [UInt8]?) async throws -> AgeIdentity {
        guard let wrapped else { throw LakeError(.notFound, "the key of this bundle was destroyed") }
        let key = try await subjectKey(study: study, context.database)
        do {
            return try AgeIdentity(
                secret: KeyWrap.unwrap(Bytes(wrapped), under: key, context: Self.keyContext(bundle: bundle)))
        } catch {
            throw LakeError(.unavailable, "the key of this bundle cannot be opened: it is damaged, or of another lake")
        }
    }

    func subjectKey(study: Int64, _ database: some PostgresQueryable) async throws -> SymmetricKey {
        let row = try await database.first(
            """
            SELECT k.project_id, s.wrapped_key, s.code FROM study_key k JOIN subject s ON s.id = k.subject_id
            WHERE k.id = $1
            """, [study])
        guard let row else { throw LakeError(.notFound, "there is no such study") }
        return try context.keys.subjectKey(project: try row.decode("project_id"), row)
    }
}
