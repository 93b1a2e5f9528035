internal import Deidentification
internal import Synchronization

/// Adds up, while a batch comes in, what became of its files and what was done to their attributes.
final class UploadEvidence: Sendable {
    private struct State {
        var report = BatchReport()
        var hasNews = false
    }

    private let state = Mutex(State())

    /// What there is by now.
    var report: BatchReport { state.withLock(\.report) }

    func add(_ summary: Outcome.Summary) {
        state.withLock { state in
            state.report.add(summary)
            state.hasNews = true
        }
    }

    func add(_ verdict: Verdict) {
        state.withLock { state in
            state.report.add(verdict: verdict.kind.rawValue, reason: verdict.said)
            state.hasNews = true
        }
    }

    /// What there is by now; `nil` where that was asked for and nothing was added since.
    func news() -> BatchReport? {
        state.withLock { state in
            guard state.hasNews else { return nil }
            state.hasNews = false
            return state.report
        }
    }
}

extension Verdict {
    /// The reason with the kind of failure before it: programs compare, persons read.
    fileprivate var said: String? {
        guard let failure else { return reason }
        guard let reason else { return failure.rawValue }
        return reason.hasPrefix(failure.rawValue) ? reason : "\(failure.rawValue): \(reason)"
    }
}
