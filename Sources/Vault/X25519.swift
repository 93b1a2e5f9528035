import ByteIO
import CCrypto

/// Diffie-Hellman on Curve25519 (RFC 7748).
enum X25519 {
    static let count = 32

    static func publicKey(of secret: SymmetricKey) throws(VaultError) -> Bytes {
        let key = try Key(secret: secret)
        return try unsafe Bytes(count: count) { target throws(VaultError) in
            var length = count
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard unsafe EVP_PKEY_get_raw_public_key(key.pointer, start, &length) == 1, length == count else {
                throw VaultError(.cryptographyFailed)
            }
        }
    }

    /// What both sides share; `nil` where `other` is a point of small order, which would give the same to everybody.
    static func shared(_ secret: SymmetricKey, with other: Bytes) throws(VaultError) -> SymmetricKey? {
        let own = try Key(secret: secret)
        let peer = try Key(publicKey: other)
        guard let context = unsafe EVP_PKEY_CTX_new(own.pointer, nil) else { throw VaultError(.cryptographyFailed) }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_derive_init(context) == 1, unsafe EVP_PKEY_derive_set_peer(context, peer.pointer) == 1
        else { throw VaultError(.cryptographyFailed) }
        var isDerived = false
        let shared = unsafe SymmetricKey { target in
            var length = count
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            // libcrypto refuses a result of zeros itself.
            isDerived = unsafe EVP_PKEY_derive(context, start, &length) == 1 && length == count
        }
        return isDerived ? shared : nil
    }

    /// A key as libcrypto holds it; freed, and wiped, at the end.
    @safe private struct Key: ~Copyable {
        let pointer: OpaquePointer

        init(secret: SymmetricKey) throws(VaultError) {
            let made = unsafe secret.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, start, bytes.count)
            }
            guard let made = unsafe made else { throw VaultError(.cryptographyFailed) }
            unsafe pointer = made
        }

        init(publicKey: Bytes) throws(VaultError) {
            let made = unsafe publicKey.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, start, bytes.count)
            }
            guard let made = unsafe made else { throw VaultError(.cryptographyFailed) }
            unsafe pointer = made
        }

        deinit { unsafe EVP_PKEY_free(pointer) }
    }
}
