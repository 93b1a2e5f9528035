public import ByteIO
internal import CPKCS11
public import Vault

/// An AES-256 key in a token (a smart card, an HSM, a partition of one) behind a PKCS#11 module. It wraps with AES-GCM
/// inside the token; its bytes never leave it.
public struct PKCS11Key: Codable, Hashable, Sendable {
    /// The module, a shared library.
    public let module: String
    /// Label of the token.
    public let token: String
    /// Label of the key.
    public let key: String
    /// File with the user's PIN on one line.
    public let pinFile: String

    private static let version: UInt8 = 1

    /// - Parameters:
    ///   - module: named from the root: it is code that is loaded.
    public init(module: String, token: String, key: String, pinFile: String) {
        (self.module, self.token, self.key, self.pinFile) = (module, token, key, pinFile)
    }
}

extension PKCS11Key: KeyEncryption {
    public var place: String { "the key \(key) of the token \(token)" }
    public var credentialFile: String { pinFile }

    public func wrap(_ secret: SymmetricKey, associatedData: Bytes) throws(KeyManagementError) -> String {
        try PKCS11Session.with(self) { session throws(KeyManagementError) in
            let handle = try session.find(key)
            var iv = SecureRandom.bytes(Int(TARN_PKCS11_IV)).array
            let sealed = try session.encrypt(secret, handle, &iv, associatedData)
            return Base64.encode(Bytes([Self.version] + iv + sealed))
        }
    }

    public func unwrap(_ wrapped: String, associatedData: Bytes) throws(KeyManagementError) -> SymmetricKey {
        let iv = Int(TARN_PKCS11_IV)
        guard let bytes = Base64.decode(Array(wrapped.utf8)), bytes.first == Self.version,
            bytes.count == 1 + iv + SymmetricKey.count + Int(TARN_PKCS11_TAG)
        else { throw KeyManagementError(.invalid, "a wrapped key whose text is damaged") }
        return try PKCS11Session.with(self) { session throws(KeyManagementError) in
            let handle = try session.find(key)
            return try session.decrypt(Array(bytes[(1 + iv)...]), handle, Array(bytes[1..<(1 + iv)]), associatedData)
        }
    }

    public func makeKey() throws(KeyManagementError) {
        try PKCS11Session.with(self, writes: true) { session throws(KeyManagementError) in
            do throws(KeyManagementError) { _ = try session.find(key) } catch  where error.code == .missing {
                return try session.generate(key)
            }
            throw KeyManagementError(.invalid, "\(place) is there already")
        }
    }

    public func checkKey() throws(KeyManagementError) {
        try PKCS11Session.with(self) { session throws(KeyManagementError) in
            let found = try session.describe(try session.find(key))
            guard found.length == UInt(SymmetricKey.count) else {
                throw KeyManagementError(.refused, "\(place) has \(8 * found.length) bits: 256 are wanted")
            }
            guard found.is_extractable == 0, found.is_sensitive != 0 else {
                throw KeyManagementError(
                    .refused,
                    "\(place) can be taken out of the token: make one that cannot (--make-key, or CKA_EXTRACTABLE "
                        + "false and CKA_SENSITIVE true)")
            }
        }
    }
}
