import ByteIO
import Dispatch
import Synchronization

/// Writes to a file on a thread of its own, so that what comes next is hashed meanwhile. A few writes wait at most;
/// then whoever writes waits, too.
final class WriteBehind: Sendable {
    private let target: NewFile
    private let queue = DispatchQueue(label: "write-behind")
    private let room = DispatchSemaphore(value: 4)
    private let failure = Mutex<(any Error)?>(nil)

    init(_ target: NewFile) { self.target = target }

    /// Hands in what is to be written next.
    /// - Throws: The failure of an earlier write. What comes after a failure is not written.
    func write(_ runs: [Bytes]) throws {
        try rethrow()
        room.wait()
        queue.async { [self] in
            defer { room.signal() }
            guard failure.withLock({ $0 == nil }) else { return }
            do {
                try target.write(runs.map(Piece.literal), from: Bytes())
            } catch {
                failure.withLock { $0 = error }
            }
        }
    }

    /// Waits until nothing is under way: only then may the file be closed.
    func drain() { queue.sync {} }

    /// Waits until everything is written.
    /// - Throws: The failure of any write.
    func finish() throws {
        drain()
        try rethrow()
    }

    private func rethrow() throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
