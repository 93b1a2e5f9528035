internal import ByteIO
internal import Postgres
internal import Synchronization
internal import Vault

/// The master key: one, or two of them while one takes the place of the other. Everything that is wrapped by the master
/// key is wrapped and unwrapped here.
final class MasterKeys: Sendable {
    private struct State {
        /// Wraps, and opens.
        var current: MasterKey
        /// Opens what has not been wrapped anew yet.
        var former: MasterKey?
    }

    /// Of the database's advisory locks: had by who wraps something, until it is committed. A rotation takes it alone
    /// for a moment, so that afterwards nothing that is wrapped by the former key can still appear.
    private static let lock: Int64 = 0x7461_726e_6b65_7973

    private let state: Mutex<State>

    init(_ current: MasterKey, former: MasterKey? = nil) { state = Mutex(State(current: current, former: former)) }

    /// The key that wraps now, for what is derived from it at once. Keep nothing that was: it changes.
    var key: SymmetricKey { current.key }
    /// Name of the key that wraps now.
    var id: String { current.id }
    var current: MasterKey { state.withLock { $0.current } }

    /// `key`, wrapped for a row that the transaction of `connection` writes.
    func wrap(
        _ key: SymmetricKey, context: SealingContext, _ connection: PostgresConnection
    ) async throws -> Bytes {
        _ = try await connection.query("SELECT pg_advisory_xact_lock_shared($1)", [Self.lock])
        return try KeyWrap.wrap(key, under: current.key, context: context)
    }

    /// The key inside `wrapped`, whichever of the two wrapped it.
    func unwrap(_ wrapped: Bytes, context: SealingContext) throws(VaultError) -> SymmetricKey {
        let (current, former) = state.withLock { ($0.current, $0.former) }
        do throws(VaultError) { return try KeyWrap.unwrap(wrapped, under: current.key, context: context) } catch {
            guard error.code == .notAuthentic, let former else { throw error }
            return try KeyWrap.unwrap(wrapped, under: former.key, context: context)
        }
    }

    /// Lets `next` wrap from now on; what the present key wrapped goes on opening. When it returns, all that was ever
    /// wrapped by the present key is committed or never will be.
    func change(to next: MasterKey, _ database: PostgresPool) async throws {
        try await database.transaction(attempts: 4) { connection in
            _ = try await connection.query("SELECT pg_advisory_xact_lock($1)", [Self.lock])
            self.state.withLock { state in
                guard state.current.id != next.id else { return }
                state = State(current: next, former: state.current)
            }
        }
    }

    /// Forgets the former key: nothing is wrapped by it any more.
    func forgetFormer() { state.withLock { $0.former = nil } }
}
