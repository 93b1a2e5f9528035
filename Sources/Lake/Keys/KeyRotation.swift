internal import Foundation
internal import KeyManagement
internal import Logging
internal import Postgres
internal import Synchronization
internal import Vault

/// Puts another master key in the place of the present one while the lake is used.
///
/// A lake is open in one process at a time (its store and its directory are locked), so there is no other server that
/// would have to be told. Each step is durable before the next, and each may be the last before a crash: see
/// `LakeKeys.open`, which finds out where a rotation stopped, and Docs/Formats/keys.md.
public final class KeyRotation: Sendable {
    /// What a rotation did.
    public struct Outcome: Codable, Hashable, Sendable {
        /// Names of the keys, as `tarn keys show-id` prints them.
        public let from: String
        public let to: String
        /// File that keeps the former key.
        public let kept: String
        /// Keys that were wrapped anew.
        public let rewrapped: Int
        /// Whether it ended a rotation that was cut off.
        public let resumed: Bool
    }

    private let context: LakeContext
    private let isRunning = Mutex(false)

    init(_ context: LakeContext) { self.context = context }

    /// Makes a new master key, wraps everything by it and puts it in the place of the present one, which is kept beside
    /// it. What wraps the present one, a key of a service, wraps the new one. Ends a rotation that was cut off instead,
    /// where there is one.
    /// - Throws: `.notFound` for who is neither operator nor administrator; `.conflict` while another rotation runs;
    ///   `.unavailable` where the key's folder cannot be written, its service does not answer or the database fails: do
    ///   it again.
    @discardableResult
    public func rotate(principal: Principal) async throws(LakeError) -> Outcome {
        guard Gate.permits(principal, .operate) else { throw LakeError(.notFound, "there is no such thing") }
        let isFirst = isRunning.withLock { running in
            defer { running = true }
            return !running
        }
        guard isFirst else { throw LakeError(.conflict, "the master key is being changed already") }
        defer { isRunning.withLock { $0 = false } }
        return try await LakeError.rethrowing {
            // Who asked may go away; what was begun is ended.
            try await Task { try await self.run(principal) }.value
        }
    }

    private func run(_ principal: Principal) async throws -> Outcome {
        let files = context.keyFiles
        let database = context.database
        let row = try await database.single("SELECT id::text AS id, master_key_id, next_master_key_id FROM lake")
        let lake = UUID(uuidString: try row.decode("id", as: String.self)) ?? UUID()
        let from: String = try row.decode("master_key_id")
        let underWay: String? = try row.decode("next_master_key_id")
        let (old, next, lock) = try await context.workers.run { () throws in try Self.keys(files) }
        defer { withExtendedLifetime(lock) {} }
        guard old.id == from, underWay == nil || underWay == next.id else {
            throw LakeError(
                .invalid, "\(files.path) is not the master key \(from) of this lake any more: somebody changed the file"
            )
        }
        // From here on the lake does not open without both keys.
        try await database.query("UPDATE lake SET next_master_key_id = $1", [next.id])
        try await context.master.change(to: next, database)
        context.log.notice("changing the master key", metadata: ["from": "\(from)", "to": "\(next.id)"])
        var rewrapped = 0
        for keys in WrappedKeys.all { rewrapped += try await keys.rewrap(context.master, database) }
        try files.putNextInPlace(of: old)
        try LakeIdentity(lake: lake, masterKey: next.id).write(context.configuration)
        try await database.transaction { connection in
            try await connection.execute("UPDATE lake SET master_key_id = $1, next_master_key_id = NULL", [next.id])
            try await AccessLog.write(.keysRotate, detail: "\(from) to \(next.id)", principal, connection)
        }
        context.master.forgetFormer()
        context.log.notice("changed the master key", metadata: ["to": "\(next.id)", "keys": "\(rewrapped)"])
        return Outcome(
            from: from, to: next.id, kept: files.formerPath(from), rewrapped: rewrapped, resumed: underWay != nil)
    }

    private static func keys(
        _ files: MasterKeyFiles
    ) throws(LakeError) -> (old: MasterKey, next: MasterKey, lock: KeyFolderLock) {
        do throws(KeyManagementError) {
            let lock = try files.lock()
            let old = try files.load()
            return (old.master, try files.makeNext(under: old.service), lock)
        } catch {
            throw LakeError(
                error.code == .busy ? .conflict : .unavailable,
                "a new master key cannot be put beside \(files.path): \(error.reason)")
        }
    }
}
