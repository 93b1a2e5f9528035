internal import Foundation

/// A few threads for work that takes long or blocks: parsing, sealing, decoding, files. The cooperative pool has
/// one thread a core and must never wait.
public final class WorkPool: Sendable {
    private let queue = WorkQueue()

    /// - Parameter threads: how many run at once; one a core where `nil`.
    public init(threads: Int? = nil, name: String = "tarn.work") {
        for _ in 0..<max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount) {
            let thread = Thread { [queue] in
                while let job = queue.next() { job() }
            }
            thread.name = name
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit { queue.close() }

    /// Runs `body` on one of the threads and waits for it without holding one of the caller's.
    public func run<T: Sendable, E: Error>(_ body: @escaping @Sendable () throws(E) -> T) async throws(E) -> T {
        let result: Result<T, E> = await withCheckedContinuation { continuation in
            queue.add {
                do throws(E) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

/// First in, first out, between any threads.
private final class WorkQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []
    private var head = 0
    private var isClosed = false

    func add(_ job: @escaping @Sendable () -> Void) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// The next job, waiting for one; `nil` when closed and empty.
    func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while head == jobs.count, !isClosed { condition.wait() }
        guard head < jobs.count else { return nil }
        let job = jobs[head]
        jobs[head] = {}
        head += 1
        if head == jobs.count || head > 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
