public import ByteIO

/// Bytes and their name.
public struct Block: Sendable, Hashable {
    public let cid: CID
    public let data: Bytes

    /// The block that `data` is in `codec`, under SHA-256.
    public init(_ data: Bytes, _ codec: CID.Codec) {
        cid = CID(of: data, codec)
        self.data = data
    }
}

/// A file or folder that became blocks.
public struct UnixFSEntry: Sendable, Hashable {
    public let cid: CID
    /// Length of the content; 0 for a folder.
    public let size: UInt64
    /// Length of all its blocks, as links to it state it (one that occurs twice counts twice).
    public let totalSize: UInt64
}
