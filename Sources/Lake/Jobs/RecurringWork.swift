internal import Logging
internal import Synchronization

/// Does what recurs until it is ended.
final class RecurringWork: Sendable {
    private let tasks: Mutex<[Task<Void, Never>]>

    init(_ works: [Recurring], log: Logger) {
        tasks = Mutex(
            works.map { recurring in
                Task {
                    while !Task.isCancelled {
                        do { try await recurring.work() } catch {
                            guard !Task.isCancelled else { return }
                            log.error("\(recurring.name) failed", metadata: ["reason": "\(LakeError(error))"])
                        }
                        try? await Task.sleep(for: recurring.interval)
                    }
                }
            })
    }

    /// Cancels what is under way and waits for it.
    func end() async {
        let ended = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in ended { task.cancel() }
        for task in ended { await task.value }
    }
}
