public import Vault

/// Proofs about a log's tree: made from its complete subtrees, and verified with nothing but hashes.
public enum MerkleProof {
    // MARK: Making (RFC 6962 §2.1.1, §2.1.2)

    /// The root of the first `size` leaves.
    public static func root(
        size: UInt64, from nodes: some MerkleNodes
    ) throws(TransparencyLogError) -> SHA256.Digest {
        guard size < MerkleHash.maximumSize else { throw TransparencyLogError(.outOfRange, entry: size) }
        return size == 0 ? MerkleHash.empty : try hash(0..<size, nodes)
    }

    /// That leaf `index` is in the tree of `size` leaves: the hashes beside its way to the root, from below.
    public static func inclusion(
        of index: UInt64, size: UInt64, from nodes: some MerkleNodes
    ) throws(TransparencyLogError) -> [SHA256.Digest] {
        guard size < MerkleHash.maximumSize, index < size else { throw TransparencyLogError(.outOfRange, entry: index) }
        var proof: [SHA256.Digest] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = split(range)
            if index < middle {
                proof.append(try hash(middle..<range.upperBound, nodes))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(range.lowerBound..<middle, nodes))
                range = middle..<range.upperBound
            }
        }
        return proof.reversed()
    }

    /// That the tree of `size` leaves begins with the one of `old` leaves. Empty for equal sizes, and for an empty
    /// tree, which every tree begins with.
    public static func consistency(
        from old: UInt64, to size: UInt64, from nodes: some MerkleNodes
    ) throws(TransparencyLogError) -> [SHA256.Digest] {
        guard size < MerkleHash.maximumSize, old <= size else { throw TransparencyLogError(.outOfRange, entry: old) }
        guard old > 0, old < size else { return [] }
        var proof: [SHA256.Digest] = []
        var range = 0..<size
        // Whether the old tree is, from here down, one the verifier knows the root of.
        var isKnown = true
        while range.upperBound != old {
            let middle = split(range)
            if old <= middle {
                proof.append(try hash(middle..<range.upperBound, nodes))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(range.lowerBound..<middle, nodes))
                range = middle..<range.upperBound
                isKnown = false
            }
        }
        if !isKnown { proof.append(try hash(range, nodes)) }
        return proof.reversed()
    }

    /// Where a tree over `range` splits: at the largest power of two below its count.
    private static func split(_ range: Range<UInt64>) -> UInt64 {
        let count = range.upperBound - range.lowerBound
        return range.lowerBound + 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    /// The hash over `range`, which begins where a subtree of its width may begin.
    private static func hash(
        _ range: Range<UInt64>, _ nodes: some MerkleNodes
    ) throws(TransparencyLogError) -> SHA256.Digest {
        let count = range.upperBound - range.lowerBound
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try nodes.hash(of: MerkleNode(level: level, index: range.lowerBound >> UInt64(level)))
        }
        let middle = split(range)
        return MerkleHash.node(
            try hash(range.lowerBound..<middle, nodes), try hash(middle..<range.upperBound, nodes))
    }

    // MARK: Verifying (RFC 9162 §2.1.3.2, §2.1.4.2)

    /// Checks that `leafHash` is leaf `index` of the tree of `size` leaves whose root is `root`.
    /// - Throws: `proofWrong`; `outOfRange` where there is no such leaf.
    public static func verifyInclusion(
        of leafHash: SHA256.Digest, at index: UInt64, size: UInt64, root: SHA256.Digest, proof: [SHA256.Digest]
    ) throws(TransparencyLogError) {
        guard size < MerkleHash.maximumSize, index < size else { throw TransparencyLogError(.outOfRange, entry: index) }
        var (node, last) = (index, size - 1)
        var hash = leafHash
        for sibling in proof {
            guard last > 0 else { throw TransparencyLogError(.proofWrong) }
            if node & 1 == 1 || node == last {
                hash = MerkleHash.node(sibling, hash)
                // A node without one to its right is its own parent.
                while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        guard last == 0, hash == root else { throw TransparencyLogError(.proofWrong) }
    }

    /// Checks that the tree of `size` leaves with `root` begins with the tree of `old` leaves with `oldRoot`.
    /// - Throws: `proofWrong`; `outOfRange` where the old tree is the larger one.
    public static func verifyConsistency(
        from old: UInt64, oldRoot: SHA256.Digest, to size: UInt64, root: SHA256.Digest, proof: [SHA256.Digest]
    ) throws(TransparencyLogError) {
        guard size < MerkleHash.maximumSize, old <= size else { throw TransparencyLogError(.outOfRange, entry: old) }
        if old == size || old == 0 {
            guard proof.isEmpty, oldRoot == (old == 0 ? MerkleHash.empty : root) else {
                throw TransparencyLogError(.proofWrong)
            }
            return
        }
        var rest = proof[...]
        var (node, last) = (old - 1, size - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        // A complete old tree is where the proof begins, and its root is known.
        guard let start = node == 0 ? oldRoot : rest.popFirst() else { throw TransparencyLogError(.proofWrong) }
        var (oldHash, hash) = (start, start)
        for sibling in rest {
            guard last > 0 else { throw TransparencyLogError(.proofWrong) }
            if node & 1 == 1 || node == last {
                oldHash = MerkleHash.node(sibling, oldHash)
                hash = MerkleHash.node(sibling, hash)
                while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        guard last == 0, oldHash == oldRoot, hash == root else { throw TransparencyLogError(.proofWrong) }
    }
}
