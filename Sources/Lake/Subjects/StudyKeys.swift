internal import Postgres
internal import Vault

/// The keys of studies: master key → subject key → image key and identity key of a study, each wrapped by the one
/// before. Unwrapped keys are kept in a small bounded cache in memory and nowhere else.
actor StudyKeys {
    /// The two keys of one study, unwrapped.
    struct Pair: Sendable {
        /// Opens the de-identified objects.
        let image: SymmetricKey
        /// Opens the patches and the identity record; `nil` once it was destroyed.
        let identity: SymmetricKey?
    }

    /// The keys of the study with `study.id` (= `study_key.id`) `id`.
    /// - Throws: `.notFound` for an unknown study, `.unavailable` where a key cannot be unwrapped.
    func pair(study id: Int64) async throws(LakeError) -> Pair {
        throw LakeError(.unavailable, "not yet")
    }
}
