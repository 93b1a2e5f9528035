import Foundation

/// The files of one `tarn ingest`, handed to its connections, and what became of them.
final class UploadQueue: @unchecked Sendable {
    /// What became of one file.
    struct Outcome: Codable, Sendable {
        let file: String
        let verdict: String
        var study: String?
        var series: String?
        var instance: String?
        var reason: String?
        /// For programs: `not DICOM`, `not stored`, …
        var failure: String?
    }

    /// A file and how often it was sent.
    struct Item {
        let file: InputFile
        var attempts = 0
    }

    private let condition = NSCondition()
    private var waiting: [Item] = []
    private var isComplete = false
    private var isStopped = false
    private var counts: [String: Int] = [:]
    private var bytes = 0
    private let report: (Outcome) -> Void

    /// - Parameter report: called once for each file, one at a time.
    init(report: @escaping (Outcome) -> Void) { self.report = report }

    /// Adds a file; waits while enough are waiting.
    func add(_ file: InputFile) {
        condition.lock()
        while waiting.count >= 256, !isStopped { condition.wait() }
        waiting.append(Item(file: file))
        condition.broadcast()
        condition.unlock()
    }

    /// There are no more.
    func complete() {
        condition.lock()
        isComplete = true
        condition.broadcast()
        condition.unlock()
    }

    /// The next file; waits for one, `nil` when there are no more.
    func next() -> Item? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty, !isComplete, !isStopped { condition.wait() }
        guard !waiting.isEmpty, !isStopped else { return nil }
        condition.broadcast()
        return waiting.removeFirst()
    }

    /// Sends these again: their connection broke before their verdict came.
    func putBack(_ items: [Item]) {
        condition.lock()
        waiting.insert(contentsOf: items, at: 0)
        condition.broadcast()
        condition.unlock()
    }

    /// No more files are handed out.
    func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        condition.unlock()
    }

    func sent(_ count: Int) {
        condition.lock()
        bytes += count
        condition.unlock()
    }

    func finish(_ outcome: Outcome) {
        condition.lock()
        counts[outcome.verdict, default: 0] += 1
        report(outcome)
        condition.unlock()
    }

    /// Counts what is left as not sent.
    func abandon() {
        condition.lock()
        if !waiting.isEmpty { counts["not sent", default: 0] += waiting.count }
        waiting = []
        condition.unlock()
    }

    /// Files by verdict, and bytes sent.
    var summary: (counts: [String: Int], bytes: Int) {
        condition.lock()
        defer { condition.unlock() }
        return (counts, bytes)
    }
}
