internal import Synchronization

/// A connection leased for one transaction. Using it after the transaction has ended is an error, not a data race.
public final class PostgresConnection: PostgresQueryable {
    private let session: PostgresSession
    private let isOver = Atomic<Bool>(false)
    private let savepoints = Atomic<Int>(0)

    init(_ session: PostgresSession) { self.session = session }

    func end() { isOver.store(true, ordering: .releasing) }

    private func checkLease() throws(PostgresError) {
        if isOver.load(ordering: .acquiring) { throw PostgresError(.closed, reason: "the transaction has ended") }
    }

    @discardableResult
    public func query(
        _ sql: String, _ parameters: [any PostgresEncodable]
    ) async throws(PostgresError) -> PostgresRows {
        try checkLease()
        return try await session.query(sql, parameters, isCancellable: true)
    }

    /// Runs several statements without parameters, separated by semicolons; for migrations.
    public func script(_ sql: String) async throws(PostgresError) {
        try checkLease()
        _ = try await session.script(sql, isCancellable: true)
    }

    /// Runs `body` so that what it did is undone when it throws, while the transaction goes on.
    @discardableResult
    public func savepoint<Value>(_ body: () async throws -> Value) async throws -> Value {
        let name = "tarn_\(savepoints.wrappingAdd(1, ordering: .relaxed).newValue)"
        try await script("SAVEPOINT \(name)")
        do {
            let value = try await body()
            try await script("RELEASE SAVEPOINT \(name)")
            return value
        } catch {
            _ = try? await session.script("ROLLBACK TO SAVEPOINT \(name)", isCancellable: false)
            throw error
        }
    }
}
