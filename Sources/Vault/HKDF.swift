public import ByteIO
import CCrypto

/// HKDF with SHA-256 (RFC 5869).
public enum HKDF {
    /// A key of 32 bytes that follows from `secret`, `salt` and what it is for.
    /// - Parameter info: What the derived key is for; another `info`, another key.
    public static func key(from secret: SymmetricKey, salt: Bytes, info: Bytes) -> SymmetricKey {
        unsafe secret.withUnsafeBytes { unsafe key(from: $0, salt: salt, info: info) }
    }

    /// The same from a secret of any length.
    static func key(from secret: Bytes, salt: Bytes, info: Bytes) -> SymmetricKey {
        unsafe secret.withUnsafeBytes { unsafe key(from: $0, salt: salt, info: info) }
    }

    private static func key(from secret: UnsafeRawBufferPointer, salt: Bytes, info: Bytes) -> SymmetricKey {
        unsafe SymmetricKey { key in
            // Extract: PRK = HMAC(salt, secret). Expand, one block: HMAC(PRK, info ‖ 0x01).
            var extract = unsafe salt.withUnsafeBytes { unsafe HMACSHA256(keyBytes: $0) }
            unsafe extract.update(secret)
            unsafe extract.code(into: key)
            var expand = unsafe HMACSHA256(keyBytes: UnsafeRawBufferPointer(key))
            expand.update(info)
            expand.update([1])
            unsafe expand.code(into: key)
        }
    }
}
