public import ByteIO
public import NIOCore

extension ByteBuffer {
    /// The content of `bytes`: one copy, which the socket's buffer needs anyway.
    public init(_ bytes: Bytes) {
        self.init()
        append(bytes)
    }

    /// Copies `bytes` to the end.
    public mutating func append(_ bytes: Bytes) {
        _ = bytes.withUnsafeBytes { writeBytes($0) }
    }
}
