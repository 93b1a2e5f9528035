public import Vault

/// What must be kept of a tree to append to it and to know its root: the complete subtrees of its right edge.
public struct MerkleFrontier: Sendable, Hashable {
    /// Leaves so far.
    public private(set) var size: UInt64 = 0
    /// One hash for each bit that is set in `size`, the largest subtree first.
    public private(set) var edge: [SHA256.Digest] = []

    /// A tree without leaves.
    public init() {}

    /// The right edge of a tree as it was kept.
    /// - Throws: `outOfRange` where the count of hashes is not that of `size`.
    public init(size: UInt64, edge: [SHA256.Digest]) throws(TransparencyLogError) {
        guard size < MerkleHash.maximumSize, edge.count == size.nonzeroBitCount else {
            throw TransparencyLogError(.outOfRange, entry: size)
        }
        self.size = size
        self.edge = edge
    }

    /// The subtrees that `edge` holds for a tree of `size` leaves, in the same order.
    public static func nodes(size: UInt64) -> [MerkleNode] {
        var nodes: [MerkleNode] = []
        var start: UInt64 = 0
        for level in (0..<62).reversed() where size >> UInt64(level) & 1 == 1 {
            nodes.append(MerkleNode(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }

    /// Appends a leaf by its hash. `completed` is told of every subtree that is complete with it, smallest first, the
    /// leaf's own among them: what a store of nodes has to keep.
    /// - Throws: `outOfRange` at the largest size there is.
    public mutating func append(
        leafHash: SHA256.Digest, completed: (MerkleNode, SHA256.Digest) -> Void = { _, _ in }
    ) throws(TransparencyLogError) {
        guard size + 1 < MerkleHash.maximumSize else { throw TransparencyLogError(.outOfRange, entry: size) }
        var node = MerkleNode(level: 0, index: size)
        var hash = leafHash
        completed(node, hash)
        while node.index & 1 == 1, let left = edge.popLast() {
            hash = MerkleHash.node(left, hash)
            node = MerkleNode(level: node.level + 1, index: node.index >> 1)
            completed(node, hash)
        }
        edge.append(hash)
        size += 1
    }

    /// The root of the tree (RFC 6962 §2.1).
    public var root: SHA256.Digest {
        guard var root = edge.last else { return MerkleHash.empty }
        for left in edge.dropLast().reversed() { root = MerkleHash.node(left, root) }
        return root
    }
}
