internal import ByteIO
internal import Foundation
internal import Logging
internal import Postgres
internal import Vault

/// Forgets a patient of a project for good.
///
/// One transaction destroys the keys and every row, and leaves a tombstone; from its commit on nothing of the patient
/// can be had. What comes after it (bytes in segments, copies in archives, traces in the database's files) is written
/// down in the tombstone and goes on after a crash.
public struct Erasures: Sendable {
    let context: LakeContext
    private let visibility: Visibility
    private let viewing: Viewing
    private let archive: Archive
    private let review: Review

    init(_ context: LakeContext, viewing: Viewing, archive: Archive, review: Review) {
        self.context = context
        self.review = review
        self.viewing = viewing
        self.archive = archive
        visibility = Visibility(context: context)
    }

    /// Erases a subject. Who was erased already is no error: what was left to do is done, and the tombstone given.
    /// - Parameters:
    ///   - confirmation: the subject's code once more.
    ///   - reason: kept with the tombstone; one line without names.
    /// - Throws: `.notFound` where there is no such subject for who may erase; `.invalid` for a confirmation that is
    ///   another code, or without a reason; `.conflict` where retention or a hold forbids it, with all reasons.
    public func erase(
        _ code: String, project: String, reason: String, confirmation: String, principal: Principal
    ) async throws(LakeError) -> Tombstone {
        guard let project = try await visibility.projects(.erase, code: project, principal: principal).first else {
            throw LakeError(.notFound, "there is no such subject")
        }
        let reason = try Aftermath.admit(reason, code, confirmation: confirmation, outcome: "it is erased")
        return try await Aftermath.toTheEnd {
            let id = try await begin(code, project: project, reason: reason, principal)
            try await finish(id)
            return try Tombstone(
                try await context.database.single(
                    "SELECT \(Tombstone.columns) FROM \(Tombstone.source) WHERE t.id = $1", [id]))
        }
    }

    /// Tombstones of the projects in which the principal may erase, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [Tombstone] {
        let projects = try await visibility.projects(.erase, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(Tombstone.columns) FROM \(Tombstone.source) WHERE t.project_id = ANY($1)
                ORDER BY t.id DESC LIMIT 1000
                """, [projects]
            ).map { try Tombstone($0) }
        }
    }

    var recurring: [Recurring] { [Aftermath.erasure.recurring("erasing", context) { try await finish($0) }] }

    // MARK: The transaction

    /// Erases all rows of the subject; returns the tombstone's number.
    private func begin(_ code: String, project: Int64, reason: String, _ principal: Principal) async throws -> Int64 {
        let hash = HMACSHA256.code(Bytes(utf8: "\(project)\0\(code)"), key: context.secrets.tombstones).array
        let begun = try await retrying {
            try await context.database.transaction(attempts: 6) { connection in
                let subject = try await connection.first(
                    "SELECT id, merged_into FROM subject WHERE project_id = $1 AND code = $2 FOR UPDATE",
                    [project, code])
                guard let subject else { return nil as (tombstone: Int64, studies: [Int64])? }
                guard try subject.decode("merged_into", as: Int64?.self) == nil else {
                    throw LakeError(
                        .conflict, "this subject was merged into another: erase that one, or undo the merge first")
                }
                let rows = SubjectRows(
                    subject: try subject.decode("id"), project: project, connection: connection)
                let studies = try await rows.lock()
                var reasons = try await ErasureHold.reasons(studies: studies, context, connection)
                if reasons.isEmpty { reasons = try await rows.holds() }
                guard reasons.isEmpty else { throw LakeError(.conflict, reasons.joined(separator: " ")) }
                return try await rows.erase(studies, hash: hash, reason: reason, principal)
            }
        }
        if let begun {
            forget(begun.studies)
            return begun.tombstone
        }
        let earlier = try await context.database.first(
            "SELECT id FROM subject_tombstone WHERE project_id = $1 AND code_hash = $2 ORDER BY id DESC LIMIT 1",
            [project, hash])
        guard let earlier else { throw LakeError(.notFound, "there is no such subject") }
        return try earlier.decode("id")
    }

    /// A row that was written for one of the studies a moment before they were locked: look again.
    private func retrying<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<5 {
            do { return try await body() } catch let error as PostgresError where error.isForeignKeyViolation {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return try await body()
    }

    /// Takes keys, headers and pictures out of memory.
    private func forget(_ studies: [Int64]) {
        for study in studies { context.keys.forget(study: study) }
        viewing.forgetAll()
        review.pictures.removeAll()
    }

    // MARK: After it

    /// Does what is left to do; several may try at once.
    private func finish(_ id: Int64) async throws {
        let row = try await context.database.single(
            "SELECT counts->>'studyNumbers' AS studies FROM subject_tombstone WHERE id = $1", [id])
        let studies = try JSONDecoder().decode(
            [Int64].self, from: Data(try row.decode("studies", as: String.self).utf8))
        try await Aftermath.erasure.run(id, context) { forget(studies) }
        try await removeCopies(of: studies, id)
    }

    /// Copies at backends. One that does not answer is asked again, and holds nothing else up.
    private func removeCopies(of studies: [Int64], _ id: Int64) async throws {
        let query = """
            SELECT count(*) AS n FROM archive_copy c JOIN archive_bundle_study v ON v.bundle_id = c.bundle_id
            WHERE c.state = 'removing' AND v.study_id = ANY($1)
            """
        if try await context.database.single(query, [studies]).decode("n", as: Int.self) > 0 {
            try await archive.removeCopies()
            guard try await context.database.single(query, [studies]).decode("n", as: Int.self) == 0 else { return }
        }
        try await context.database.query(
            "UPDATE subject_tombstone SET state = 'done', done_at = now() WHERE id = $1 AND state = 'copies'", [id])
    }
}
