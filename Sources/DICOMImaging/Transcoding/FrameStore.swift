public import ByteIO

/// Where recoded frames wait until the file can be put together: memory, or a file where they are many.
public protocol FrameStore: AnyObject {
    /// Keeps `bytes` behind those that came before.
    func append(_ bytes: Bytes) throws(ImagingError)

    /// All that was kept, in one run.
    func finish() throws(ImagingError) -> Bytes
}

/// Frames that wait in memory.
public final class MemoryFrames: FrameStore {
    private var builder = Bytes.Builder()
    private let limit: Int

    /// - Parameter limit: bytes beyond which `.tooLarge` is thrown.
    public init(limit: Int = 1 << 31) { self.limit = limit }

    /// Keeps `bytes` behind those that came before.
    public func append(_ bytes: Bytes) throws(ImagingError) {
        guard bytes.count <= limit - builder.count else {
            throw ImagingError(.tooLarge, "the recoded pixel data are longer than \(limit) bytes")
        }
        do throws(ByteIOError) {
            try unsafe bytes.withUnsafeBytes { (buffer) throws(ByteIOError) in try unsafe builder.append(buffer) }
        } catch {
            throw ImagingError(.tooLarge, "no memory for the recoded pixel data")
        }
    }

    /// All that was kept, in one run.
    public func finish() throws(ImagingError) -> Bytes { builder.finish() }
}
