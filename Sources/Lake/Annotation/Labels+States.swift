internal import Foundation
internal import Postgres

extension Labels {
    /// The annotations of a study.
    /// - Parameter moment: a version or a tag of the label set; its newest where absent.
    /// - Throws: `.notFound`.
    public func study(
        _ uid: String, in set: String, at moment: String? = nil, principal: Principal
    ) async throws(LakeError) -> AnnotatedStudy {
        let place = try await place(set, study: uid, principal: principal)
        let version = try await moment.asyncMap { text throws(LakeError) in
            try await self.version(text, of: place.set).version
        }
        try await accessLog.record(.labelsRead, project: place.project, study: uid, principal: principal)
        return try await state(of: place, upTo: version, context.database).study
    }

    /// A state with what only the lake sees of it.
    struct State {
        let study: AnnotatedStudy
        /// Canonical JSON of the annotations.
        let content: String
        let authorID: Int64?
    }

    /// The state of a study up to a version of its label set.
    func state(
        of place: StudyPlace, upTo version: Int? = nil, _ database: some PostgresQueryable
    ) async throws(LakeError) -> State {
        try await LakeError.rethrowing {
            let row = try await database.first(
                """
                SELECT version, digest, author, author_id, at, message, content FROM label_commit
                WHERE label_set_id = $1::uuid AND study_id = $2 AND version <= $3 ORDER BY version DESC LIMIT 1
                """, [place.set, place.study, version ?? Int(Int32.max)])
            guard let row else {
                let empty = AnnotatedStudy(
                    labelSet: place.set, study: place.uid, version: 0, digest: nil, author: nil, at: nil, message: "",
                    annotations: [])
                return State(study: empty, content: "[]", authorID: nil)
            }
            let content: String = try row.decode("content")
            let study = AnnotatedStudy(
                labelSet: place.set, study: place.uid, version: try row.decode("version"),
                digest: try row.decode("digest", as: [UInt8].self).hexadecimalText, author: try row.decode("author"),
                at: try row.decode("at", as: Date.self).formatted(.iso8601), message: try row.decode("message"),
                annotations: try JSONDecoder().decode([Annotation].self, from: Data(content.utf8)))
            return State(study: study, content: content, authorID: try row.decode("author_id"))
        }
    }

    /// Number and name of a version of a label set.
    /// - Throws: `.notFound` for one that is not there.
    func version(_ text: String?, of set: String) async throws(LakeError) -> (version: Int, tag: String?) {
        let moment = try text.map { text throws(LakeError) in try LabelNaming.moment(text) }
        return try await LakeError.rethrowing {
            if case .tag(let name) = moment {
                let row = try await context.database.first(
                    "SELECT version FROM label_tag WHERE label_set_id = $1::uuid AND name = $2", [set, name])
                guard let row else { throw LakeError(.notFound, "there is no such tag") }
                return (try row.decode("version"), name)
            }
            let head: Int = try await context.database.single(
                "SELECT coalesce(head, 0) AS head FROM label_set WHERE id = $1::uuid", [set]
            ).decode("head")
            guard case .version(let version) = moment else { return (head, nil) }
            guard version <= head else { throw LakeError(.notFound, "there is no such version yet") }
            return (version, nil)
        }
    }

    /// The history of a label set, newest first.
    /// - Parameters:
    ///   - uid: only this study's.
    ///   - cursor: `next` of the page before.
    /// - Throws: `.notFound`; `.invalid` for a cursor that is none.
    public func commits(
        of set: String, study uid: String? = nil, cursor: String? = nil, limit: Int = 50, principal: Principal
    ) async throws(LakeError) -> LabelCommitPage {
        let place = try await place(set, principal: principal)
        let study = try await uid.asyncMap { uid throws(LakeError) in try await self.study(uid, of: place.project) }
        let before = try cursor.map { text throws(LakeError) in
            guard let version = Int32(text), version > 0 else {
                throw LakeError(.invalid, "the cursor is not one of this list")
            }
            return Int(version)
        }
        let limit = min(max(limit, 1), 500)
        return try await LakeError.rethrowing {
            let rows = try await context.database.query(
                """
                SELECT \(LabelCommit.columns) FROM label_commit c
                WHERE c.label_set_id = $1::uuid AND ($2::bigint IS NULL OR c.study_id = $2) AND c.version < $3
                ORDER BY c.version DESC LIMIT \(limit + 1)
                """, [place.set, study, before ?? Int(Int32.max)])
            let commits = try rows.prefix(limit).map { try LabelCommit($0) }
            return LabelCommitPage(
                commits: commits, next: rows.count > limit ? commits.last.map { String($0.version) } : nil)
        }
    }

    /// Names a version, for good.
    /// - Parameter version: the newest where absent.
    /// - Throws: `.notFound`; `.invalid` for a name that is none, or where nothing was saved yet; `.conflict` for a
    ///   name that is taken.
    public func tag(
        _ name: String, in set: String, version: Int? = nil, message: String = "", principal: Principal
    ) async throws(LakeError) -> LabelTag {
        let place = try await place(set, .annotate, principal: principal)
        guard LabelNaming.isTag(name) else {
            throw LakeError(
                .invalid,
                "a tag has 1 to 64 letters A–Z, digits and . _ -, begins with a letter or digit, and is no number")
        }
        let message = try LabelNaming.text(message, of: "a message", limit: LabelNaming.longestMessage)
        let found = try await self.version(version.map { String($0) }, of: place.set).version
        guard found > 0 else { throw LakeError(.invalid, "there is no version to name: save something first") }
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let made = try await connection.execute(
                    """
                    INSERT INTO label_tag (label_set_id, name, version, message, author_id)
                    VALUES ($1::uuid, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                    """, [place.set, name, found, message, principal.accountID])
                guard made == 1 else {
                    throw LakeError(.conflict, "the label set has this tag already, and a tag never moves")
                }
                try await AccessLog.write(
                    .labelsTag, project: place.project, detail: "label set \(place.set) version \(found): \(name)",
                    principal, connection)
                return try LabelTag(
                    try await connection.single(
                        """
                        SELECT \(LabelTag.columns) FROM \(LabelTag.source)
                        WHERE t.label_set_id = $1::uuid AND t.name = $2
                        """, [place.set, name]))
            }
        }
    }
}

extension Optional {
    /// `map` for what waits.
    func asyncMap<T>(_ body: (Wrapped) async throws(LakeError) -> T) async throws(LakeError) -> T? {
        guard let self else { return nil }
        return try await body(self)
    }
}
