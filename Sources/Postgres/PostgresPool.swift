internal import Dispatch
internal import Synchronization

/// A bounded set of connections. Who waits is served in order of arrival.
///
/// A connection that broke is replaced by a new one; one that was given back within a transaction is closed. Opening is
/// repeated while the server is starting or restarting, for as long as a lease may wait.
public final class PostgresPool: PostgresQueryable {
    /// What a waiter gets: a connection, or the right to open one.
    private enum Grant {
        case session(PostgresSession)
        case vacancy
    }

    private struct Waiter {
        let number: UInt64
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Result<Grant, PostgresError>, Never>
    }

    private struct State {
        var idle: [PostgresSession] = []
        /// Open, opening and leased connections.
        var total = 0
        var waiters: [Waiter] = []
        var nextNumber: UInt64 = 0
        /// Waiters whose tasks were cancelled before they stood in line.
        var cancelledEarly: Set<UInt64> = []
        var isSweeping = false
        var isClosed = false
    }

    private let url: String
    private let size: Int
    private let timeout: Duration
    private let state = Mutex(State())

    /// Connects when first used.
    /// - Parameters:
    ///   - url: a connection string, `postgresql://…` or `host=… dbname=…`.
    ///   - size: most connections at a time.
    ///   - timeout: longest wait for a connection.
    public init(url: String, size: Int = 8, timeout: Duration = .seconds(30)) {
        self.url = url
        self.size = max(1, size)
        self.timeout = timeout
    }

    deinit { for session in state.withLock({ $0.idle }) { session.close() } }

    @discardableResult
    public func query(
        _ sql: String, _ parameters: [any PostgresEncodable]
    ) async throws(PostgresError) -> PostgresRows {
        let session = try await lease()
        defer { giveBack(session) }
        return try await session.query(sql, parameters, isCancellable: true)
    }

    /// Closes every connection, idle ones now and leased ones when they come back; waiters get an error.
    public func close() async {
        let (idle, waiters) = state.withLock { state in
            defer {
                state.total -= state.idle.count
                state.idle = []
                state.waiters = []
            }
            state.isClosed = true
            return (state.idle, state.waiters)
        }
        for session in idle { session.close() }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(PostgresPool.closed)) }
        let deadline = ContinuousClock.now + .seconds(10)
        while state.withLock({ $0.total }) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
            if Task.isCancelled { return }
        }
    }

    private static var closed: PostgresError { PostgresError(.closed, reason: "the pool is closed") }

    // MARK: - Leases

    /// A connection for the caller alone, who gives it back.
    func lease() async throws(PostgresError) -> PostgresSession {
        let deadline = ContinuousClock.now + timeout
        while true {
            switch try await grant(deadline: deadline) {
            case .session(let session):
                // Restarted server, killed backend: it said so while nobody listened.
                if !session.hasUnexpectedInput { return session }
                session.close()
                return try await open(until: deadline)
            case .vacancy:
                return try await open(until: deadline)
            }
        }
    }

    /// Ends a lease.
    func giveBack(_ session: PostgresSession) {
        if session.isUnusable || session.isInTransaction {
            session.close()
            vacate()
            return
        }
        let (waiter, isClosed): (Waiter?, Bool) = state.withLock { state in
            if state.isClosed {
                state.total -= 1
                return (nil, true)
            }
            if state.waiters.isEmpty {
                state.idle.append(session)
                return (nil, false)
            }
            return (state.waiters.removeFirst(), false)
        }
        if isClosed { session.close() }
        waiter?.continuation.resume(returning: .success(.session(session)))
    }

    /// Gives up a connection's place, to a waiter if there is one.
    private func vacate() {
        let waiter: Waiter? = state.withLock { state in
            if state.waiters.isEmpty {
                state.total -= 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .success(.vacancy))
    }

    private func grant(deadline: ContinuousClock.Instant) async throws(PostgresError) -> Grant {
        let (immediate, number) = state.withLock { state -> (Result<Grant, PostgresError>?, UInt64) in
            state.nextNumber += 1
            if state.isClosed { return (.failure(PostgresPool.closed), 0) }
            // The one used last: its caches are warm, on both sides.
            if let session = state.idle.popLast() { return (.success(.session(session)), 0) }
            if state.total < size {
                state.total += 1
                return (.success(.vacancy), 0)
            }
            return (nil, state.nextNumber)
        }
        if let immediate { return try immediate.get() }
        defer { state.withLock { _ = $0.cancelledEarly.remove(number) } }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(Waiter(number: number, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancelWaiter(number)
        }.get()
    }

    private func enqueue(_ waiter: Waiter) {
        // What was free may have come back in between.
        let answer: Result<Grant, PostgresError>? = state.withLock { state in
            if state.cancelledEarly.remove(waiter.number) != nil {
                return .failure(PostgresError(.cancelled, reason: "cancelled while waiting for a connection"))
            }
            if state.isClosed { return .failure(PostgresPool.closed) }
            if let session = state.idle.popLast() { return .success(.session(session)) }
            if state.total < size {
                state.total += 1
                return .success(.vacancy)
            }
            state.waiters.append(waiter)
            if !state.isSweeping {
                state.isSweeping = true
                sweep(at: waiter.deadline)
            }
            return nil
        }
        if let answer { waiter.continuation.resume(returning: answer) }
    }

    private func cancelWaiter(_ number: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                state.cancelledEarly.insert(number)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        let error = PostgresError(.cancelled, reason: "cancelled while waiting for a connection")
        waiter?.continuation.resume(returning: .failure(error))
    }

    /// One timer for all: they wait equally long, so the first in line is the first to give up.
    private func sweep(at deadline: ContinuousClock.Instant) {
        let wait = max(.zero, deadline - .now)
        let (seconds, attoseconds) = wait.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000) + 1
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            self?.expire()
        }
    }

    private func expire() {
        let now = ContinuousClock.now
        let expired: [Waiter] = state.withLock { state in
            let count = state.waiters.prefix { $0.deadline <= now }.count
            let expired = Array(state.waiters.prefix(count))
            state.waiters.removeFirst(count)
            if let next = state.waiters.first { sweep(at: next.deadline) } else { state.isSweeping = false }
            return expired
        }
        let error = PostgresError(.poolTimeout, reason: "all \(size) connections were busy for \(timeout)")
        for waiter in expired { waiter.continuation.resume(returning: .failure(error)) }
    }

    // MARK: - Opening

    /// Opens a connection in a place that is already counted; gives the place up on failure.
    private func open(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> PostgresSession {
        var pause = Duration.milliseconds(20)
        while true {
            do throws(PostgresError) {
                return try await PostgresSession.open(url)
            } catch {
                let next = ContinuousClock.now + pause
                guard error.isServerStarting, next < deadline, !Task.isCancelled else {
                    vacate()
                    throw Task.isCancelled ? PostgresError(.cancelled, reason: "cancelled while connecting") : error
                }
                try? await Task.sleep(until: next)
                pause = min(pause * 2, .milliseconds(500))
            }
        }
    }
}

extension PostgresError {
    /// Whether a refused connection may be accepted a little later. libpq gives no SQLSTATE for it, only text.
    fileprivate var isServerStarting: Bool {
        guard code == .connection else { return false }
        return [
            "starting up", "shutting down", "not yet accepting connections", "recovery mode", "Connection refused",
            "No such file or directory", "too many clients", "remaining connection slots",
            "server closed the connection",
            "Connection reset",
        ].contains { reason.contains($0) }
    }
}
