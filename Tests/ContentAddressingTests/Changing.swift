import ByteIO
import Synchronization

/// A source that, once told to, has zeros where its bytes were.
final class Changing: ByteSource {
    let bytes: Bytes
    private let isChanged = Mutex(false)
    var count: Int { bytes.count }

    init(bytes: Bytes) { self.bytes = bytes }

    func change() { isChanged.withLock { $0 = true } }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        let good = try bytes.read(range)
        return isChanged.withLock { $0 } ? Bytes([UInt8](repeating: 0, count: range.count)) : good
    }
}
