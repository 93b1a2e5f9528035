public import ByteIO
public import Vault

/// A log's tree in memory, for logs of a few million leaves: about 64 bytes each.
public struct MerkleTree: Sendable, MerkleNodes {
    private var frontier = MerkleFrontier()
    private var levels: [[SHA256.Digest]] = []

    public init() {}

    /// Leaves so far.
    public var size: UInt64 { frontier.size }
    public var root: SHA256.Digest { frontier.root }

    public mutating func append(_ leaf: Bytes) throws(TransparencyLogError) {
        var levels: [[SHA256.Digest]] = []
        swap(&levels, &self.levels)
        defer { swap(&levels, &self.levels) }
        try frontier.append(leafHash: MerkleHash.leaf(leaf)) { node, hash in
            if node.level == levels.count { levels.append([]) }
            levels[node.level].append(hash)
        }
    }

    public func hash(of node: MerkleNode) throws(TransparencyLogError) -> SHA256.Digest {
        guard levels.indices.contains(node.level), let index = Int(exactly: node.index),
            levels[node.level].indices.contains(index)
        else { throw TransparencyLogError(.nodeMissing, entry: node.index) }
        return levels[node.level][index]
    }
}
