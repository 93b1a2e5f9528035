internal import ByteIO
internal import Dispatch
internal import Logging
internal import Synchronization

/// Group commit: callers queue up, one thread writes what is there and makes it durable with one `fdatasync`.
final class SegmentWriter: Sendable {
    /// One call's blobs, behind each other.
    struct Request: Sendable {
        let blobs: [Blob]
        let byteCount: Int
        let continuation: CheckedContinuation<Result<[BlobAddress], StorageError>, Never>
    }

    struct Blob: Sendable {
        let parts: [Bytes]
        let length: Int
        let checksum: UInt32

        init(_ parts: [Bytes]) {
            self.parts = parts
            length = parts.reduce(0) { $0 + $1.count }
            var checksum = CRC32()
            for part in parts { checksum.update(part) }
            self.checksum = checksum.value
        }
    }

    private struct Waiting {
        var requests: [Request] = []
        var isRunning = false
        var isClosed = false
    }

    /// What the queue alone touches, under a lock that is never contended.
    private struct Active {
        var file: SegmentFile
        /// Where the durable part ends.
        var end: Int
        var records: Int
    }

    private let directory: SegmentDirectory
    private let segmentSize: Int
    private let log: Logger
    private let queue = DispatchQueue(label: "tarn.segments.writer")
    private let waiting = Mutex(Waiting())
    private let active = Mutex<Active?>(nil)
    /// Bytes in one group at most, beyond its first request.
    private let groupSize: Int

    init(_ directory: SegmentDirectory, segmentSize: Int, log: Logger) {
        self.directory = directory
        self.segmentSize = segmentSize
        groupSize = min(32 << 20, segmentSize)
        self.log = log
    }

    /// Durable bytes of the segment being written; `nil` where it is another one.
    func durableEnd(of segment: Int64) -> Int? {
        active.withLock { active in
            guard let active, active.file.number == segment else { return nil }
            return active.end
        }
    }

    func append(_ blobs: [Blob]) async -> Result<[BlobAddress], StorageError> {
        await withCheckedContinuation { continuation in
            let count = blobs.reduce(0) { $0 + $1.length }
            let request = Request(blobs: blobs, byteCount: count, continuation: continuation)
            let isRefused = waiting.withLock { waiting in
                guard !waiting.isClosed else { return true }
                waiting.requests.append(request)
                if !waiting.isRunning {
                    waiting.isRunning = true
                    queue.async { self.run() }
                }
                return false
            }
            if isRefused { continuation.resume(returning: .failure(StorageError(.closed))) }
        }
    }

    /// Refuses what comes from now on, waits for what came before, and finishes the segment.
    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async {
                self.active.withLock { self.finish(&$0) }
                continuation.resume()
            }
        }
    }

    private func run() {
        while let group = nextGroup() {
            let result = active.withLock { active in commit(group, &active) }
            switch result {
            case .success(let addresses):
                for (request, addresses) in zip(group, addresses) {
                    request.continuation.resume(returning: .success(addresses))
                }
            case .failure(let error):
                log.error("an append failed", metadata: ["reason": "\(error)"])
                for request in group { request.continuation.resume(returning: .failure(error)) }
            }
        }
    }

    private func nextGroup() -> [Request]? {
        waiting.withLock { waiting in
            var count = 0
            var size = 0
            while count < waiting.requests.count, count == 0 || size + waiting.requests[count].byteCount <= groupSize {
                size += waiting.requests[count].byteCount
                count += 1
            }
            guard count > 0 else {
                waiting.isRunning = false
                return nil
            }
            let group = Array(waiting.requests[..<count])
            waiting.requests.removeFirst(count)
            return group
        }
    }

    private func commit(_ group: [Request], _ active: inout Active?) -> Result<[[BlobAddress]], StorageError> {
        let isNew = active == nil
        var hasWritten = false
        do throws(StorageError) {
            var current: Active
            if let active {
                current = active
            } else {
                current = Active(file: try directory.create(), end: SegmentFormat.headerCount, records: 0)
                active = current
            }
            let start = current.end
            let (parts, addresses) = Self.layOut(group, &current)
            try current.file.write(parts, at: start)
            hasWritten = true
            try current.file.synchronize()
            if isNew { try directory.synchronize() }
            active = current
            if current.end >= segmentSize { finish(&active) }
            return .success(addresses)
        } catch {
            abandon(&active, mayGoOn: !hasWritten)
            return .failure(error)
        }
    }

    /// The group's records as they will lie from `active.end` on, which moves behind them.
    private static func layOut(_ group: [Request], _ active: inout Active) -> (
        parts: [Bytes], addresses: [[BlobAddress]]
    ) {
        var parts: [Bytes] = []
        var addresses: [[BlobAddress]] = []
        for request in group {
            var own: [BlobAddress] = []
            for blob in request.blobs {
                parts.append(SegmentFormat.encode(.record(length: Int64(blob.length), checksum: blob.checksum)))
                parts += blob.parts
                parts.append(Bytes([UInt8](repeating: 0, count: SegmentFormat.padding(after: blob.length))))
                let offset = active.end + SegmentFormat.headerCount
                own.append(BlobAddress(segment: active.file.number, offset: Int64(offset), length: Int64(blob.length)))
                active.end = offset + blob.length + SegmentFormat.padding(after: blob.length)
                active.records += 1
            }
            addresses.append(own)
        }
        return (parts, addresses)
    }

    /// After a failure: nothing of the group stays. The segment goes on only if it can be cut back for certain.
    private func abandon(_ active: inout Active?, mayGoOn: Bool) {
        guard let current = active else { return }
        if current.records == 0 {
            directory.remove(current.file)
            active = nil
            return
        }
        let isCut: Bool
        do throws(StorageError) {
            try current.file.truncate(to: current.end)
            try current.file.synchronize()
            isCut = true
        } catch {
            isCut = false
        }
        if !(isCut && mayGoOn) { finish(&active) }
    }

    /// Writes the end mark. Where that fails, the next opening of the store does it.
    private func finish(_ active: inout Active?) {
        guard let current = active else { return }
        active = nil
        do throws(StorageError) { try current.file.finish(after: current.end, records: current.records) } catch {
            log.warning("a segment stays without its end mark for now", metadata: ["reason": "\(error)"])
        }
    }
}
