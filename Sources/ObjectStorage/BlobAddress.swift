/// Where a blob lies in a store.
public struct BlobAddress: Hashable, Sendable, Codable {
    /// Number of the segment.
    public var segment: Int64
    /// Where in the segment the blob's bytes begin.
    public var offset: Int64
    /// How many bytes it has.
    public var length: Int64

    public init(segment: Int64, offset: Int64, length: Int64) {
        self.segment = segment
        self.offset = offset
        self.length = length
    }
}
