internal import Postgres

/// What erasing a patient means for copies in archives.
enum ArchiveErasure {
    /// Within the transaction that erases: destroys the keys of bundles that hold `studies` and marks their copies for
    /// removal. Runs before the rows of the studies are deleted.
    static func mark(studies: [Int64], _ connection: PostgresConnection) async throws {}

    /// After it, and again until it succeeds: removes the copies that were marked at their backends. Throws where a
    /// backend does not answer.
    static func finish(_ context: LakeContext) async throws {}
}
