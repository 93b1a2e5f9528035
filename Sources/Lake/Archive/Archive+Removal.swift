internal import ColdStorage
internal import ContentAddressing
internal import Foundation
internal import Logging
internal import Postgres

extension Archive {
    /// In the transaction that erases studies: destroys the keys of their bundles and marks their copies, which are
    /// removed from the backends afterwards, again and again until that is done.
    /// - Returns: How many copies go.
    @discardableResult
    static func forget(studies: [Int64], _ connection: PostgresConnection) async throws -> Int {
        try await connection.execute(
            """
            UPDATE archive_bundle SET key_wrapped = NULL WHERE id IN
                (SELECT bundle_id FROM archive_bundle_study WHERE study_id = ANY ($1))
            """, [studies])
        try await connection.execute(
            """
            UPDATE archive_job SET state = 'failed', error = 'the study was erased', ended_at = now()
            WHERE study_id = ANY ($1) AND state IN ('waiting', 'running')
            """, [studies])
        return try await connection.query(
            """
            UPDATE archive_copy SET state = 'removing' WHERE state <> 'removed' AND bundle_id IN
                (SELECT bundle_id FROM archive_bundle_study WHERE study_id = ANY ($1)) RETURNING id
            """, [studies]
        ).count
    }

    /// Removes what was marked. What a backend does not let go now is tried again.
    public func removeCopies() async throws {
        let rows = try await context.database.query(
            """
            SELECT c.id, c.backend, b.id AS bundle_id, b.root FROM archive_copy c JOIN archive_bundle b ON b.id = c.bundle_id
            WHERE c.state = 'removing' ORDER BY c.id LIMIT 100
            """, [])
        for row in rows {
            let name: String = try row.decode("backend")
            unlink(carFile(try row.decode("bundle_id")))
            do {
                if let root = try row.decode("root", as: String?.self) {
                    guard let backend = context.configuration.archive.backend(name) else {
                        throw LakeError(.unavailable, "the backend is not set up any more")
                    }
                    try await backend.remove(CID(text: root))
                }
                try await context.database.execute(
                    "UPDATE archive_copy SET state = 'removed', error = NULL WHERE id = $1",
                    [try row.decode("id", as: Int64.self)])
            } catch {
                try await context.database.execute(
                    "UPDATE archive_copy SET error = $2 WHERE id = $1",
                    [try row.decode("id", as: Int64.self), LakeError(error).reason])
                context.log.error(
                    "a copy could not be removed", metadata: ["backend": "\(name)", "reason": "\(LakeError(error))"])
            }
        }
    }

    /// Local bytes of a study that are lost: where a verified copy of the study as it is holds them, they are marked as
    /// being there, and brought back.
    /// - Parameter instances: `instance.id` of those that have a problem.
    /// - Returns: Whether there is such a copy.
    func bringBackLost(study id: Int64, instances damaged: [Int64], principal: Principal) async throws -> Bool {
        let study = try await study(id)
        let found = try await context.database.transaction { connection in
            let bundle = try await connection.first(
                """
                SELECT b.id, b.has_patches FROM archive_bundle b JOIN archive_bundle_study v ON v.bundle_id = b.id
                    JOIN archive_copy c ON c.bundle_id = b.id
                WHERE v.study_id = $1 AND v.version = $2 AND c.state = 'verified' AND b.key_wrapped IS NOT NULL
                ORDER BY b.has_patches DESC, b.id DESC LIMIT 1
                """, [id, study.version])
            guard let bundle else { return false }
            let row = try await connection.single("SELECT local FROM study WHERE id = $1 FOR UPDATE", [id])
            guard try row.decode("local", as: String.self) == "here" else { return true }
            // Object and patch both: which of them is damaged is not worth telling apart.
            try await connection.execute(
                """
                UPDATE instance SET object_here = false, patch_here = patch_here AND NOT $2
                WHERE study_id = $1 AND id = ANY ($3)
                """, [id, try bundle.decode("has_patches", as: Bool.self), damaged])
            try await connection.execute(
                "UPDATE study SET local = 'offloaded', offloaded_to = $2 WHERE id = $1",
                [id, try bundle.decode("id", as: Int64.self)])
            return true
        }
        guard found else { return false }
        instances.forget(study: id)
        _ = try await restore(study.uid, principal: principal)
        return true
    }
}
