internal import Dispatch
internal import Synchronization

/// Threads for files and transfers, which block.
enum Blocking {
    private static let queue = DispatchQueue(label: "tarn.cold", attributes: .concurrent)

    /// Runs `body` on a thread that may wait. It is told when the task is cancelled.
    static func run<T: Sendable>(
        _ body: @escaping @Sendable (Cancellation) throws(ColdStorageError) -> T
    ) async throws(ColdStorageError) -> T {
        let cancellation = Cancellation()
        let result: Result<T, ColdStorageError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    do throws(ColdStorageError) {
                        continuation.resume(returning: .success(try body(cancellation)))
                    } catch { continuation.resume(returning: .failure(error)) }
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}

/// Whether whoever waits has given up.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }

    func check() throws(ColdStorageError) {
        if isCancelled { throw ColdStorageError(.unavailable, "it was interrupted") }
    }
}
