internal import Foundation
internal import ObjectStorage
internal import Postgres

/// Destroys for good what says who a patient is, and keeps the images.
///
/// One transaction destroys identity keys, identity records and keyed tokens; from its commit on no original can be
/// rebuilt and no clinical view be had. What comes after it (patches in segments, traces in the database's files) is
/// written down and goes on after a crash.
public struct Anonymisations: Sendable {
    let context: LakeContext
    private let visibility: Visibility
    private let viewing: Viewing

    init(_ context: LakeContext, viewing: Viewing) {
        self.context = context
        self.viewing = viewing
        visibility = Visibility(context: context)
    }

    /// Destroys the identity of a subject: of all its studies, and nothing is added to it any more. Whose identity was
    /// destroyed already is no error: what was left to do is done, and the same given.
    /// - Parameters:
    ///   - confirmation: the subject's code once more.
    ///   - reason: kept; one line without names.
    /// - Throws: `.notFound` where there is no such subject for who may erase; `.invalid` for a confirmation that is
    ///   another code, or without a reason; `.conflict` where retention or a hold forbids it, or images wait for review.
    public func anonymise(
        subject code: String, project: String, reason: String, confirmation: String, principal: Principal
    ) async throws(LakeError) -> Anonymisation {
        guard let project = try await visibility.projects(.erase, code: project, principal: principal).first else {
            throw LakeError(.notFound, "there is no such subject")
        }
        return try await run(reason, code, confirmation, principal) { connection in
            let row = try await connection.first(
                "SELECT id, code, merged_into FROM subject WHERE project_id = $1 AND code = $2 FOR UPDATE",
                [project, code])
            guard let row else { throw LakeError(.notFound, "there is no such subject") }
            guard try row.decode("merged_into", as: Int64?.self) == nil else {
                throw LakeError(
                    .conflict, "this subject was merged into another: anonymise that one, or undo the merge first")
            }
            return IdentityRows(
                subject: try row.decode("id"), study: nil, project: project, connection: connection)
        }
    }

    /// Destroys the identity of one study. Other studies of the subject keep theirs, and with it what tells whose this
    /// one is: their number is in `counts.others`.
    /// - Parameter confirmation: the code of its subject.
    /// - Throws: as for a subject.
    public func anonymise(
        study uid: String, reason: String, confirmation: String, principal: Principal
    ) async throws(LakeError) -> Anonymisation {
        let missing = LakeError(.notFound, "there is no such study")
        let row = try await LakeError.rethrowing {
            uid.contains("\0")
                ? nil
                : try await context.database.first(
                    """
                    SELECT k.id, k.project_id, b.code FROM study_key k JOIN subject b ON b.id = k.subject_id
                        JOIN study s ON s.id = k.id WHERE k.study_uid = $1
                    """, [uid])
        }
        guard let row else { throw missing }
        let (id, project, code) = try await LakeError.rethrowing {
            (
                try row.decode("id", as: Int64.self), try row.decode("project_id", as: Int64.self),
                try row.decode("code", as: String.self)
            )
        }
        guard Gate.permits(principal, .erase, project: project) else { throw missing }
        return try await run(reason, code, confirmation, principal) { connection in
            let row = try await connection.first(
                """
                SELECT id FROM subject WHERE id = (SELECT subject_id FROM study_key WHERE id = $1) FOR UPDATE
                """, [id])
            guard let row else { throw missing }
            return IdentityRows(subject: try row.decode("id"), study: id, project: project, connection: connection)
        }
    }

    /// Those of the projects in which the principal may erase, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [Anonymisation] {
        let projects = try await visibility.projects(.erase, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(Anonymisation.columns) FROM \(Anonymisation.source) WHERE n.project_id = ANY($1)
                ORDER BY n.id DESC LIMIT 1000
                """, [projects]
            ).map { try Anonymisation($0) }
        }
    }

    /// Ends what a crash left to do.
    var recurring: [Recurring] {
        [
            Recurring(name: "anonymising", interval: .seconds(30)) {
                let open = try await self.context.database.query(
                    "SELECT id FROM anonymisation WHERE state <> 'done' ORDER BY id"
                ).map { try $0.decode("id", as: Int64.self) }
                for id in open { try await self.finish(id) }
            }
        ]
    }

    private func run(
        _ reason: String, _ code: String, _ confirmation: String, _ principal: Principal,
        _ rows: @escaping @Sendable (PostgresConnection) async throws -> IdentityRows
    ) async throws(LakeError) -> Anonymisation {
        guard confirmation == code else {
            throw LakeError(
                .invalid, "to confirm, give the subject's code once more: the identity is destroyed for good")
        }
        let reason = try Naming.line(reason, of: "a reason", limit: 500)
        return try await LakeError.rethrowing {
            // Who asked may go away; what was begun is ended.
            try await Task { () async throws -> Anonymisation in
                let (id, studies) = try await context.database.transaction(attempts: 6) { connection in
                    try await rows(connection).destroy(reason: reason, context, principal)
                }
                forget(studies)
                try await finish(id)
                return try Anonymisation(
                    try await context.database.single(
                        "SELECT \(Anonymisation.columns) FROM \(Anonymisation.source) WHERE n.id = $1", [id]))
            }.value
        }
    }

    /// Takes keys and what was made with them out of memory.
    private func forget(_ studies: [Int64]) {
        for study in studies { context.keys.forget(study: study) }
        viewing.forgetAll()
    }

    // MARK: After the transaction

    /// Does what is left to do; several may try at once.
    private func finish(_ id: Int64) async throws {
        try await eraseBytes(id)
        let row = try await context.database.single(
            """
            SELECT n.state, n.transaction, (SELECT coalesce(array_agg(k.id), '{}') FROM study_key k
                WHERE k.identity_key_wrapped IS NULL AND (k.id = n.study_id OR (n.study_id IS NULL
                    AND k.subject_id = n.subject_id))) AS studies
            FROM anonymisation n WHERE n.id = $1
            """, [id])
        guard try row.decode("state", as: String.self) == Anonymisation.State.traces.rawValue else { return }
        // Whoever was reading when the key went has put it back into memory: once more.
        forget(try row.decode("studies"))
        guard let unswept = try await TraceSweep(context).run(after: try row.decode("transaction")) else { return }
        try await context.database.query(
            """
            UPDATE anonymisation SET state = 'done', ended_at = now(), unswept = $2
            WHERE id = $1 AND state = 'traces'
            """, [id, unswept])
    }

    private func eraseBytes(_ id: Int64) async throws {
        while true {
            let blobs = try await context.database.query(
                """
                SELECT segment, byte_offset, length FROM anonymisation_blob WHERE anonymisation_id = $1
                ORDER BY segment, byte_offset LIMIT 2000
                """, [id]
            ).map {
                StoredAddresses.Address(
                    segment: try $0.decode("segment"), offset: try $0.decode("byte_offset"),
                    length: try $0.decode("length"))
            }
            guard let last = blobs.last else { break }
            try await context.store.erase(blobs.map(\.blob))
            try await context.database.query(
                """
                DELETE FROM anonymisation_blob WHERE anonymisation_id = $1 AND (segment, byte_offset) <= ($2, $3)
                """, [id, last.segment, last.offset])
        }
        try await context.database.query(
            "UPDATE anonymisation SET state = 'traces' WHERE id = $1 AND state = 'bytes'", [id])
    }
}
