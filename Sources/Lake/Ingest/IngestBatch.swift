internal import ByteIO
internal import Logging
internal import Synchronization
internal import Vault

/// One upload of many instances, whose parts arrive one after another.
///
/// ```swift
/// let batch = try await lake.ingest.batch(project: "CT", principal: principal)
/// for part in parts {
///     let receiver = await batch.part()          // waits while the pipeline is full
///     for chunk in part { await receiver.append(chunk) }
///     await receiver.finish()                    // hands it over; does not wait for the verdict
/// }
/// let verdicts = await batch.finish()            // all of them, in order
/// ```
public final class IngestBatch: Sendable {
    /// Instances of one batch in the pipeline at most.
    private static let most = 32

    /// Verdicts in the order of the parts, each as soon as it and all before it are durable. Ends with `finish()`.
    public let verdicts: AsyncStream<Verdict>
    private let continuation: AsyncStream<Verdict>.Continuation
    let pipeline: IngestPipeline
    let sender: IngestPipeline.Sender
    /// Told the verdicts when all are there.
    private let close: @Sendable ([Verdict]) async -> Void
    private let slots = ByteBudget(IngestBatch.most)
    private let state = Mutex(State())

    private struct State {
        var begun = 0
        var arrived: [Int: Verdict?] = [:]
        var ordered: [Verdict] = []
        var next = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    init(
        _ pipeline: IngestPipeline, sender: IngestPipeline.Sender,
        close: @escaping @Sendable ([Verdict]) async -> Void
    ) {
        self.pipeline = pipeline
        self.sender = sender
        self.close = close
        (verdicts, continuation) = AsyncStream.makeStream()
    }

    /// A receiver for the next part. Waits while too much is in the pipeline.
    /// - Parameter name: the original's relative path where the sender gave one. It may identify the patient: it is
    ///   kept in the sealed patch only.
    public func part(name: String = "") async -> PartReceiver {
        _ = await slots.wait(for: 1)
        let weight = await pipeline.budget.wait(for: IngestPipeline.weight(0))
        let index = state.withLock { state in
            state.begun += 1
            return state.begun - 1
        }
        return PartReceiver(batch: self, index: index, name: name, weight: weight)
    }

    /// Hands over an instance that is whole already.
    func take(_ source: any ByteSource, name: String) async {
        _ = await slots.wait(for: 1)
        let isInMemory = source is Bytes && source.count <= pipeline.context.configuration.memoryLimit
        let weight = await pipeline.budget.wait(
            for: isInMemory ? IngestPipeline.weight(source.count) : IngestPipeline.spooledWeight)
        let index = state.withLock { state in
            state.begun += 1
            return state.begun - 1
        }
        let (pipeline, sender) = (pipeline, sender)
        Task {
            let verdict = await pipeline.process(source, name: name, from: sender)
            pipeline.budget.give(weight)
            self.deliver(verdict, index: index)
        }
    }

    /// The verdict of a part; `nil` where it was cancelled.
    func deliver(_ verdict: Verdict?, index: Int) {
        slots.give(1)
        if let verdict { sender.evidence.add(verdict) }
        // Yielded under the lock, so that two that arrive at once come out in order.
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.arrived[index] = .some(verdict)
            while let verdict = state.arrived.removeValue(forKey: state.next) {
                state.next += 1
                guard let verdict else { continue }
                state.ordered.append(verdict)
                continuation.yield(verdict)
            }
            guard state.next == state.begun else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Waits for all verdicts and closes the upload. Every verdict of the batch, in order. Call it once, after the
    /// last part was finished or cancelled.
    @discardableResult
    public func finish() async -> [Verdict] {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.next == state.begun { return true }
                state.waiting = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
        let ordered = state.withLock { $0.ordered }
        await close(ordered)
        continuation.finish()
        return ordered
    }
}
