public import ByteIO
import Vault

/// Packs blocks into a CAR of version 1 with one root. Format: Docs/Formats/car.md.
///
/// The root is known last and stands first: leave room for `headerCount` bytes (zeros, which are no CAR), write what
/// `append` gives, and at the end put `header` at the beginning. What is kept are 32 bytes a block.
public struct CARWriter: Sendable {
    /// Length of the header with one root of CIDv1 and SHA-256.
    public static let headerCount = 59

    /// Blocks that were written.
    public private(set) var blockCount = 0
    /// Blocks that were there already, and not written again.
    public private(set) var duplicateCount = 0
    /// Length of the CAR so far, header included.
    public private(set) var count = CARWriter.headerCount

    private var known: Set<SHA256.Digest> = []

    public init() {}

    /// The header of a CAR whose root is `root`.
    public static func header(root: CID) throws(ContentAddressingError) -> Bytes {
        let body = try DAGCBOR.encode(["roots": [.link(root)], "version": 1])
        var bytes: [UInt8] = []
        Varint.append(UInt64(body.count), to: &bytes)
        return Bytes(bytes + body.array)
    }

    /// What to write for `block`: a head and the block's own bytes, or nothing where it was written before.
    public mutating func append(_ block: Block) -> [Bytes] {
        if let digest = block.cid.hash.sha256, !known.insert(digest).inserted {
            duplicateCount += 1
            return []
        }
        var head: [UInt8] = []
        head.reserveCapacity(Varint.maximumCount + block.cid.count)
        Varint.append(UInt64(block.cid.count + block.data.count), to: &head)
        block.cid.append(to: &head)
        blockCount += 1
        count += head.count + block.data.count
        return block.data.isEmpty ? [Bytes(head)] : [Bytes(head), block.data]
    }
}
