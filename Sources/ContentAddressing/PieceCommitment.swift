public import ByteIO
import Vault

/// Computes Filecoin's commitment to a run of bytes, as they come. Format: Docs/Formats/car.md.
///
/// Memory: one batch of leaves, and one node a level.
public struct PieceHasher: Sendable {
    /// Payload of one group of four leaves.
    static let groupCount = 127
    /// Groups hashed at once: 2,048 leaves of 32 bytes stay in the processor's nearest caches.
    private static let batchGroups = 512
    private static let batchBytes = batchGroups * groupCount
    private static let batchHeight = 11
    private static let leafCount = 32
    /// Payload at most: what the height of a piece and a varint of nine bytes can state, and far beyond any piece.
    public static let maximumPayload = 1 << 50

    /// Bytes given so far.
    public private(set) var count = 0
    /// Payload of a batch that is not whole yet.
    private var pending: [UInt8] = []
    /// Where a batch is expanded and hashed, level by level.
    private var nodes = [UInt8](repeating: 0, count: batchGroups * 4 * leafCount)
    /// For each level from a batch's root up: a left node that waits for its right one.
    private var waiting: [SHA256.Digest?] = []

    public init() {}

    /// The next bytes of the payload.
    /// - Throws: `pieceSize` beyond the maximum.
    public mutating func update(_ bytes: Bytes) throws(ContentAddressingError) {
        guard bytes.count <= Self.maximumPayload - count else { throw ContentAddressingError(.pieceSize) }
        count += bytes.count
        var offset = 0
        if !pending.isEmpty {
            offset = Swift.min(bytes.count, Self.batchBytes - pending.count)
            unsafe bytes[clamping: 0..<offset].withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
            guard pending.count == Self.batchBytes else { return }
            let root = unsafe pending.withUnsafeBytes { unsafe Self.root(of: $0, in: &nodes) }
            pending.removeAll(keepingCapacity: true)
            push(root)
        }
        while bytes.count - offset >= Self.batchBytes {
            let batch = bytes[clamping: offset..<(offset + Self.batchBytes)]
            push(unsafe batch.withUnsafeBytes { unsafe Self.root(of: $0, in: &nodes) })
            offset += Self.batchBytes
        }
        unsafe bytes[clamping: offset..<bytes.count].withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    }

    /// The commitment to all bytes given so far; more may follow.
    public func commitment() -> PieceCommitment {
        let height = PieceCommitment.height(payload: count)
        var copy = self
        if height < Self.batchHeight {
            let leaves = 1 << height
            copy.pending.append(contentsOf: repeatElement(0, count: leaves / 4 * Self.groupCount - copy.pending.count))
            let root = unsafe copy.pending.withUnsafeBytes { unsafe Self.root(of: $0, in: &copy.nodes) }
            return PieceCommitment(root: root, height: height, payload: count)
        }
        if !copy.pending.isEmpty {
            copy.pending.append(contentsOf: repeatElement(0, count: Self.batchBytes - copy.pending.count))
            copy.push(unsafe copy.pending.withUnsafeBytes { unsafe Self.root(of: $0, in: &copy.nodes) })
        }
        // Zeros to the right of what there is, until one node is left.
        var zero = Self.zeroRoot(height: Self.batchHeight)
        var right: SHA256.Digest?
        for level in 0..<(height - Self.batchHeight) {
            let left = level < copy.waiting.count ? copy.waiting[level] : nil
            switch (left, right) {
            case (let left?, let node): right = Self.node(left, node ?? zero)
            case (nil, let node?): right = Self.node(node, zero)
            case (nil, nil): break
            }
            zero = Self.node(zero, zero)
        }
        let top =
            copy.waiting.indices.contains(height - Self.batchHeight) ? copy.waiting[height - Self.batchHeight] : nil
        return PieceCommitment(root: right ?? top ?? zero, height: height, payload: count)
    }

    private mutating func push(_ root: SHA256.Digest) {
        var node = root
        for level in waiting.indices {
            guard let left = waiting[level] else {
                waiting[level] = node
                return
            }
            waiting[level] = nil
            node = Self.node(left, node)
        }
        waiting.append(node)
    }

    static func node(_ left: SHA256.Digest, _ right: SHA256.Digest) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(left)
        hash.update(right)
        return hash.value.truncatedTo254Bits
    }

    /// The root over 2ʰ leaves of zeros.
    static func zeroRoot(height: Int) -> SHA256.Digest {
        var node = SHA256.value(of: Bytes())
        if let zero = SHA256.Digest(Bytes([UInt8](repeating: 0, count: leafCount))) { node = zero }
        for _ in 0..<height { node = Self.node(node, node) }
        return node
    }

    /// The root over `payload`: whole groups, a power of two of them, no more than a batch.
    private static func root(of payload: UnsafeRawBufferPointer, in nodes: inout [UInt8]) -> SHA256.Digest {
        let groups = payload.count / groupCount
        return unsafe nodes.withUnsafeMutableBytes { nodes in
            for group in 0..<groups {
                unsafe Fr32.expand(
                    UnsafeRawBufferPointer(rebasing: payload[(group * groupCount)..<((group + 1) * groupCount)]),
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: nodes[(group * 4 * leafCount)..<((group + 1) * 4 * leafCount)]))
            }
            var width = groups * 4 * leafCount
            while width > leafCount {
                unsafe SHA256.hashPairs(in: UnsafeMutableRawBufferPointer(rebasing: nodes[..<width]))
                width /= 2
                for end in stride(from: leafCount - 1, to: width, by: leafCount) { unsafe nodes[end] &= 0x3F }
            }
            let root = unsafe Bytes(Array(nodes[..<leafCount]))
            // Thirty-two bytes are a digest.
            return SHA256.Digest(root) ?? zeroRoot(height: 0)
        }
    }
}

/// Fr32 padding: 254 bits of payload in each 32 bytes.
enum Fr32 {
    /// Spreads 127 bytes over 128. Both counts are the caller's promise.
    static func expand(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        for leaf in 0..<4 {
            for word in 0..<4 {
                let bit = 254 * leaf + 64 * word
                let (byte, shift) = (bit >> 3, UInt64(bit & 7))
                var value =
                    unsafe UInt64(littleEndian: source.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) >> shift
                // The last leaf's last word has 62 bits, which end with the group.
                if shift > 0, byte + 8 < source.count { value |= unsafe UInt64(source[byte + 8]) << (64 - shift) }
                if word == 3 { value &= UInt64.max >> 2 }
                unsafe target.storeBytes(of: value.littleEndian, toByteOffset: 32 * leaf + 8 * word, as: UInt64.self)
            }
        }
    }
}
