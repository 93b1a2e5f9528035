internal import ColdStorage
internal import Foundation
internal import Logging
internal import Postgres
internal import Synchronization
internal import Vault

/// Cold storage: copies of studies in sealed bundles, local bytes that go after a verified copy, and the way back.
public final class Archive: Sendable {
    let context: LakeContext
    let instances: ViewedInstances
    private let waking = Mutex<[Task<Void, Never>]>([])
    /// The leases of whoever worked before this process are void: the store is ours alone.
    let hasTakenOver = Mutex(false)

    init(_ context: LakeContext, instances: ViewedInstances) {
        self.context = context
        self.instances = instances
    }

    var backends: [StudyArchive.Backend] {
        context.configuration.archive.backends.map {
            .init(name: $0.name, kind: $0.configuration.kind.rawValue, agreement: $0.configuration.agreement)
        }
    }

    // MARK: Asking

    /// Copies a study to cold storage; returns once that is noted.
    /// - Parameters:
    ///   - backend: its name; `nil` where there is one only.
    ///   - offload: erase the local bytes once the copy was read back and compared.
    /// - Throws: `.notFound`; `.invalid` for a backend that is not there; `.conflict` where it is under way already, or
    ///   where the study's bytes are not here.
    @discardableResult
    public func archive(
        _ uid: String, backend: String? = nil, offload: Bool = false, principal: Principal
    ) async throws(LakeError) -> StudyArchive {
        let study = try await study(uid, .archive, principal)
        let name = try backendName(backend)
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let row = try await connection.first(
                    """
                    INSERT INTO archive_job (study_id, project_id, kind, backend, offload, account_id)
                    VALUES ($1, $2, 'archive', $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id
                    """, [study.id, study.projectID, name, offload, principal.accountID])
                guard row != nil else { throw Archive.underWay }
                try await AccessLog.write(
                    .archive, project: study.projectID, study: uid, detail: offload ? "\(name), offload" : name,
                    principal, connection)
            }
        }
        wake()
        return try await status(uid, principal: principal)
    }

    /// Brings a study back whose bytes are in cold storage. One that is here, or on its way, is no error.
    /// - Throws: `.notFound`; `.conflict` while it is being archived.
    @discardableResult
    public func restore(_ uid: String, principal: Principal) async throws(LakeError) -> StudyArchive {
        let study = try await study(uid, .view, principal)
        guard study.local != "here" else { return try await status(uid, principal: principal) }
        try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let row = try await connection.first(
                    """
                    INSERT INTO archive_job (study_id, project_id, kind, account_id) VALUES ($1, $2, 'restore', $3)
                    ON CONFLICT DO NOTHING RETURNING id
                    """, [study.id, study.projectID, principal.accountID])
                guard row != nil else {
                    let open = try await connection.first(
                        "SELECT kind FROM archive_job WHERE study_id = $1 AND state IN ('waiting', 'running')",
                        [study.id])
                    // On its way already, or just done.
                    guard try open?.decode("kind", as: String.self) == "archive" else { return }
                    throw Archive.underWay
                }
                try await connection.execute(
                    "UPDATE study SET local = 'restoring' WHERE id = $1 AND local = 'offloaded'", [study.id])
                try await AccessLog.write(.restore, project: study.projectID, study: uid, principal, connection)
            }
        }
        wake()
        return try await status(uid, principal: principal)
    }

    private static let underWay = LakeError(
        .conflict, "this study is being archived already: wait until that has ended")

    private func backendName(_ name: String?) throws(LakeError) -> String {
        let all = context.configuration.archive.backends.map(\.name)
        guard !all.isEmpty else {
            throw LakeError(.invalid, "no cold storage is set up: start tarn serve with --archive FILE")
        }
        guard let name = name ?? (all.count == 1 ? all[0] : nil) else {
            throw LakeError(.invalid, "name the backend: \(all.joined(separator: ", "))")
        }
        guard all.contains(name) else {
            throw LakeError(.invalid, "there is no such backend; there are: \(all.joined(separator: ", "))")
        }
        return name
    }

    /// The key that opens the newest bundle of a study, for who has to open it without this lake. Recorded.
    /// - Throws: `.notFound`; `.conflict` where the study has no bundle, or its key was destroyed; `.invalid` without a
    ///   reason.
    public func key(_ uid: String, reason: String, principal: Principal) async throws(LakeError) -> BundleKey {
        let study = try await study(uid, .archive, principal)
        try Self.check(reason: reason)
        return try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT b.id, b.root, b.key_wrapped FROM archive_bundle b JOIN archive_bundle_study v ON v.bundle_id = b.id
                WHERE v.study_id = $1 AND b.root IS NOT NULL AND b.key_wrapped IS NOT NULL ORDER BY b.id DESC LIMIT 1
                """, [study.id])
            guard let row else {
                throw LakeError(.conflict, "this study has no bundle that a key opens: archive it first")
            }
            let identity = try await identity(
                bundle: row.decode("id"), study: study.id, wrapped: row.decode("key_wrapped"))
            try await AccessLog.write(
                .archiveKey, project: study.projectID, study: uid, purpose: reason, principal, context.database)
            return BundleKey(
                identity: identity.secretText, recipient: identity.recipient.description, cid: try row.decode("root"))
        }
    }

    static func check(reason: String) throws(LakeError) {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= 2000, !reason.contains("\0") else {
            throw LakeError(.invalid, "a reason of 1 to 2000 characters is needed")
        }
    }

    /// The study with this UID, for one who may do this.
    func study(_ uid: String, _ permission: Permission, _ principal: Principal) async throws(LakeError) -> ArchivedStudy
    {
        let found = try await LakeError.rethrowing {
            uid.contains("\0")
                ? nil
                : try await context.database.first(
                    "SELECT \(ArchivedStudy.columns) FROM study s WHERE s.uid = $1", [uid]
                ).map { try ArchivedStudy($0) }
        }
        guard let found, Gate.permits(principal, permission, project: found.projectID) else {
            throw LakeError(.notFound, "there is no such study")
        }
        return found
    }

    // MARK: Working

    /// What goes on while a server runs. Who waits for a restore does not wait for what is archived.
    var recurring: [Recurring] {
        [
            Recurring(name: "archiving", interval: .seconds(1)) { try await self.work(.archive) },
            Recurring(name: "restoring", interval: .seconds(1)) { try await self.work(.restore) },
            Recurring(name: "removing from cold storage", interval: .seconds(10)) { try await self.removeCopies() },
        ]
    }

    /// Without a server, whoever asked does the work.
    private func wake() {
        guard !context.configuration.doesRecurringWork else { return }
        waking.withLock { tasks in
            tasks.append(
                Task {
                    do {
                        try await self.work(.archive)
                        try await self.work(.restore)
                    } catch { self.context.log.error("archive: \(LakeError(error))") }
                })
        }
    }

    /// Waits until nothing is left that was asked of this process, for tests and commands.
    public func settle() async {
        for task in waking.withLock({ $0 }) { await task.value }
    }

    func end() async {
        let tasks = waking.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
