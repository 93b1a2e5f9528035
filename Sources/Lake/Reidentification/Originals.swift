public import ByteIO
internal import Deidentification
internal import Postgres
internal import Vault

/// Originals, put together again from the de-identified object and the sealed identity patch. For those who may know
/// who the patient is, with a reason; the access log says who, what, when and why.
public struct Originals: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    private let requests: OriginalsRequests

    init(_ context: LakeContext, accessLog: AccessLog, requests: OriginalsRequests) {
        self.context = context
        self.accessLog = accessLog
        self.requests = requests
    }

    /// The file that came in, bit for bit: its digest was compared before this returns.
    /// - Parameters:
    ///   - uid: new SOP Instance UID.
    ///   - reason: why the asker needs it.
    /// - Returns: bytes in memory, or a sealed spool for a large one (whose reads block on the disk).
    /// - Throws: `.notFound`, also where the identity was destroyed; `.invalid` without a reason; `.forbidden` where it
    ///   would be of more studies within a day than one person alone may have; `.unavailable` where it cannot be rebuilt.
    public func original(_ uid: String, reason: String, principal: Principal) async throws(LakeError) -> any ByteSource
    {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 2000, !reason.contains("\0") else {
            throw LakeError(.invalid, "a reason of 1 to 2000 characters is needed")
        }
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                """
                SELECT i.project_id, i.study_id, s.uid AS study, i.object_segment, i.object_offset, i.object_length,
                    i.patch_segment, i.patch_offset, i.patch_length, i.object_here AND i.patch_here AS is_here,
                    s.anonymous
                FROM instance i JOIN study s ON s.id = i.study_id WHERE i.uid = $1
                """, [uid])
        }
        return try await LakeError.rethrowing {
            guard let row, Gate.permits(principal, .identityRead, project: try row.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such instance")
            }
            guard try !row.decode("anonymous", as: Bool.self) else {
                throw LakeError(
                    .notFound, "the identity of this study was destroyed for good: there is no original any more")
            }
            guard try row.decode("is_here") else { throw LakeError.offloaded }
            try await count(try row.decode("study_id"), project: try row.decode("project_id"), reason, principal)
            try await accessLog.record(
                .identityRead, project: try row.decode("project_id"), study: try row.decode("study"), purpose: reason,
                count: 1, principal: principal)
            return try await context.objects.original(
                StoredAddresses(row), uid: uid, study: try row.decode("study_id"), in: context)
        }
    }

    /// Counts the study as one that the principal had alone; many single files are as much as one list.
    private func count(_ study: Int64, project: Int64, _ reason: String, _ principal: Principal) async throws {
        try await context.database.transaction(attempts: 4) { connection in
            guard try await !requests.exceeds([study], principal, connection) else {
                throw LakeError(
                    .forbidden,
                    "originals of more than \(context.site.originalsAlone) studies within a day need the approval of a "
                        + "second person: ask for them together")
            }
            let had = try await connection.first(
                """
                SELECT 1 AS one FROM originals_request r JOIN originals_request_study o ON o.request_id = r.id
                WHERE r.asked_by = $1 AND NOT r.needs_second AND o.study_id = $2
                    AND r.asked_at > now() - \(OriginalsRequests.countsFor) LIMIT 1
                """, [principal.accountID, study])
            guard had == nil else { return }
            try await connection.query(
                """
                WITH made AS (
                    INSERT INTO originals_request (project_id, asked_by, reason, needs_second, instances, state, ends_at,
                        downloads, downloaded_at)
                    VALUES ($1, $2, left($3, 500), false, 1, 'approved', now(), 1, now()) RETURNING id)
                INSERT INTO originals_request_study SELECT id, $4 FROM made
                """, [project, principal.accountID, reason, study])
        }
    }
}

extension StoredObjects {
    /// The original of the instance `uid`, rebuilt and compared with the digests in its patch.
    func original(
        _ addresses: StoredAddresses, uid: String, study: Int64, in context: LakeContext
    ) async throws(LakeError) -> any ByteSource {
        try await namedOriginal(addresses, uid: uid, study: study, in: context).bytes
    }

    /// The same, with the relative path under which it came.
    func namedOriginal(
        _ addresses: StoredAddresses, uid: String, study: Int64, in context: LakeContext
    ) async throws(LakeError) -> (bytes: any ByteSource, name: String) {
        let limits = context.configuration
        let object = try await Self.opening("de-identified object") { () throws(LakeError) in
            try await plaintext(try await self.object(addresses.object, uid: uid, study: study), context)
        }
        let bytes = try await Self.opening("identity patch") { () throws(LakeError) in
            try await plaintext(try await self.patch(addresses.patch, uid: uid, study: study), context)
        }
        return try await LakeError.rethrowing {
            try await context.workers.run { () throws in
                let patch = try IdentityPatch(parsing: bytes)
                try patch.checkStored(object)
                var check = try IdentityPatch.Check(patch)
                var builder = Bytes.Builder()
                let spool =
                    patch.originalCount > limits.memoryLimit
                    ? try SealedSpool(directory: limits.spoolDirectory) : nil
                try patch.forEachChunk(of: object) { chunk throws(DeidentificationError) in
                    try check.update(chunk)
                    do {
                        if let spool {
                            try spool.append(chunk)
                        } else {
                            try chunk.withUnsafeBytes { try builder.append($0) }
                        }
                    } catch {
                        throw DeidentificationError(.unreadable, "the rebuilt file cannot be kept")
                    }
                }
                try check.finish(stored: object)
                return (spool ?? builder.finish() as any ByteSource, patch.originalName)
            }
        }
    }

    /// Runs `body` and says of which of the two an original is made of a failure is.
    private static func opening<T>(
        _ part: String, _ body: () async throws(LakeError) -> T
    ) async throws(LakeError) -> T {
        do throws(LakeError) { return try await body() } catch {
            guard error.code == .unavailable else { throw error }
            throw LakeError(
                .unavailable, "the \(part) of this instance cannot be used: \(error.reason)", isDamage: error.isDamage)
        }
    }

    /// The plaintext of a blob: in memory where it is small, else in a spool.
    private func plaintext(_ blob: SealedBlob, _ context: LakeContext) async throws(LakeError) -> any ByteSource {
        guard blob.count > context.configuration.memoryLimit else { return try await blob.read(0..<blob.count) }
        let directory = context.configuration.spoolDirectory
        let spool = try await LakeError.rethrowing {
            try await context.workers.run { () throws(VaultError) in try SealedSpool(directory: directory) }
        }
        try await blob.forEachRun { run throws(LakeError) in
            try await LakeError.rethrowing {
                try await context.workers.run { () throws(VaultError) in try spool.append(run) }
            }
        }
        return spool
    }
}
