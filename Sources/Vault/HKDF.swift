public import ByteIO
import CCrypto

/// HKDF with SHA-256 (RFC 5869).
public enum HKDF {
    /// A key of 32 bytes that follows from `secret`, `salt` and what it is for.
    /// - Parameter info: What the derived key is for; another `info`, another key.
    public static func key(from secret: SymmetricKey, salt: Bytes, info: Bytes) -> SymmetricKey {
        unsafe SymmetricKey { key in
            // Extract: PRK = HMAC(salt, secret). Expand, one block: HMAC(PRK, info ‖ 0x01).
            var extract = unsafe salt.withUnsafeBytes { unsafe HMACSHA256(keyBytes: $0) }
            unsafe secret.withUnsafeBytes { unsafe extract.update($0) }
            unsafe extract.code(into: key)
            var expand = unsafe HMACSHA256(keyBytes: UnsafeRawBufferPointer(key))
            expand.update(info)
            expand.update([1])
            unsafe expand.code(into: key)
        }
    }
}
