internal import Dispatch

/// Runs work that blocks (files, processes, libpq) on a thread of its own instead of one that runs tasks.
func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws(PostgresError) -> Value
) async throws(PostgresError) -> Value {
    let result: Result<Value, PostgresError> = await withCheckedContinuation { continuation in
        DispatchQueue(label: "tarn.postgres.blocking").async {
            continuation.resume(returning: Result { () throws(PostgresError) in try work() })
        }
    }
    return try result.get()
}
