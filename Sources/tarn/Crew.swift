import Foundation

/// Threads that work through a list together: things are prepared in any order, take their places one after the other in
/// the order of the list, so that the same list always gives the same result, and are finished in any order.
///
/// No thread waits for the turn of what it has prepared: whoever prepared what is next in turn gives places also to what
/// is ready behind it. There may be more threads than processors: some wait for a disk.
final class Crew<Ready: Sendable, Placed: Sendable>: @unchecked Sendable {
    private enum Step {
        case prepare(Int)
        case finish(Placed)
    }

    private let count: Int
    /// As many things may be under way, since each may be large.
    private let limit: Int
    private let place: @Sendable (Ready) -> Placed

    private let condition = NSCondition()
    /// What follows is guarded by `condition`.
    private var started = 0
    private var finished = 0
    /// Things that have their places.
    private var turn = 0
    private var isPlacing = false
    private var ready: [Int: Ready] = [:]
    private var placed: [Placed] = []

    private init(_ count: Int, limit: Int, _ place: @escaping @Sendable (Ready) -> Placed) {
        self.count = count
        self.limit = limit
        self.place = place
    }

    /// Works through `count` things on `threads` threads, two for each thread under way at once. Returns when all are
    /// finished.
    /// - Parameter place: is called for one thing at a time, in their order.
    static func work(
        on count: Int, threads: Int, prepare: @escaping @Sendable (Int) -> Ready,
        place: @escaping @Sendable (Ready) -> Placed, finish: @escaping @Sendable (Placed) -> Void
    ) {
        let crew = Crew(count, limit: 2 * threads, place)
        let group = DispatchGroup()
        for _ in 0..<min(threads, count) {
            group.enter()
            let thread = Thread {
                while let step = crew.step() {
                    switch step {
                    case .prepare(let index): crew.add(prepare(index), index)
                    case .finish(let thing):
                        finish(thing)
                        crew.hasFinished()
                    }
                }
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
    }

    /// What a thread does next; `nil` when nothing is left to do for it.
    private func step() -> Step? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if !placed.isEmpty { return .finish(placed.removeFirst()) }
            if turn == count { return nil }
            if started < count, started - finished < limit {
                started += 1
                return .prepare(started - 1)
            }
            condition.wait()
        }
    }

    private func add(_ thing: Ready, _ index: Int) {
        condition.lock()
        defer { condition.unlock() }
        ready[index] = thing
        guard !isPlacing else { return }
        isPlacing = true
        while let next = ready.removeValue(forKey: turn) {
            condition.unlock()
            let thing = place(next)
            condition.lock()
            placed.append(thing)
            turn += 1
            condition.broadcast()
        }
        isPlacing = false
    }

    private func hasFinished() {
        condition.lock()
        finished += 1
        condition.broadcast()
        condition.unlock()
    }
}
