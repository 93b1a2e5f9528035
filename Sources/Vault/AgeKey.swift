import ByteIO

/// The secret side of an age key pair (X25519).
public struct AgeIdentity: Sendable, Equatable {
    static let prefix = "AGE-SECRET-KEY-"

    /// The scalar; kept like every key.
    public let secret: SymmetricKey
    public let recipient: AgeRecipient

    /// A new one.
    public init() throws(VaultError) { try self.init(secret: SymmetricKey()) }

    public init(secret: SymmetricKey) throws(VaultError) {
        self.secret = secret
        recipient = AgeRecipient(point: try X25519.publicKey(of: secret))
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    /// - Throws: `ageKeyMalformed`.
    public init(text: String) throws(VaultError) {
        guard let bytes = Bech32.decode(text, prefix: Self.prefix), bytes.count == X25519.count else {
            throw VaultError(.ageKeyMalformed)
        }
        try self.init(secret: SymmetricKey(Bytes(bytes)))
    }

    /// `AGE-SECRET-KEY-1…`: the secret itself. For a file of its own, never for a log.
    public var secretText: String {
        let bytes = unsafe secret.withUnsafeBytes { unsafe Array($0) }
        return Bech32.encode(bytes, prefix: Self.prefix.lowercased()).uppercased()
    }
}

extension AgeIdentity: CustomStringConvertible {
    public var description: String { "the identity of \(recipient)" }
}

/// To whom something is encrypted.
public struct AgeRecipient: Sendable, Hashable, CustomStringConvertible {
    static let prefix = "age"

    let point: Bytes

    init(point: Bytes) { self.point = point }

    /// Reads `age1…`.
    /// - Throws: `ageKeyMalformed`.
    public init(text: String) throws(VaultError) {
        guard let bytes = Bech32.decode(text, prefix: Self.prefix), bytes.count == X25519.count else {
            throw VaultError(.ageKeyMalformed)
        }
        point = Bytes(bytes)
    }

    /// `age1…`
    public var description: String { Bech32.encode(point.array, prefix: Self.prefix) }
}
