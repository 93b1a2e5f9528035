internal import Logging
internal import Synchronization

/// Does what recurs until it is ended.
final class RecurringWork: Sendable {
    /// Longest wait after a failure, for what recurs more often: a database that is away fills no log.
    private static let longestWait = Duration.seconds(60)

    private let tasks: Mutex<[Task<Void, Never>]>

    init(_ works: [Recurring], log: Logger) {
        tasks = Mutex(works.map { recurring in Task { await RecurringWork.run(recurring, log) } })
    }

    private static func run(_ recurring: Recurring, _ log: Logger) async {
        var wait = recurring.interval
        while !Task.isCancelled {
            do {
                try await recurring.work()
                wait = recurring.interval
            } catch {
                guard !Task.isCancelled else { return }
                log.error("\(recurring.name) failed", metadata: ["reason": "\(LakeError(error))"])
                wait = max(recurring.interval, min(longestWait, wait * 2))
            }
            try? await Task.sleep(for: wait)
        }
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
