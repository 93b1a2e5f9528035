internal import ByteIO
internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// One instance from its bytes to its verdict. Shared by all uploads of a lake.
struct IngestPipeline: Sendable {
    let context: LakeContext
    let budget: ByteBudget
    let indexer: Indexer
    let inFlight = InFlight()

    init(_ context: LakeContext) {
        self.context = context
        // What a part weighs is more than its bytes: see `weight`.
        budget = ByteBudget(context.configuration.ingestMemory)
        indexer = Indexer(database: context.database, log: context.log)
    }

    /// Memory that an instance of `count` bytes in memory takes on its way: itself, its sealed form, its elements.
    static func weight(_ count: Int) -> Int { max(1 << 20, count) / 4 * 9 }

    /// Memory that one in the spool takes, whatever its length.
    static let spooledWeight = 8 << 20

    /// Who brings an instance, and where to.
    struct Sender: Sendable {
        let project: IngestProject
        let accountID: Int64
        let batchID: Int64?
        let evidence = UploadEvidence()
    }

    /// - Parameter name: the original's relative path where the sender gave one; sealed with the patch.
    func process(_ source: any ByteSource, name: String, from sender: Sender) async -> Verdict {
        do throws(LakeError) {
            let prepared: Prepared
            do throws(Rejection) {
                prepared = try await context.workers.run { () throws(Rejection) in
                    try Prepared(source, name: name, project: sender.project, limits: context.configuration)
                }
            } catch {
                return .rejected(error.failure, error.reason)
            }
            let verdict = try await take(prepared, from: sender)
            // What was there before is not written again: nothing was done to it.
            if [.accepted, .held, .conflict].contains(verdict.kind) { sender.evidence.add(prepared.summary) }
            return verdict
        } catch {
            context.log.error("an instance could not be stored", metadata: ["reason": "\(error.reason)"])
            return .rejected(.unavailable, error.reason)
        }
    }

    private func take(_ prepared: Prepared, from sender: Sender) async throws(LakeError) -> Verdict {
        let uid = prepared.entry.instance.uid
        await inFlight.enter(uid)
        defer { inFlight.leave(uid) }
        if let standing = try await standing(uid, digest: prepared.entry.instance.originalDigest) {
            return prepared.verdict(standing)
        }
        let study: StudyKeys.Study
        do throws(LakeError) {
            study = try await context.keys.study(
                uid: prepared.entry.study.uid, project: sender.project.id, identity: prepared.identity)
        } catch {
            guard error.code == .forbidden else { throw error }
            return .rejected(.cannotDeidentify, error.reason)
        }
        guard study.projectID == sender.project.id else {
            return .rejected(.cannotDeidentify, "the Study Instance UID (0020,000D) belongs to another project")
        }
        guard study.keys.identity != nil else {
            return .rejected(.cannotDeidentify, StudyKeys.isAnonymous)
        }
        let addresses = try await store(prepared, keys: study.keys)
        let receipt = Receipt(
            projectID: sender.project.id, accountID: sender.accountID, batchID: sender.batchID, studyID: study.id,
            subjectID: study.subjectID, entry: prepared.entry, addresses: addresses,
            intent: try prepared.intent(study))
        do throws(LakeError) { return prepared.verdict(try await indexer.index(receipt)) } catch {
            // The patient was erased meanwhile: nothing of what was just stored may stay.
            if error.code == .gone {
                context.keys.forget(study: study.id)
                try? await context.store.erase([addresses.object.blob, addresses.patch.blob])
            }
            throw error
        }
    }

    /// Where an instance stands that was brought before: nothing needs to be written for it.
    private func standing(_ uid: String, digest: [UInt8]) async throws(LakeError) -> Standing? {
        try await LakeError.rethrowing {
            let rows = try await context.database.query(
                """
                SELECT 'published' AS state, '' AS reason, original_digest = $2 AS same FROM instance WHERE uid = $1
                UNION ALL
                SELECT state, reason, original_digest = $2 FROM held WHERE instance_uid = $1 AND state <> 'released'
                UNION ALL
                SELECT CASE state WHEN 'kept' THEN state ELSE 'conflict' END, coalesce(kept_as, ''), true
                FROM conflict WHERE instance_uid = $1 AND original_digest = $2
                """, [uid, digest])
            for row in rows where try row.decode("same") {
                switch try row.decode("state", as: String.self) {
                case "published": return .alreadyThere
                case "kept": return .kept(instance: try row.decode("reason"))
                case "waiting": return .held(reason: try row.decode("reason"))
                case "rejected": return .refused
                default: return .otherContent
                }
            }
            return nil
        }
    }

    /// Seals object and patch and makes them durable.
    func store(_ prepared: Prepared, keys: StudyKeys.Pair) async throws(LakeError) -> StoredAddresses {
        guard let identityKey = keys.identity else {
            throw LakeError(.conflict, "the identity of this study was destroyed: nothing can be added to it")
        }
        let uid = prepared.entry.instance.uid
        guard prepared.isSmall(context.configuration) else {
            return try await storeLarge(prepared, image: keys.image, identity: identityKey)
        }
        return try await LakeError.rethrowing {
            let (object, patch) = try await context.workers.run { () throws(VaultError) in
                (
                    try SealedObject.seal(
                        prepared.stored, from: prepared.source, key: keys.image,
                        context: StoredObjects.objectContext(uid)),
                    try SealedObject.seal(
                        prepared.patch, from: prepared.source, key: identityKey,
                        context: StoredObjects.patchContext(uid))
                )
            }
            let addresses = try await context.store.append([[object], [patch]])
            guard addresses.count == 2 else { throw LakeError(.unavailable, "the object store lost an address") }
            return StoredAddresses(object: .init(addresses[0]), patch: .init(addresses[1]))
        }
    }

    /// The same for what does not fit into memory: sealed while it is written.
    private func storeLarge(
        _ prepared: Prepared, image: SymmetricKey, identity: SymmetricKey
    ) async throws(LakeError) -> StoredAddresses {
        let uid = prepared.entry.instance.uid
        return try await LakeError.rethrowing {
            let object = try await append(
                prepared.stored, of: prepared.source, key: image, context: StoredObjects.objectContext(uid))
            let patch = try await append(
                prepared.patch, of: prepared.source, key: identity, context: StoredObjects.patchContext(uid))
            return StoredAddresses(object: .init(object), patch: .init(patch))
        }
    }

    private func append(
        _ pieces: [Piece], of source: any ByteSource, key: SymmetricKey, context sealing: SealingContext
    ) async throws -> BlobAddress {
        try await context.store.append(count: SealedObject.sealedCount(plaintext: pieces.byteCount)) { emit in
            var failure: StorageError?
            do {
                try SealedObject.seal(pieces, from: source, key: key, context: sealing) { bytes throws(VaultError) in
                    do throws(StorageError) { try emit(bytes) } catch {
                        failure = error
                        throw VaultError(.sourceFailed)
                    }
                }
            } catch {
                throw failure ?? error
            }
        }
    }
}
