public import ByteIO
public import Vault

/// What a log says of itself at one moment (c2sp.org/tlog-checkpoint). Format: Docs/Formats/transparency-log.md.
public struct Checkpoint: Sendable, Hashable {
    /// Which log.
    public let origin: String
    /// Leaves of its tree.
    public let size: UInt64
    public let root: SHA256.Digest
    /// Lines that are signed and mean nothing here.
    public let extensions: [String]

    /// - Throws: `checkpointMalformed` for an origin that is empty or more than a line, or a size beyond any tree.
    public init(origin: String, size: UInt64, root: SHA256.Digest) throws(TransparencyLogError) {
        guard !origin.isEmpty, !origin.utf8.contains(where: { $0 < 0x20 }), size < MerkleHash.maximumSize else {
            throw TransparencyLogError(.checkpointMalformed)
        }
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// The checkpoint that is the text of `note`.
    /// - Throws: `checkpointMalformed`.
    public init(_ note: SignedNote) throws(TransparencyLogError) {
        var lines = String(decoding: note.text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        // The text ends with a line feed.
        lines.removeLast()
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }), let size = Decimal.read(lines[1]),
            size < MerkleHash.maximumSize, let bytes = Base64.decode(lines[2].utf8),
            let root = SHA256.Digest(Bytes(bytes)), size > 0 || root == MerkleHash.empty
        else { throw TransparencyLogError(.checkpointMalformed) }
        origin = String(lines[0])
        self.size = size
        self.root = root
        extensions = lines.dropFirst(3).map(String.init)
    }

    /// The text that is signed.
    public var text: Bytes {
        let lines = [origin, String(size), Base64.encode(root.bytes)] + extensions
        return Bytes(utf8: lines.map { $0 + "\n" }.joined())
    }

    /// A note with the signature of `key`.
    /// - Parameter time: Seconds since 1970; a cosignature states it.
    public func signed(with key: SignerKey, time: UInt64 = 0) throws(TransparencyLogError) -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(with: key, time: time)
        return note
    }
}

/// Decimal numbers in their one form: digits only, no zero before others.
enum Decimal {
    static func read(_ text: Substring) -> UInt64? {
        let digits = text.utf8
        guard let first = digits.first, digits.count <= 19, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            first != 0x30 || digits.count == 1
        else { return nil }
        return UInt64(text)
    }
}
