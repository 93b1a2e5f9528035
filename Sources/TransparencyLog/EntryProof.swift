public import ByteIO
public import Vault

/// That one entry is in a log, for whoever has the log's verifier key (c2sp.org/tlog-proof).
public struct EntryProof: Sendable, Hashable {
    public let index: UInt64
    /// The hashes beside the entry's way to the root, from below.
    public let hashes: [SHA256.Digest]
    /// The signed checkpoint the proof leads to.
    public let checkpoint: SignedNote

    private static let title = "c2sp.org/tlog-proof@v1"
    /// No tree is higher.
    private static let maximumHashes = 63

    public init(index: UInt64, hashes: [SHA256.Digest], checkpoint: SignedNote) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// The proof that `bytes` are.
    /// - Throws: `proofWrong` for what is none; `noteMalformed`.
    public init(_ bytes: Bytes) throws(TransparencyLogError) {
        guard bytes.count <= SignedNote.maximumCount else { throw TransparencyLogError(.proofWrong) }
        var start = 0
        func line() throws(TransparencyLogError) -> Substring {
            let rest = bytes[clamping: start..<bytes.count]
            guard let length = rest.firstIndex(of: 0x0A),
                let text = String(validating: rest[clamping: 0..<length], as: UTF8.self)
            else { throw TransparencyLogError(.proofWrong, offset: start) }
            start += length + 1
            return text[...]
        }
        guard try line() == Self.title else { throw TransparencyLogError(.proofWrong) }
        var next = try line()
        if next.hasPrefix("extra ") { next = try line() }
        guard next.hasPrefix("index "), let index = Decimal.read(next.dropFirst(6)) else {
            throw TransparencyLogError(.proofWrong)
        }
        self.index = index
        var hashes: [SHA256.Digest] = []
        while true {
            let text = try line()
            if text.isEmpty { break }
            guard hashes.count < Self.maximumHashes, let bytes = Base64.decode(text.utf8),
                let hash = SHA256.Digest(Bytes(bytes))
            else { throw TransparencyLogError(.proofWrong, offset: start) }
            hashes.append(hash)
        }
        self.hashes = hashes
        checkpoint = try SignedNote(bytes[clamping: start..<bytes.count])
    }

    public var bytes: Bytes {
        let lines = [Self.title, "index \(index)"] + hashes.map { Base64.encode($0.bytes) } + [""]
        return Bytes(Array(lines.map { $0 + "\n" }.joined().utf8) + checkpoint.bytes.array)
    }

    /// Checks that `leaf` is in the log, and that each of `keys` signed the checkpoint.
    /// - Throws: `notSigned`, `signatureWrong`, `checkpointMalformed`, `proofWrong`, `outOfRange`.
    public func verify(_ leaf: Bytes, keys: [VerifierKey]) throws(TransparencyLogError) -> Checkpoint {
        let signed = try checkpoint.verified(by: keys)
        for key in keys where !signed.contains(where: { $0.key == key }) {
            throw TransparencyLogError(.notSigned, name: key.name)
        }
        let head = try Checkpoint(checkpoint)
        try MerkleProof.verifyInclusion(
            of: MerkleHash.leaf(leaf), at: index, size: head.size, root: head.root, proof: hashes)
        return head
    }
}
