internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Postgres
internal import Vault

/// Says which subjects are one patient. Nothing is overwritten: each merge and split is a version, with who, when and
/// why, and a merge can be taken back.
public struct SubjectChanges: Sendable {
    let context: LakeContext
    private let visibility: Visibility
    private let viewing: Viewing

    init(_ context: LakeContext, viewing: Viewing) {
        self.context = context
        self.viewing = viewing
        visibility = Visibility(context: context)
    }

    private static let missing = LakeError(.notFound, "there is no such subject")

    /// Makes two subjects one: all studies of `code` belong to `other` from now on, and later ones with the Patient ID
    /// of either come there, too.
    /// - Throws: `.notFound` where one of them is not there for who may merge; `.invalid` for the same twice or without a
    ///   reason; `.conflict` where one was merged already, or its identity was destroyed.
    public func merge(
        _ code: String, into other: String, project: String, reason: String, principal: Principal
    ) async throws(LakeError) -> SubjectChange {
        let (project, reason) = try await admit(project, reason, principal)
        guard code != other else { throw LakeError(.invalid, "these are the same subject") }
        return try await change { connection in
            let pair = try await self.lock([code, other], project: project, connection)
            guard let from = pair[code], let to = pair[other] else { throw Self.missing }
            try Self.check(from, to)
            let studies = try await Self.lock(studiesOf: from.id, connection)
            let along = try await connection.query(
                "UPDATE subject SET merged_into = $2 WHERE merged_into = $1 RETURNING id", [from.id, to.id]
            ).map { try $0.decode("id", as: Int64.self) }
            try await connection.query("UPDATE subject SET merged_into = $2 WHERE id = $1", [from.id, to.id])
            try await SubjectRewrap(from: from, to: to, connection: connection).move(studies)
            let made = Made(kind: .merge, subject: from.id, other: to.id, subjects: along.sorted(), studies: studies)
            return (try await made.insert(project: project, reason, principal, connection), studies)
        }
    }

    /// Takes studies out of a subject: they become a new one.
    /// - Parameter studies: Study Instance UIDs.
    /// - Throws: `.notFound`; `.invalid` for no studies, for all of them, or those of another; `.conflict`.
    public func split(
        _ code: String, studies uids: [String], project: String, reason: String, principal: Principal
    ) async throws(LakeError) -> SubjectChange {
        let (project, reason) = try await admit(project, reason, principal)
        let uids = Array(Set(uids)).sorted()
        guard !uids.isEmpty, uids.count <= 1000, !uids.contains(where: { $0.contains("\0") }) else {
            throw LakeError(.invalid, "name 1 to 1000 studies that are another patient's")
        }
        return try await change { connection in
            guard let from = try await self.lock([code], project: project, connection)[code] else { throw Self.missing }
            try Self.check(from)
            let all = try await Self.lock(studiesOf: from.id, connection)
            let chosen = try await connection.query(
                "SELECT id FROM study WHERE uid = ANY($1) AND subject_id = $2 ORDER BY id", [uids, from.id]
            ).map { try $0.decode("id", as: Int64.self) }
            guard chosen.count == uids.count else {
                throw LakeError(.invalid, "some of these studies are not of this subject")
            }
            guard chosen.count < all.count else { throw LakeError(.invalid, "these are all studies of the subject") }
            let to = try await self.make(project: project, connection)
            try await SubjectRewrap(from: from, to: to, connection: connection).move(chosen)
            let made = Made(kind: .split, subject: to.id, other: from.id, studies: chosen)
            return (try await made.insert(project: project, reason, principal, connection), chosen)
        }
    }

    /// Takes a merge back: what was moved, and what came since under the numbers that were merged, goes back.
    /// - Throws: `.notFound`; `.conflict` where it is no merge, was taken back, or what was merged into was itself merged
    ///   since.
    public func undo(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> SubjectChange {
        let (row, project) = try await LakeError.rethrowing {
            let row = try await context.database.first("SELECT * FROM subject_change WHERE id = $1", [id])
            guard let row, Gate.permits(principal, .mergeSubjects, project: try row.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such change")
            }
            return (row, try row.decode("project_id", as: Int64.self))
        }
        let reason = try Naming.line(reason, of: "a reason", limit: 500)
        return try await change { connection in
            let merged: Int64 = try row.decode("subject_id")
            guard try row.decode("kind", as: String.self) == "merge" else {
                throw LakeError(.conflict, "only a merge is taken back: merge what was split")
            }
            let pair = try await self.lock(ids: [merged, try row.decode("other_id")], project: project, connection)
            guard let back = pair[merged], let from = pair[try row.decode("other_id")] else {
                throw LakeError(.conflict, "one of the subjects was erased since")
            }
            guard back.mergedInto == from.id else {
                throw LakeError(
                    .conflict, "this was taken back already, or what it was merged into was merged on: begin there")
            }
            let along: [Int64] = try row.decode("subjects")
            _ = try await Self.lock(studiesOf: from.id, connection)
            let studies = try await connection.query(
                """
                SELECT id FROM study_key WHERE subject_id = $1 AND (home_subject_id = ANY($2) OR id = ANY($3)) ORDER BY id
                """, [from.id, along + [merged], try row.decode("studies", as: [Int64].self)]
            ).map { try $0.decode("id", as: Int64.self) }
            try await connection.query(
                "UPDATE subject SET merged_into = $3 WHERE id = ANY($1) AND merged_into = $2", [along, from.id, merged])
            try await connection.query("UPDATE subject SET merged_into = NULL WHERE id = $1", [merged])
            try await SubjectRewrap(from: from, to: back, connection: connection).move(studies)
            let made = Made(kind: .split, subject: merged, other: from.id, studies: studies, undoes: id)
            return (try await made.insert(project: project, reason, principal, connection), studies)
        }
    }

    /// Says that two subjects are two patients, however alike: they are suggested no more.
    public func apart(
        _ code: String, from other: String, project: String, reason: String, principal: Principal
    ) async throws(LakeError) -> SubjectChange {
        let (project, reason) = try await admit(project, reason, principal)
        guard code != other else { throw LakeError(.invalid, "these are the same subject") }
        return try await change { connection in
            let pair = try await self.lock([code, other], project: project, connection)
            guard let one = pair[code], let two = pair[other] else { throw Self.missing }
            let made = Made(kind: .apart, subject: one.id, other: two.id)
            return (try await made.insert(project: project, reason, principal, connection), [])
        }
    }

    /// Versions of the projects in which the principal may merge, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [SubjectChange] {
        let projects = try await visibility.projects(.mergeSubjects, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(SubjectChange.columns) FROM \(SubjectChange.source) WHERE c.project_id = ANY($1)
                ORDER BY c.id DESC LIMIT 1000
                """, [projects]
            ).map { try SubjectChange($0) }
        }
    }

    // MARK: Within

    private func admit(
        _ code: String, _ reason: String, _ principal: Principal
    ) async throws(LakeError) -> (Int64, String) {
        guard let project = try await visibility.projects(.mergeSubjects, code: code, principal: principal).first else {
            throw Self.missing
        }
        return (project, try Naming.line(reason, of: "a reason", limit: 500))
    }

    private func change(
        _ body: @escaping @Sendable (PostgresConnection) async throws -> (Int64, [Int64])
    ) async throws(LakeError) -> SubjectChange {
        try await LakeError.rethrowing {
            let (id, studies) = try await context.database.transaction(attempts: 8, body)
            for study in studies { context.keys.forget(study: study) }
            if !studies.isEmpty { viewing.forgetAll() }
            return try SubjectChange(
                try await context.database.single(
                    "SELECT \(SubjectChange.columns) FROM \(SubjectChange.source) WHERE c.id = $1", [id]))
        }
    }

    private static func check(_ subjects: LockedSubject...) throws(LakeError) {
        for subject in subjects {
            guard subject.mergedInto == nil else {
                throw LakeError(.conflict, "the subject \(subject.code) was merged into another already")
            }
            guard !subject.isAnonymous else {
                throw LakeError(
                    .conflict,
                    "the identity of \(subject.code) was destroyed for good: nobody can say any more who it is")
            }
        }
    }

    private func lock(
        _ codes: [String], project: Int64, _ connection: PostgresConnection
    ) async throws -> [String: LockedSubject] {
        let rows = try await connection.query(
            """
            SELECT \(LockedSubject.columns) FROM subject WHERE project_id = $1 AND code = ANY($2) ORDER BY id FOR UPDATE
            """, [project, codes.filter { !$0.contains("\0") }])
        let found = try rows.map { try LockedSubject($0, project: project, context.keys) }
        return Dictionary(found.map { ($0.code, $0) }) { first, _ in first }
    }

    private func lock(
        ids: [Int64], project: Int64, _ connection: PostgresConnection
    ) async throws -> [Int64: LockedSubject] {
        let rows = try await connection.query(
            """
            SELECT \(LockedSubject.columns) FROM subject WHERE project_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE
            """, [project, ids])
        let found = try rows.map { try LockedSubject($0, project: project, context.keys) }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// All studies of a subject, published or not, as ingest and whoever makes a bundle lock them.
    private static func lock(studiesOf subject: Int64, _ connection: PostgresConnection) async throws -> [Int64] {
        let studies = try await connection.query(
            "SELECT id FROM study_key WHERE subject_id = $1 ORDER BY id FOR UPDATE", [subject]
        ).map { try $0.decode("id", as: Int64.self) }
        try await connection.query("SELECT 1 FROM study WHERE id = ANY($1) ORDER BY id FOR UPDATE", [studies])
        return studies
    }

    /// A subject that no Patient ID leads to.
    private func make(project: Int64, _ connection: PostgresConnection) async throws -> LockedSubject {
        let token = SecureRandom.bytes(32)
        let code = Pseudonyms(secret: .random()).subjectCode(issuer: "", patientID: "", studyUID: token.hexadecimal)
        let wrapped = try await context.master.wrap(
            SymmetricKey(), context: StudyKeys.subjectContext(project: project, code: code), connection)
        let row = try await connection.single(
            """
            INSERT INTO subject (project_id, code, match_token, matched, wrapped_key) VALUES ($1, $2, $3, false, $4)
            RETURNING \(LockedSubject.columns)
            """, [project, code, token.array, wrapped.array])
        return try LockedSubject(row, project: project, context.keys)
    }

    /// A version before it has a number.
    private struct Made {
        let kind: SubjectChange.Kind
        let subject: Int64
        let other: Int64
        var subjects: [Int64] = []
        var studies: [Int64] = []
        var undoes: Int64?

        func insert(
            project: Int64, _ reason: String, _ principal: Principal, _ connection: PostgresConnection
        ) async throws -> Int64 {
            let id: Int64 = try await connection.single(
                """
                INSERT INTO subject_change (project_id, kind, subject_id, other_id, subjects, studies, undoes, changed_by,
                    reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
                """,
                [project, kind.rawValue, subject, other, subjects, studies, undoes, principal.accountID, reason]
            ).decode("id")
            let event: AccessEvent.Kind =
                switch kind {
                case .merge: .subjectMerge
                case .split: .subjectSplit
                case .apart: .subjectApart
                }
            // Of each study, so that its history says it; by number, for the code may be erased one day.
            let uids = try await connection.query(
                "SELECT study_uid FROM study_key WHERE id = ANY($1) ORDER BY id", [studies]
            ).map { try $0.decode("study_uid", as: String?.self) }
            for uid in uids.isEmpty ? [nil] : uids {
                try await AccessLog.write(
                    event, project: project, study: uid, purpose: reason, detail: "change \(id)", principal, connection)
            }
            return id
        }
    }
}
