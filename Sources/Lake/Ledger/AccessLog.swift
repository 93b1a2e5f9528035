internal import Foundation
internal import Logging
internal import Postgres
internal import Synchronization

/// Who did or looked at what, when and why.
///
/// The first access of a credential to a study for a purpose is committed before anything of it is served; more of the
/// same within fifteen minutes is counted in memory and added up in the database every few seconds. What a crash can
/// lose is how often, never that.
public final class AccessLog: Sendable {
    /// Length of the interval in seconds.
    static let interval = 900
    private static let flushAfter = Duration.seconds(5)
    private static let capacity = 10_000

    private struct Key: Hashable {
        let credential: Principal.Credential
        let account: Int64
        let kind: AccessEvent.Kind
        let project: Int64?
        let study: String?
        let purpose: String
        let interval: Int
    }

    private struct State {
        /// Events that are committed, by what they stand for.
        var events: [Key: Int64] = [:]
        /// Further accesses not yet in the database, by event.
        var pending: [Int64: Int] = [:]
        var lastFlush = ContinuousClock.now
        /// The last flush that began.
        var flushing: Task<Void, Never>?
    }

    let database: PostgresPool
    private let log: Logger
    private let state = Mutex(State())

    init(_ context: LakeContext) {
        database = context.database
        log = context.log
    }

    /// Records an access; returns when it may be given.
    /// - Parameters:
    ///   - study: UID of the study, where it was one.
    ///   - instance: UID of the instance; of several the first.
    ///   - purpose: the reason that was stated, where one was.
    ///   - count: how many instances.
    /// - Throws: `.unavailable` where it cannot be recorded: then nothing is to be served.
    public func record(
        _ kind: AccessEvent.Kind, project: Int64? = nil, study: String? = nil, instance: String? = nil,
        export: Int64? = nil, purpose: String = "", count: Int = 1, principal: Principal
    ) async throws(LakeError) {
        let interval = Int(Date.now.timeIntervalSince1970) / AccessLog.interval
        let key = Key(
            credential: principal.credential, account: principal.accountID, kind: kind, project: project, study: study,
            purpose: purpose, interval: interval)
        if kind.isCountedByInterval, let isTimeToFlush = note(key, count) {
            if isTimeToFlush { Task { await self.flush() } }
            return
        }
        try await LakeError.rethrowing {
            let event = try await AccessLog.write(
                kind, project: project, study: study, instance: instance, export: export, purpose: purpose,
                count: count,
                interval: kind.isCountedByInterval ? interval : nil, principal, database)
            guard kind.isCountedByInterval else { return }
            if let event {
                remember(key, event)
            } else {
                // Another server, or another request of the same page, was first.
                let row = try await database.single(
                    """
                    SELECT id FROM access_event WHERE credential = $1 AND account_id = $2 AND kind = $3
                        AND project_id IS NOT DISTINCT FROM $4 AND study_uid IS NOT DISTINCT FROM $5::text
                        AND md5(purpose) = md5($6) AND interval_start = to_timestamp($7)
                    """,
                    [
                        principal.credential.description, principal.accountID, kind.rawValue, project, study, purpose,
                        Double(interval * AccessLog.interval),
                    ])
                remember(key, try row.decode("id"))
                _ = note(key, count)
            }
        }
    }

    /// Counts an access to something of which the first is committed.
    /// - Returns: `nil` where it isn't, else whether it is time to flush.
    private func note(_ key: Key, _ count: Int) -> Bool? {
        state.withLock { state in
            guard let event = state.events[key] else { return nil }
            state.pending[event, default: 0] += count
            guard ContinuousClock.now - state.lastFlush > AccessLog.flushAfter else { return false }
            state.lastFlush = .now
            return true
        }
    }

    private func remember(_ key: Key, _ event: Int64) {
        state.withLock { state in
            if state.events.count >= AccessLog.capacity {
                state.events = state.events.filter { $0.key.interval == key.interval }
            }
            if state.events.count >= AccessLog.capacity { state.events = [:] }
            state.events[key] = event
        }
    }

    /// Brings what was counted into the database; one after the other, so that who waits for a flush also has what an
    /// earlier one is still writing.
    public func flush() async {
        let flush = state.withLock { state in
            let earlier = state.flushing
            let flush = Task {
                await earlier?.value
                await self.writePending()
            }
            state.flushing = flush
            return flush
        }
        await flush.value
    }

    private func writePending() async {
        let pending = state.withLock { state in
            defer { state.pending = [:] }
            return state.pending
        }
        guard !pending.isEmpty else { return }
        let events = pending.keys.sorted()
        do {
            try await database.execute(
                """
                INSERT INTO access_tally AS t (event_id, count, last_at)
                SELECT e, c, now() FROM unnest($1, $2) AS u(e, c)
                ON CONFLICT (event_id) DO UPDATE SET count = t.count + excluded.count, last_at = excluded.last_at
                """, [events, events.map { Int64(pending[$0] ?? 0) }])
        } catch {
            // Not lost yet: the next flush tries again.
            state.withLock { state in
                for (event, count) in pending { state.pending[event, default: 0] += count }
            }
            log.error("accesses could not be counted", metadata: ["reason": "\(error)"])
        }
    }

    /// Writes one event, in its caller's transaction where that is given.
    /// - Returns: its ID; `nil` where the interval has one already.
    @discardableResult
    static func write(
        _ kind: AccessEvent.Kind, project: Int64? = nil, study: String? = nil, instance: String? = nil,
        export: Int64? = nil, purpose: String = "", detail: String = "", count: Int = 1, interval: Int? = nil,
        _ principal: Principal, _ database: some PostgresQueryable
    ) async throws(PostgresError) -> Int64? {
        try await database.first(
            """
            INSERT INTO access_event
                (account_id, credential, kind, project_id, study_uid, instance_uid, export_id, purpose, detail, count,
                interval_start)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11)) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                principal.accountID, principal.credential.description, kind.rawValue, project, study, instance, export,
                purpose, detail, count, interval.map { Double($0 * AccessLog.interval) },
            ]
        )?.decode("id")
    }
}
