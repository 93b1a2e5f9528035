internal import Synchronization

/// Values in memory up to a total cost; those not used for the longest time go first.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let cost: Int
        var used: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var cost = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Value? {
        state.withLock { state in
            guard state.entries[key] != nil else { return nil }
            state.clock += 1
            state.entries[key]?.used = state.clock
            return state.entries[key]?.value
        }
    }

    /// Keeps `value`; not at all where it alone is over the limit.
    func keep(_ value: Value, for key: Key, cost: Int = 1) {
        guard cost <= limit else { return }
        state.withLock { state in
            if let old = state.entries.removeValue(forKey: key) { state.cost -= old.cost }
            if state.cost + cost > limit { Self.evict(&state, to: max(0, limit - cost - limit / 8)) }
            state.clock += 1
            state.entries[key] = Entry(value: value, cost: cost, used: state.clock)
            state.cost += cost
        }
    }

    /// An eighth at a time, so that the search for the oldest is rare.
    private static func evict(_ state: inout State, to limit: Int) {
        for (key, entry) in state.entries.sorted(by: { $0.value.used < $1.value.used }) {
            guard state.cost > limit else { return }
            state.entries[key] = nil
            state.cost -= entry.cost
        }
    }

    func removeAll() { state.withLock { $0 = State() } }

    func removeAll(where matches: (Value) -> Bool) {
        state.withLock { state in
            for (key, entry) in state.entries where matches(entry.value) {
                state.entries[key] = nil
                state.cost -= entry.cost
            }
        }
    }
}
