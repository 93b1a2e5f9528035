internal import Foundation
internal import Postgres

extension Labels {
    /// Makes these the annotations of a study: a new commit, where anything is other than before.
    ///
    /// The same again by the same person, whose answer may have got lost, is answered with the commit there is.
    /// - Parameter ifMatch: `tag` of the state that was changed.
    /// - Throws: `.stale` where somebody saved the study meanwhile; `.notFound`; `.forbidden`; `.invalid`.
    public func save(
        _ annotations: [Annotation], of uid: String, in set: String, message: String = "", ifMatch: String,
        principal: Principal
    ) async throws(LakeError) -> SavedAnnotations {
        let place = try await place(set, study: uid, .annotate, principal: principal)
        let message = try LabelNaming.text(message, of: "a message", limit: LabelNaming.longestMessage)
        try Annotation.check(annotations)
        let before = try await state(of: place, context.database)
        let images = try await images(of: annotations, study: place.study)
        try Annotation.check(annotations, in: images)
        let list = try await list(of: place.project, context.database)
        let labelled = try Annotation.labelled(annotations, from: list, before: before.study.annotations)
        let measured = try await measured(labelled, before: before.study.annotations, principal: principal)
        return try await commit(
            Change(kind: .save, message: message, restoredFrom: nil, annotations: measured), to: place, seen: before,
            ifMatch: ifMatch, principal: principal)
    }

    /// Makes an earlier state of a study the newest: a commit like any other, after which nothing is lost.
    /// - Parameter version: a version of the label set; 0 for the state without annotations.
    /// - Throws: `.stale`; `.notFound`; `.forbidden`; `.invalid` where it is the state already.
    public func restore(
        version: Int, of uid: String, in set: String, message: String = "", ifMatch: String, principal: Principal
    ) async throws(LakeError) -> SavedAnnotations {
        let place = try await place(set, study: uid, .annotate, principal: principal)
        let message = try LabelNaming.text(message, of: "a message", limit: LabelNaming.longestMessage)
        guard version >= 0, version <= Int(Int32.max) else { throw LakeError(.notFound, "there is no such version") }
        let (version, _) = try await self.version(String(version), of: place.set)
        let earlier = try await state(of: place, upTo: version, context.database).study
        let before = try await state(of: place, context.database)
        let change = Change(
            kind: .restore, message: message, restoredFrom: earlier.version, annotations: earlier.annotations)
        return try await commit(change, to: place, seen: before, ifMatch: ifMatch, principal: principal)
    }

    /// What a commit is to hold.
    private struct Change {
        let kind: LabelCommit.Kind
        let message: String
        let restoredFrom: Int?
        let annotations: [Annotation]
    }

    /// The images that annotations are in, of those the study has.
    private func images(
        of annotations: [Annotation], study: Int64
    ) async throws(LakeError) -> [String: AnnotatedImage] {
        let uids = Set(annotations.map(\.instance)).filter(LabelNaming.isUID).sorted()
        guard !uids.isEmpty else { return [:] }
        return try await LakeError.rethrowing {
            let rows = try await context.database.query(
                "SELECT uid, rows, columns, frames FROM instance WHERE study_id = $1 AND uid = ANY ($2::text[])",
                [study, uids])
            var images: [String: AnnotatedImage] = [:]
            for row in rows {
                images[try row.decode("uid")] = AnnotatedImage(
                    rows: try row.decode("rows"), columns: try row.decode("columns"), frames: try row.decode("frames"))
            }
            return images
        }
    }

    /// - Parameter seen: the study as it was a moment ago: most often it still is, and need not be read again while
    ///   others wait.
    private func commit(
        _ change: Change, to place: StudyPlace, seen: State, ifMatch: String, principal: Principal
    ) async throws(LakeError) -> SavedAnnotations {
        let content = change.annotations.canonicalText
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // One after the other in a label set, so that its versions are one line.
                let head = try await connection.single(
                    "SELECT coalesce(head, 0) AS head FROM label_set WHERE id = $1::uuid FOR UPDATE", [place.set])
                let isSeen = try await Self.newest(of: place, connection) == seen.study.version
                let before = isSeen ? seen : try await state(of: place, connection)
                let isSame = before.content.utf8.elementsEqual(content.utf8)
                if try Self.isKnown(change, isSame: isSame, before, ifMatch: ifMatch, principal) {
                    if before.study.tag == ifMatch { try await Self.endDraft(place, principal, connection) }
                    return SavedAnnotations(
                        commit: try await Self.commit(before.study.version, of: place, connection), state: before.study)
                }
                let version: Int = try head.decode("head", as: Int.self) + 1
                try await Self.write(
                    change, content, version: version, before: before.study, place, principal, connection)
                try await Self.endDraft(place, principal, connection)
                try await AccessLog.write(
                    change.kind == .save ? .labelsSave : .labelsRestore, project: place.project, study: place.uid,
                    detail: "label set \(place.set) version \(version)", count: change.annotations.count, principal,
                    connection)
                let commit = try await Self.commit(version, of: place, connection)
                return SavedAnnotations(
                    commit: commit,
                    state: AnnotatedStudy(
                        labelSet: place.set, study: place.uid, version: version, digest: commit?.digest,
                        author: commit?.author, at: commit?.at, message: change.message,
                        annotations: change.annotations))
            }
        }
    }

    /// Whether there is nothing to write: nothing is other than before, or the same was sent before.
    /// - Throws: `.stale`; `.invalid` for a restore of what is there.
    private static func isKnown(
        _ change: Change, isSame: Bool, _ before: State, ifMatch: String, _ principal: Principal
    ) throws(LakeError) -> Bool {
        guard before.study.tag == ifMatch else {
            guard isSame, change.kind == .save, before.authorID == principal.accountID,
                before.study.message == change.message
            else { throw stale(before.study) }
            return true
        }
        guard !isSame || change.kind == .save else {
            throw LakeError(.invalid, "this is what the study has already: nothing to restore")
        }
        // A message says something even where nothing was changed: that it was looked at.
        return isSame && change.message.isEmpty
    }

    /// Who was faster, so that people can talk to one another.
    private static func stale(_ present: AnnotatedStudy) -> LakeError {
        let who = present.author.map { "\($0) saved version \(present.version)" } ?? "another version is the newest"
        return LakeError(
            .stale, "\(who) of this study meanwhile: load it again and save once more; nothing was changed by this")
    }

    /// The study's newest version; 0 where there is none.
    private static func newest(of place: StudyPlace, _ connection: PostgresConnection) async throws -> Int {
        try await connection.single(
            "SELECT coalesce(max(version), 0) AS newest FROM label_commit WHERE label_set_id = $1::uuid AND study_id = $2",
            [place.set, place.study]
        ).decode("newest")
    }

    /// The commit of this version; `nil` for 0.
    private static func commit(
        _ version: Int, of place: StudyPlace, _ connection: PostgresConnection
    ) async throws -> LabelCommit? {
        try await connection.first(
            "SELECT \(LabelCommit.columns) FROM label_commit c WHERE c.label_set_id = $1::uuid AND c.version = $2",
            [place.set, version]
        ).map { try LabelCommit($0) }
    }

    private static func write(
        _ change: Change, _ content: String, version: Int, before: AnnotatedStudy, _ place: StudyPlace,
        _ principal: Principal, _ connection: PostgresConnection
    ) async throws {
        let now = try await connection.single(
            """
            SELECT date_trunc('second', clock_timestamp()) AS at,
                (SELECT digest FROM label_commit WHERE label_set_id = $1::uuid AND version = $2) AS parent
            """, [place.set, version - 1])
        let at: Date = try now.decode("at")
        let parent: [UInt8]? = try now.decode("parent")
        let contentDigest = CommitDigest.digest(of: content)
        let record = CommitDigest(
            labelSet: place.set, version: version, parent: parent?.hexadecimalText, study: place.uid,
            author: principal.name, at: at.formatted(.iso8601), kind: change.kind, message: change.message,
            restoredFrom: change.restoredFrom, content: contentDigest.hexadecimalText)
        let changes = AnnotationChanges(from: before.annotations, to: change.annotations)
        try await connection.execute(
            """
            INSERT INTO label_commit (label_set_id, version, parent, study_id, study_uid, author_id, author, at, kind,
                message, restored_from, content, content_digest, digest, annotations, changes)
            VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::jsonb)
            """,
            [
                place.set, version, version > 1 ? version - 1 : Int?.none, place.study, place.uid, principal.accountID,
                principal.name, at, change.kind.rawValue, change.message, change.restoredFrom, content, contentDigest,
                record.digest, change.annotations.count,
                String(decoding: try JSONEncoder().encode(changes), as: UTF8.self),
            ])
        try await moveOn(change, version: version, before: before, place, connection)
    }

    /// Brings what is derived from the newest state up to it.
    private static func moveOn(
        _ change: Change, version: Int, before: AnnotatedStudy, _ place: StudyPlace, _ connection: PostgresConnection
    ) async throws {
        let (was, now) = (before.annotations.count, change.annotations.count)
        try await connection.execute(
            "UPDATE label_set SET head = $2, studies = studies + $3, annotations = annotations + $4 WHERE id = $1::uuid",
            [place.set, version, min(now, 1) - min(was, 1), now - was])
        try await connection.execute(
            "DELETE FROM study_label WHERE label_set_id = $1::uuid AND study_id = $2", [place.set, place.study])
        let counts = change.annotations.labelCounts.sorted { $0.key < $1.key }
        try await connection.execute(
            """
            INSERT INTO study_label (label_set_id, study_id, label, count)
            SELECT $1::uuid, $2, label, count FROM unnest($3::text[], $4::bigint[]) AS u (label, count)
            """, [place.set, place.study, counts.map(\.key), counts.map(\.value)])
    }

    private static func endDraft(
        _ place: StudyPlace, _ principal: Principal, _ connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            "DELETE FROM label_draft WHERE label_set_id = $1::uuid AND study_id = $2 AND account_id = $3",
            [place.set, place.study, principal.accountID])
    }
}
