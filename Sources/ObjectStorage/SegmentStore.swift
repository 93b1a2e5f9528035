public import ByteIO
internal import Dispatch
public import Logging
internal import Synchronization

/// Sealed bytes in append-only segments of one directory. Format: Docs/Formats/segment.md.
///
/// An append returns after its bytes are durable; many at once share one `fdatasync`. All that blocks runs on
/// threads of the store's own.
public final class SegmentStore: Sendable {
    private let directory: SegmentDirectory
    private let writer: SegmentWriter
    private let readers: [DispatchQueue]
    private let eraser = DispatchQueue(label: "tarn.segments.eraser")
    private let nextReader = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let log: Logger

    /// Opens the store in `directory`, made where absent. Blocks while segments that a crash left unfinished are
    /// checked, at most about a second a gigabyte.
    /// - Parameters:
    ///   - segmentSize: A segment of at least so many bytes is finished.
    ///   - readers: Threads that read.
    /// - Throws: `StorageError.inUse` where another process has it open; `cannotOpen`, `readFailed`, `noSpace`.
    public init(
        directory path: String, segmentSize: Int = 256 << 20, readers: Int = 4,
        log: Logger = Logger(label: "tarn.storage")
    ) throws(StorageError) {
        directory = try SegmentDirectory(path)
        try directory.recover(log: log)
        writer = SegmentWriter(directory, segmentSize: segmentSize, log: log)
        self.readers = (0..<max(1, readers)).map { DispatchQueue(label: "tarn.segments.reader.\($0)") }
        self.log = log
    }

    /// Appends `blobs` (each in parts that are joined), side by side; all or none of them. Returns when they are
    /// durable: their addresses, in order.
    /// - Throws: `noSpace`, `writeFailed`, `closed`. Then nothing of them is in the store, and it can be used on.
    public func append(_ blobs: [[Bytes]]) async throws(StorageError) -> [BlobAddress] {
        guard !blobs.isEmpty else { return [] }
        return try await writer.append(blobs.map { SegmentWriter.Blob($0) }).get()
    }

    /// Appends one blob that is too large for memory, in a segment of its own.
    /// - Parameters:
    ///   - count: Its length in bytes.
    ///   - produce: Called on a thread of the store's own; hands the bytes over in order.
    /// - Throws: `StorageError` as `append(_:)`, `lengthDiffers` where `produce` gave more or less than `count`; or
    ///   what `produce` throws. Then nothing of it is in the store.
    public func append(
        count: Int, _ produce: @escaping @Sendable (_ emit: (Bytes) throws(StorageError) -> Void) throws -> Void
    ) async throws -> BlobAddress {
        guard !isClosed.load(ordering: .acquiring) else { throw StorageError(.closed) }
        let directory = directory
        return try await run { try LargeBlob.write(count: count, in: directory, produce) }.get()
    }

    /// The bytes of `range` (from 0) of the blob at `address`.
    /// - Throws: `noSuchBlob` for a range outside the blob or an address where nothing is; `erased`; `readFailed`.
    public func read(_ address: BlobAddress, _ range: Range<Int>) async throws(StorageError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= address.length, address.offset >= SegmentFormat.headerCount,
            let offset = Int(exactly: address.offset),
            let end = Int(exactly: address.length)?.addingReportingOverflow(offset),
            !end.overflow
        else { throw StorageError(.noSuchBlob, segment: address.segment, offset: address.offset) }
        guard !range.isEmpty else { return Bytes() }
        guard !isClosed.load(ordering: .acquiring) else { throw StorageError(.closed) }
        let directory = directory
        let place = (offset + range.lowerBound)..<(offset + range.upperBound)
        return try await run { () throws(StorageError) in
            let file = try directory.file(address.segment)
            let bytes = try file.read(place)
            // Looked at afterwards: the mark is written before the first byte goes.
            if try file.isErased(address) {
                throw StorageError(.erased, segment: address.segment, offset: address.offset)
            }
            return bytes
        }.get()
    }

    /// The blob at `address`, whole.
    public func read(_ address: BlobAddress) async throws(StorageError) -> Bytes {
        try await read(address, 0..<Int(address.length))
    }

    /// Erases the blobs at `addresses`, for good: their bytes read as zeros and their disk space is given back. Returns
    /// when that is durable. What was erased before is no error; what a crash left half done is ended.
    /// - Throws: `noSuchBlob` for an address that `append` did not give, before anything is erased; `readFailed`,
    ///   `writeFailed`, `closed`. Then some may be erased and others not: do it again.
    public func erase(_ addresses: [BlobAddress]) async throws(StorageError) {
        guard !addresses.isEmpty else { return }
        guard !isClosed.load(ordering: .acquiring) else { throw StorageError(.closed) }
        let directory = directory
        let writer = writer
        try await run(on: eraser) { () throws(StorageError) in
            try Erasure(addresses, in: directory, durableEnd: writer.durableEnd).run()
        }.get()
    }

    /// Numbers of all segments, ascending.
    public func segments() async throws(StorageError) -> [Int64] {
        let directory = directory
        return try await run { () throws(StorageError) in try directory.listed() }.get()
    }

    /// Walks through one segment, as far as it is durable.
    /// - Parameter verifyingContent: Whether every blob is read and its checksum tested, or only the headers.
    public func scan(_ segment: Int64, verifyingContent: Bool = true) async throws(StorageError) -> SegmentScan {
        let directory = directory
        let writer = writer
        return try await run { () throws(StorageError) in
            let file = try directory.file(segment)
            var count = try file.count
            if let durable = writer.durableEnd(of: segment) { count = durable }
            return try SegmentScan(file, count: count, verifyingContent: verifyingContent)
        }.get()
    }

    /// Takes no more calls, waits for those under way, finishes the segment and lets others open the store.
    public func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await writer.close()
        for queue in readers + [eraser] {
            await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
        }
        directory.release()
    }

    /// Runs `body` on one of the reading threads.
    private func run<T: Sendable, E: Error>(_ body: @escaping @Sendable () throws(E) -> T) async -> Result<T, E> {
        let turn = nextReader.wrappingAdd(1, ordering: .relaxed).oldValue
        return await run(on: readers[Int(turn.magnitude % readers.count.magnitude)], body)
    }

    private func run<T: Sendable, E: Error>(
        on queue: DispatchQueue, _ body: @escaping @Sendable () throws(E) -> T
    ) async -> Result<T, E> {
        await withCheckedContinuation { continuation in
            queue.async {
                do throws(E) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }
}
