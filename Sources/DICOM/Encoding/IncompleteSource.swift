internal import ByteIO
internal import Synchronization

/// The beginning of something whose end has not arrived. Its `count` is what it may become, so that nothing is taken
/// for truncated; reading what is not there fails, and is remembered.
final class IncompleteSource: ByteSource {
    let bytes: Bytes
    /// What holds these bytes compressed, if anything does: what is missing here is missing there.
    private let outer: IncompleteSource?
    private let isShort = Atomic(false)

    /// Longer than any file, and far from overflow.
    var count: Int { 1 << 60 }

    /// Whether something that is not there was asked for.
    var wasShort: Bool { isShort.load(ordering: .relaxed) }

    init(_ bytes: Bytes, inflatedFrom outer: IncompleteSource? = nil) {
        self.bytes = bytes
        self.outer = outer
    }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        if let slice = bytes.slice(range) { return slice }
        isShort.store(true, ordering: .relaxed)
        outer?.isShort.store(true, ordering: .relaxed)
        throw ByteIOError(.outOfRange)
    }
}
