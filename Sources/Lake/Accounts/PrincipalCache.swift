internal import Synchronization

/// Principals of the last second by the hash of their credential, so that a page of a hundred images asks once.
///
/// What changes here is forgotten at once; a change made through another server counts after a second.
final class PrincipalCache: Sendable {
    private static let lifetime = Duration.seconds(1)
    private static let capacity = 4096

    private struct Entry {
        let principal: Principal
        let until: ContinuousClock.Instant
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        /// Counts forgettings: what was read before one must not be kept after it.
        var generation = 0
    }

    private let state = Mutex(State())

    func find(_ hash: [UInt8]) -> Principal? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let entry = state.entries[hash], entry.until > now else { return nil }
            return entry.principal
        }
    }

    /// To be asked before the database is: `keep` wants it.
    var generation: Int { state.withLock { $0.generation } }

    func keep(_ principal: Principal, _ hash: [UInt8], generation: Int) {
        let until = ContinuousClock.now + PrincipalCache.lifetime
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= PrincipalCache.capacity { state.entries = [:] }
            state.entries[hash] = Entry(principal: principal, until: until)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.entries = [:]
            state.generation += 1
        }
    }
}
