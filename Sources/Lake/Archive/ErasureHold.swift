internal import Postgres

/// What forbids that studies are erased.
enum ErasureHold {
    /// Why these studies may not be erased, one sentence each, with the study's UID; empty where nothing forbids it.
    static func reasons(
        studies: [Int64], _ context: LakeContext, _ database: some PostgresQueryable
    ) async throws -> [String] {
        let found = try await database.query(
            "SELECT \(RetainedStudy.columns) FROM study s WHERE s.id = ANY ($1) ORDER BY s.id", [studies]
        ).map { try RetainedStudy($0) }
        var reasons: [String] = []
        for study in found {
            let status = try await Retention.status(study, context, database)
            if let reason = status.reason { reasons.append("\(study.uid): \(reason)") }
        }
        return reasons
    }
}
