public import ByteIO
internal import Vault

/// Takes the bytes of one part as they come: into memory while it is small, then into a sealed spool.
public actor PartReceiver {
    private let batch: IngestBatch
    private let index: Int
    private let name: String
    /// Bytes of the budget that this part holds.
    private var weight: Int
    private var memory = Bytes.Builder()
    private var spool: SealedSpool?
    private var count = 0
    private var failure: Verdict?
    private var isOver = false

    init(batch: IngestBatch, index: Int, name: String, weight: Int) {
        self.batch = batch
        self.index = index
        self.name = name
        self.weight = weight
    }

    private var configuration: LakeConfiguration { batch.pipeline.context.configuration }

    /// Adds bytes. Never fails: what goes wrong (too large, disk full) becomes the part's verdict, and the rest of
    /// its bytes are dropped.
    public func append(_ bytes: Bytes) async {
        guard failure == nil, !isOver, !bytes.isEmpty else { return }
        count += bytes.count
        guard count <= configuration.maximumInstanceBytes else {
            return fail(.tooLarge, "larger than \(configuration.maximumInstanceBytes) bytes")
        }
        if spool == nil, count <= configuration.memoryLimit, reserve() {
            do throws(ByteIOError) {
                try bytes.withUnsafeBytes { (b) throws(ByteIOError) in try memory.append(b) }
            } catch {
                fail(.unavailable, "there is no memory left")
            }
            return
        }
        do throws(VaultError) { try await spill(bytes) } catch {
            fail(.unavailable, "the spool failed: \(error.reason)")
        }
    }

    /// The part is whole: it goes into the pipeline.
    public func finish() {
        guard !isOver else { return }
        isOver = true
        let (batch, index, weight, name) = (batch, index, weight, name)
        if let failure {
            batch.pipeline.budget.give(weight)
            batch.deliver(failure, index: index)
            return
        }
        let source: any ByteSource = spool ?? memory.finish()
        spool = nil
        // Not a child of the request's task: what was handed over is seen through even if the connection breaks.
        Task {
            let verdict = await batch.pipeline.process(source, name: name, from: batch.sender)
            batch.pipeline.budget.give(weight)
            batch.deliver(verdict, index: index)
        }
    }

    /// The part will not become whole (the connection broke): its bytes are dropped and it gets no verdict.
    public func cancel() {
        guard !isOver else { return }
        isOver = true
        drop()
        batch.pipeline.budget.give(weight)
        batch.deliver(nil, index: index)
    }

    /// Room in the budget for what has come so far; `false` where there is none, and the spool must take it.
    private func reserve() -> Bool {
        let wanted = IngestPipeline.weight(count)
        guard wanted > weight else { return true }
        // By doubling, as the memory grows.
        let target = max(wanted, weight * 2)
        guard batch.pipeline.budget.take(target - weight) else { return false }
        weight = target
        return true
    }

    private func spill(_ bytes: Bytes) async throws(VaultError) {
        let spooled: Bytes? = spool == nil ? memory.finish() : nil
        let directory = configuration.spoolDirectory
        let current = spool
        let next = try await batch.pipeline.context.workers.run { () throws(VaultError) -> SealedSpool in
            let spool: SealedSpool
            if let current { spool = current } else { spool = try SealedSpool(directory: directory) }
            if let spooled { try spool.append(spooled) }
            try spool.append(bytes)
            return spool
        }
        guard !isOver, failure == nil else { return }
        spool = next
        if spooled != nil, weight > IngestPipeline.spooledWeight {
            batch.pipeline.budget.give(weight - IngestPipeline.spooledWeight)
            weight = IngestPipeline.spooledWeight
        }
    }

    private func fail(_ kind: Verdict.Failure, _ reason: String) {
        failure = .rejected(kind, reason)
        drop()
    }

    private func drop() {
        spool = nil
        _ = memory.finish()
    }
}
