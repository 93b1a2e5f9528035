internal import Synchronization

/// Approvals that are being applied, one after the other.
final class ApprovalTasks: Sendable {
    private struct State {
        var last: Task<Void, Never>?
        var isEnded = false
    }

    private let state = Mutex(State())

    /// Whether the process stops: what is left is done when it starts again.
    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// Runs `work` after what was added before.
    func add(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isEnded else { return }
            let earlier = state.last
            state.last = Task {
                await earlier?.value
                await work()
            }
        }
    }

    /// Waits for all that was added.
    func settle() async { await state.withLock { $0.last }?.value }

    /// Takes nothing more, and waits for what is in the middle of one image.
    func end() async {
        let last = state.withLock { state in
            state.isEnded = true
            return state.last
        }
        await last?.value
    }
}
