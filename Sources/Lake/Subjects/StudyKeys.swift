internal import ByteIO
internal import Postgres
internal import Synchronization
internal import Vault

/// The keys of studies: master key → subject key → image key and identity key of a study, each wrapped by the one
/// before. Unwrapped keys are kept in a small bounded cache in memory and nowhere else.
final class StudyKeys: Sendable {
    /// The two keys of one study, unwrapped.
    struct Pair: Sendable {
        /// Opens the de-identified objects.
        let image: SymmetricKey
        /// Opens the patches and the identity record; `nil` once it was destroyed.
        let identity: SymmetricKey?
    }

    /// A study that has keys, visible in the catalogue or not yet.
    struct Study: Sendable {
        /// `study_key.id`, which is `study.id`.
        let id: Int64
        let projectID: Int64
        let subjectID: Int64
        let uid: String
        /// Keyed hash of the Patient ID that the first instance had; `nil` where it was empty.
        let patientToken: [UInt8]?
        let keys: Pair
    }

    private static let capacity = 1024

    let database: PostgresPool
    private let master: MasterKeys
    private let cache = Mutex(Cache())
    private let making = InFlight()

    init(database: PostgresPool, master: MasterKeys) {
        self.database = database
        self.master = master
    }

    /// The keys of the study with `study.id` (= `study_key.id`) `id`.
    /// - Throws: `.notFound` for an unknown study, `.unavailable` where a key cannot be unwrapped.
    func pair(study id: Int64) async throws(LakeError) -> Pair {
        if let study = cache.withLock({ $0.study(id: id) }) { return study.keys }
        return try await load("k.id = $1", id).keys
    }

    /// The study with the new UID `uid`, `nil` where it has no keys yet.
    func study(uid: String) async throws(LakeError) -> Study? {
        if let study = cache.withLock({ $0.study(uid: uid) }) { return study }
        do throws(LakeError) { return try await load("k.study_uid = $1", uid) } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Forgets unwrapped keys of a study: they were destroyed or wrapped anew.
    func forget(study id: Int64) { cache.withLock { $0.remove(id: id) } }

    /// The study with the new UID `uid`; made, with its subject where that is new, if it is not there. Two that do this
    /// at once get the same study.
    func study(uid: String, project: Int64, identity: SubjectIdentity) async throws(LakeError) -> Study {
        if let study = try await study(uid: uid) { return study }
        await making.enter(uid)
        defer { making.leave(uid) }
        if let study = try await study(uid: uid) { return study }
        try await LakeError.rethrowing { try await make(uid: uid, project: project, identity: identity) }
        guard let study = try await study(uid: uid) else { throw LakeError(.unavailable, "a study has no keys") }
        return study
    }

    private func make(uid: String, project: Int64, identity: SubjectIdentity) async throws {
        for attempt in 1... {
            do {
                return try await database.transaction(attempts: 4) { connection in
                    try await self.make(uid: uid, project: project, identity: identity, connection)
                }
            } catch let error as PostgresError where (error.isForeignKeyViolation || error.isRetryable) && attempt < 8 {
                // The subject was erased, merged or split off since it was looked for: look again, or make another.
                continue
            }
        }
    }

    private func make(
        uid: String, project: Int64, identity: SubjectIdentity, _ connection: PostgresConnection
    ) async throws {
        let fresh = try await master.wrap(
            SymmetricKey(), context: Self.subjectContext(project: project, code: identity.code), connection)
        try await connection.execute(
            """
            INSERT INTO subject (project_id, code, match_token, matched, wrapped_key) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """, [project, identity.code, identity.matchToken, identity.isMatched, fresh.array])
        let subject = try await landing(project: project, identity, connection)
        let key = try subjectKey(project: project, subject)
        let image = try KeyWrap.wrap(SymmetricKey(), under: key, context: Self.imageContext(study: uid))
        let identityKey = SymmetricKey()
        let wrappedIdentity = try KeyWrap.wrap(identityKey, under: key, context: Self.identityContext(study: uid))
        let record = try SealedObject.seal(identity.record, key: identityKey, context: Self.recordContext(study: uid))
        try await connection.execute(
            """
            INSERT INTO study_key (project_id, subject_id, study_uid, patient_token, image_key_wrapped,
                identity_key_wrapped, identity_record, home_subject_id, person_token)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (study_uid) DO NOTHING
            """,
            [
                project, try subject.decode("id", as: Int64.self), uid, identity.patientToken, image.array,
                wrappedIdentity.array, record.array, try subject.decode("home", as: Int64.self), identity.personToken,
            ])
    }

    /// Why nothing is added to what has no identity any more: with it whoever may read identities would know whose the
    /// other images are.
    static let isAnonymous = "the identity of this patient was destroyed for good: nothing is added to those images"

    private static let again = PostgresError(.server, sqlState: "40001", reason: "a subject changed meanwhile")

    /// The subject to which a new study belongs: the one of its match token, or where that was merged into. Both stay
    /// as they are until the study is written.
    private func landing(
        project: Int64, _ identity: SubjectIdentity, _ connection: PostgresConnection
    ) async throws -> PostgresRow {
        let found = try await connection.first(
            """
            SELECT id, id AS home, code, wrapped_key, merged_into, anonymised_at IS NOT NULL AS is_anonymous FROM subject
            WHERE project_id = $1 AND match_token = $2 FOR KEY SHARE
            """, [project, identity.matchToken])
        // It was erased since it was looked for: make another.
        guard let named = found else { throw Self.again }
        guard try !named.decode("is_anonymous", as: Bool.self) else { throw LakeError(.forbidden, Self.isAnonymous) }
        guard let other = try named.decode("merged_into", as: Int64?.self) else { return named }
        let landing = try await connection.first(
            """
            SELECT id, $2::bigint AS home, code, wrapped_key, anonymised_at IS NOT NULL AS is_anonymous FROM subject
            WHERE id = $1 AND merged_into IS NULL FOR KEY SHARE
            """, [other, try named.decode("home", as: Int64.self)])
        // It was merged on, or split off, since.
        guard let landing else { throw Self.again }
        guard try !landing.decode("is_anonymous", as: Bool.self) else { throw LakeError(.forbidden, Self.isAnonymous) }
        return landing
    }

    private func load(_ condition: String, _ value: any PostgresEncodable) async throws(LakeError) -> Study {
        do {
            let row = try await database.first(
                """
                SELECT k.id AS study_id, k.project_id, k.subject_id, k.study_uid, k.patient_token, k.image_key_wrapped,
                    k.identity_key_wrapped, s.wrapped_key, s.code
                FROM study_key k JOIN subject s ON s.id = k.subject_id WHERE \(condition)
                """, [value])
            guard let row else { throw LakeError(.notFound, "there is no such study") }
            let project = try row.decode("project_id", as: Int64.self)
            let uid = try row.decode("study_uid", as: String.self)
            let key = try subjectKey(project: project, row)
            let image = try KeyWrap.unwrap(
                Bytes(try row.decode("image_key_wrapped", as: [UInt8].self)), under: key,
                context: Self.imageContext(study: uid))
            let wrappedIdentity: [UInt8]? = try row.decode("identity_key_wrapped")
            let identity = try wrappedIdentity.map {
                try KeyWrap.unwrap(Bytes($0), under: key, context: Self.identityContext(study: uid))
            }
            let study = Study(
                id: try row.decode("study_id"), projectID: project, subjectID: try row.decode("subject_id"), uid: uid,
                patientToken: try row.decode("patient_token"), keys: Pair(image: image, identity: identity))
            cache.withLock { $0.insert(study, capacity: Self.capacity) }
            return study
        } catch {
            throw LakeError(error)
        }
    }

    /// The subject's key, of a row with `wrapped_key` and `code`.
    func subjectKey(project: Int64, _ row: PostgresRow) throws -> SymmetricKey {
        try master.unwrap(
            Bytes(try row.decode("wrapped_key", as: [UInt8].self)),
            context: Self.subjectContext(project: project, code: try row.decode("code")))
    }

    static func subjectContext(project: Int64, code: String) -> SealingContext {
        SealingContext("subject-key", "\(project)", code)
    }
    static func imageContext(study: String) -> SealingContext { SealingContext("image-key", study) }
    static func identityContext(study: String) -> SealingContext { SealingContext("identity-key", study) }
    static func recordContext(study: String) -> SealingContext { SealingContext("identity-record", study) }

    /// Unwrapped keys, those used longest ago forgotten first.
    private struct Cache {
        private var studies: [Int64: (study: Study, used: UInt64)] = [:]
        private var ids: [String: Int64] = [:]
        private var clock: UInt64 = 0

        mutating func study(id: Int64) -> Study? {
            guard let found = studies[id] else { return nil }
            clock += 1
            studies[id]?.used = clock
            return found.study
        }

        mutating func study(uid: String) -> Study? { ids[uid].flatMap { study(id: $0) } }

        mutating func insert(_ study: Study, capacity: Int) {
            if studies.count >= capacity {
                // An eighth at a time, so that the search for the oldest is rare.
                for (id, _) in studies.sorted(by: { $0.value.used < $1.value.used }).prefix(capacity / 8) {
                    remove(id: id)
                }
            }
            clock += 1
            studies[study.id] = (study, clock)
            ids[study.uid] = study.id
        }

        mutating func remove(id: Int64) {
            if let removed = studies.removeValue(forKey: id) { ids[removed.study.uid] = nil }
        }
    }
}
