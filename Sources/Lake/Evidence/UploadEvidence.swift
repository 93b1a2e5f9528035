internal import Deidentification
internal import Foundation
internal import Synchronization

/// Adds up, while a batch comes in, what was done to the attributes of its files.
final class UploadEvidence: Sendable {
    private let report = Mutex(BatchReport())

    func add(_ summary: Outcome.Summary) { report.withLock { $0.add(summary) } }

    /// The report of the batch, when all verdicts are there.
    func report(_ verdicts: [Verdict]) -> BatchReport {
        var report = report.withLock(\.self)
        for verdict in verdicts { report.add(verdict: verdict.kind.rawValue, reason: verdict.said) }
        return report
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
