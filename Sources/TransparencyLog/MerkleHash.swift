public import ByteIO
public import Vault

/// The hashes of a log's tree (RFC 6962 §2.1). Format: Docs/Formats/transparency-log.md.
public enum MerkleHash {
    public typealias Digest = SHA256.Digest

    /// Sizes and indices are below this.
    public static let maximumSize: UInt64 = 1 << 62

    /// The root of a tree without leaves.
    public static let empty = SHA256.value(of: Bytes())

    public static func leaf(_ leaf: Bytes) -> Digest {
        var hash = SHA256()
        hash.update([0x00])
        hash.update(leaf)
        return hash.value
    }

    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        var hash = prefixed
        hash.update(left)
        hash.update(right)
        return hash.value
    }

    private static let prefixed: SHA256 = {
        var hash = SHA256()
        hash.update([0x01])
        return hash
    }()
}

/// A complete subtree: over leaves `index << level` up to, not with, `(index + 1) << level`.
public struct MerkleNode: Sendable, Hashable {
    public let level: Int
    public let index: UInt64

    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
}

/// Where the hashes of a log's complete subtrees are kept.
public protocol MerkleNodes {
    /// The hash of `node`.
    /// - Throws: `nodeMissing`, `unreadable`.
    func hash(of node: MerkleNode) throws(TransparencyLogError) -> SHA256.Digest
}
