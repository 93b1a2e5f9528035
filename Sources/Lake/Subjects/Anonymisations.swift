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

    var recurring: [Recurring] { [Aftermath.anonymisation.recurring("anonymising", context) { try await finish($0) }] }

    private func run(
        _ reason: String, _ code: String, _ confirmation: String, _ principal: Principal,
        _ rows: @escaping @Sendable (PostgresConnection) async throws -> IdentityRows
    ) async throws(LakeError) -> Anonymisation {
        let reason = try Aftermath.admit(
            reason, code, confirmation: confirmation, outcome: "the identity is destroyed")
        return try await Aftermath.toTheEnd {
            let (id, studies) = try await context.database.transaction(attempts: 6) { connection in
                try await rows(connection).destroy(reason: reason, context, principal)
            }
            forget(studies)
            try await finish(id)
            return try Anonymisation(
                try await context.database.single(
                    "SELECT \(Anonymisation.columns) FROM \(Anonymisation.source) WHERE n.id = $1", [id]))
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
        try await Aftermath.anonymisation.run(id, context) {
            let row = try await context.database.single(
                """
                SELECT coalesce(array_agg(k.id), '{}') AS studies FROM anonymisation n JOIN study_key k
                    ON k.id = n.study_id OR (n.study_id IS NULL AND k.subject_id = n.subject_id)
                WHERE n.id = $1 AND k.identity_key_wrapped IS NULL
                """, [id])
            forget(try row.decode("studies"))
        }
    }
}
