internal import Synchronization

/// How many bytes of uploads may be in memory at once. Who finds it spent waits in line (first come, first served).
///
/// One who already holds some must never wait for more, or two could wait for each other: what grows asks with
/// `take(_:)`, and goes to the spool when told no.
final class ByteBudget: Sendable {
    private struct State {
        var free: Int
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let total: Int
    private let state: Mutex<State>

    init(_ total: Int) {
        self.total = total
        state = Mutex(State(free: total))
    }

    /// Takes `count` bytes (at most all there are), waiting for them. Returns what was taken.
    func wait(for count: Int) async -> Int {
        let count = min(max(count, 0), total)
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.waiting.isEmpty, state.free >= count else {
                    state.waiting.append((count, continuation))
                    return false
                }
                state.free -= count
                return true
            }
            if isThere { continuation.resume() }
        }
        return count
    }

    /// Takes `count` bytes if they are free.
    func take(_ count: Int) -> Bool {
        state.withLock { state in
            guard state.free >= count else { return false }
            state.free -= count
            return true
        }
    }

    /// Gives `count` bytes back and lets those go on that now can.
    func give(_ count: Int) {
        let next = state.withLock { state in
            state.free += count
            var next: [CheckedContinuation<Void, Never>] = []
            while let first = state.waiting.first, state.free >= first.count {
                state.free -= first.count
                next.append(first.continuation)
                state.waiting.removeFirst()
            }
            return next
        }
        for continuation in next { continuation.resume() }
    }
}
