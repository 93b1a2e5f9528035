import ByteIO
public import Vault

/// Filecoin's name of a run of bytes: the root of its tree, and the tree's height.
public struct PieceCommitment: Sendable, Hashable {
    public let root: SHA256.Digest
    /// The logarithm of the count of leaves.
    public let height: Int
    /// Length of the payload in bytes.
    public let payload: Int

    /// Length of the piece in bytes, padding included: a power of two.
    public var paddedSize: Int { 32 << height }
    /// Zero bytes behind the payload.
    public var padding: Int { Self.capacity(height: height) - payload }

    /// The identifier of version 1: the root alone.
    public var version1: CID { CID(.piece, Multihash(piece: root)) }

    /// The identifier of version 2, which states the length, too (FRC-0069).
    public var version2: CID {
        var digest: [UInt8] = []
        Varint.append(UInt64(padding), to: &digest)
        digest.append(UInt8(truncatingIfNeeded: height))
        return CID(.raw, Multihash(pieceOfSize: Bytes(digest + root.bytes.array)))
    }

    init(root: SHA256.Digest, height: Int, payload: Int) {
        self.root = root
        self.height = height
        self.payload = payload
    }

    /// Reads an identifier of version 2.
    /// - Throws: `notCID` for another kind of identifier; `pieceSize` where padding and height fit no payload.
    public init(version2 cid: CID) throws(ContentAddressingError) {
        guard cid.codec == .raw, cid.hash.function == .pieceWithSize else { throw ContentAddressingError(.notCID) }
        var cursor = Cursor(cid.hash.digest)
        let padding = try cursor.varint()
        let height = Int(try cursor.byte())
        guard let root = SHA256.Digest(try cursor.take(cursor.remaining)) else {
            throw ContentAddressingError(.digestLength)
        }
        guard height >= 2, height <= 48, let padding = Int(exactly: padding), padding <= Self.capacity(height: height),
            Self.height(payload: Self.capacity(height: height) - padding) == height
        else { throw ContentAddressingError(.pieceSize) }
        self.init(root: root, height: height, payload: Self.capacity(height: height) - padding)
    }

    /// Payload of a piece of 2ʰ leaves: 127 bytes of each 128.
    private static func capacity(height: Int) -> Int { 127 << (height - 2) }

    /// The least height that holds `payload`, which is no more than `PieceHasher.maximumPayload`.
    static func height(payload: Int) -> Int {
        let groups = Swift.max(1, (payload + 126) / 127)
        return 2 + (groups == 1 ? 0 : Int.bitWidth - (groups - 1).leadingZeroBitCount)
    }
}
