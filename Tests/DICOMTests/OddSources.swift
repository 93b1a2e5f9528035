import ByteIO
import Synchronization

/// A source that is not memory, so that values are deferred and windows move.
struct RangedSource: ByteSource {
    let bytes: Bytes
    var count: Int { bytes.count }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        let slice = try bytes.read(range)
        return Bytes(slice.array)
    }
}

/// A beginning, then zeros, then an end: a file of gigabytes that takes no space.
final class HugeSource: ByteSource {
    let head: Bytes
    let tail: Bytes
    let count: Int
    private let delivered = Mutex(0)

    init(head: Bytes, zeros: Int, tail: Bytes) {
        self.head = head
        self.tail = tail
        count = head.count + zeros + tail.count
    }

    /// Bytes that were read so far.
    var readBytes: Int { delivered.withLock { $0 } }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
        delivered.withLock { $0 += range.count }
        return Bytes(
            range.map { index in
                if index < head.count { return head[index] }
                let fromEnd = index - (count - tail.count)
                return fromEnd >= 0 ? tail[fromEnd] : 0
            })
    }
}
