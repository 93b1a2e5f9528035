public import ByteIO
public import Vault

/// A name of bytes that follows from the bytes. Format: Docs/Formats/car.md.
public struct CID: Hashable, Sendable, CustomStringConvertible {
    /// The two forms: version 0 is dag-pb under SHA-256 and nothing else.
    public enum Version: Int, Sendable {
        case v0 = 0
        case v1 = 1
    }

    /// What the bytes mean: a number of the table of multicodecs.
    public struct Codec: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt64

        public init(rawValue: UInt64) { self.rawValue = rawValue }

        public static let raw = Codec(rawValue: 0x55)
        public static let dagPB = Codec(rawValue: 0x70)
        public static let dagCBOR = Codec(rawValue: 0x71)
        /// A piece of Filecoin without its seal.
        public static let piece = Codec(rawValue: 0xF101)
    }

    public let version: Version
    public let codec: Codec
    public let hash: Multihash

    /// An identifier of version 1.
    public init(_ codec: Codec, _ hash: Multihash) {
        version = .v1
        self.codec = codec
        self.hash = hash
    }

    /// An identifier of version 0: dag-pb under SHA-256.
    public init(version0 digest: SHA256.Digest) {
        version = .v0
        codec = .dagPB
        hash = Multihash(sha256: digest)
    }

    /// The identifier that `block` gets in `codec`.
    public init(of block: Bytes, _ codec: Codec) { self.init(codec, Multihash(sha256: SHA256.value(of: block))) }

    /// The identifier whose binary form is `bytes`, all of them.
    public init(_ bytes: Bytes) throws(ContentAddressingError) {
        var cursor = Cursor(bytes)
        try self.init(from: &cursor)
        try cursor.expectEnd()
    }

    /// The identifier that `text` is: base32, base58btc or base16 with their letter, or version 0.
    /// - Throws: `notCID` for anything else.
    public init(text: String) throws(ContentAddressingError) {
        let isVersion0 = text.utf8.count == 46 && text.utf8.starts(with: "Qm".utf8)
        let decoded = isVersion0 ? Multibase.decodeBase58(text.utf8) : Multibase.decode(text)
        guard let decoded, let cid = try? CID(decoded), (cid.version == .v0) == isVersion0 else {
            throw ContentAddressingError(.notCID)
        }
        self = cid
    }

    init(from cursor: inout Cursor) throws(ContentAddressingError) {
        var ahead = cursor
        let first = try ahead.byte()
        if first == 0x12, try ahead.byte() == 0x20 {
            version = .v0
            codec = .dagPB
            hash = try Multihash(from: &cursor)
            return
        }
        guard first == 1 else { throw cursor.failure(.notCID) }
        _ = try cursor.byte()
        version = .v1
        codec = Codec(rawValue: try cursor.varint())
        hash = try Multihash(from: &cursor)
    }

    /// The binary form.
    public var bytes: Bytes {
        var array: [UInt8] = []
        array.reserveCapacity(4 + hash.digest.count)
        append(to: &array)
        return Bytes(array)
    }

    func append(to array: inout [UInt8]) {
        if version == .v1 {
            array.append(1)
            Varint.append(codec.rawValue, to: &array)
        }
        hash.append(to: &array)
    }

    /// How many bytes the binary form has.
    var count: Int {
        let start = version == .v1 ? 1 + Varint.count(codec.rawValue) : 0
        let digest = hash.digest.count
        return start + Varint.count(hash.function.rawValue) + Varint.count(UInt64(digest)) + digest
    }

    /// The text: base32, or base58btc for version 0.
    public var description: String {
        version == .v0 ? Multibase.encodeBase58(bytes) : "b" + Multibase.encodeBase32(bytes)
    }
}
