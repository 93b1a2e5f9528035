public import ByteIO
public import Vault

/// A digest that says by which function it was made.
public struct Multihash: Hashable, Sendable {
    /// Digests are at most this long.
    public static let maximumDigest = 128

    /// A hash function's number in the table of multicodecs.
    public struct Function: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt64

        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// The bytes themselves.
        public static let identity = Function(rawValue: 0x00)
        public static let sha256 = Function(rawValue: 0x12)
        /// A piece commitment with the piece's height and padding before it (FRC-0069).
        public static let pieceWithSize = Function(rawValue: 0x1011)
        /// A piece commitment alone.
        public static let piece = Function(rawValue: 0x1012)
    }

    public let function: Function
    public let digest: Bytes

    /// - Throws: `digestLength` where the function gives no digest of that length.
    public init(_ function: Function, digest: Bytes) throws(ContentAddressingError) {
        let isRight =
            switch function {
            case .sha256, .piece: digest.count == SHA256.count
            case .pieceWithSize: digest.count >= 2 + SHA256.count && digest.count <= 10 + SHA256.count
            default: digest.count <= Self.maximumDigest
            }
        guard isRight else { throw ContentAddressingError(.digestLength) }
        self.function = function
        self.digest = digest
    }

    private init(unchecked function: Function, digest: Bytes) {
        self.function = function
        self.digest = digest
    }

    /// SHA-256.
    public init(sha256 digest: SHA256.Digest) { self.init(unchecked: .sha256, digest: digest.bytes) }

    /// A piece commitment.
    public init(piece root: SHA256.Digest) { self.init(unchecked: .piece, digest: root.bytes) }

    /// A piece commitment behind padding and height.
    init(pieceOfSize digest: Bytes) { self.init(unchecked: .pieceWithSize, digest: digest) }

    /// The digest as 32 bytes, where it is one of SHA-256.
    public var sha256: SHA256.Digest? { function == .sha256 ? SHA256.Digest(digest) : nil }

    /// Whether this names `block`.
    /// - Throws: `unsupportedHash` where the function cannot be computed here.
    public func names(_ block: Bytes) throws(ContentAddressingError) -> Bool {
        switch function {
        case .sha256: SHA256.value(of: block) == sha256
        case .identity: block == digest
        default: throw ContentAddressingError(.unsupportedHash)
        }
    }

    func append(to bytes: inout [UInt8]) {
        Varint.append(function.rawValue, to: &bytes)
        Varint.append(UInt64(digest.count), to: &bytes)
        bytes += digest.array
    }

    init(from cursor: inout Cursor) throws(ContentAddressingError) {
        let start = cursor
        let function = Function(rawValue: try cursor.varint())
        let count = try cursor.varint()
        guard count <= Self.maximumDigest else { throw start.failure(.digestLength) }
        // A copy: an identifier must not keep the block alive that it was read from.
        let digest = Bytes(try cursor.take(count).array)
        do throws(ContentAddressingError) {
            try self.init(function, digest: digest)
        } catch {
            throw start.failure(error.code)
        }
    }
}
