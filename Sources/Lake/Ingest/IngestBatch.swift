public import ByteIO

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
    /// Verdicts in the order of the parts, each as soon as it and all before it are durable. Ends after `finish()`.
    public let verdicts: AsyncStream<Verdict>
    private let continuation: AsyncStream<Verdict>.Continuation

    init() { (verdicts, continuation) = AsyncStream.makeStream() }

    /// A receiver for the next part. Waits while too much is in the pipeline.
    public func part() async -> PartReceiver { PartReceiver() }

    /// Waits for all verdicts and closes the upload. Every verdict of the batch, in order.
    public func finish() async -> [Verdict] { [] }
}

/// Takes the bytes of one part as they come: into memory while it is small, then into a sealed spool.
public final class PartReceiver: Sendable {
    /// Adds bytes. Never fails: what goes wrong (too large, disk full) becomes the part's verdict, and the rest of
    /// its bytes are dropped.
    public func append(_ bytes: Bytes) async {}

    /// The part is whole: it goes into the pipeline.
    public func finish() async {}

    /// The part will not become whole (the connection broke): its bytes are dropped and it gets no verdict.
    public func cancel() async {}
}
