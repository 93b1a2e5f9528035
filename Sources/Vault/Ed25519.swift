public import ByteIO
import CCrypto

/// Signatures that anybody can check (RFC 8032 §5.1).
public enum Ed25519 {
    /// Length of a signature in bytes.
    public static let signatureCount = 64
    /// Length of a public key in bytes.
    public static let publicKeyCount = 32

    /// The public key that goes with `seed`.
    public static func publicKey(of seed: SymmetricKey) throws(VaultError) -> Bytes {
        let key = try Key(seed: seed)
        return try unsafe Bytes(count: publicKeyCount) { target throws(VaultError) in
            var count = publicKeyCount
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard unsafe EVP_PKEY_get_raw_public_key(key.pointer, start, &count) == 1, count == publicKeyCount else {
                throw VaultError(.cryptographyFailed)
            }
        }
    }

    /// The signature of `message` under the private key that is `seed`.
    public static func sign(_ message: Bytes, with seed: SymmetricKey) throws(VaultError) -> Bytes {
        let key = try Key(seed: seed)
        guard let context = unsafe EVP_MD_CTX_new() else { throw VaultError(.cryptographyFailed) }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1 else {
            throw VaultError(.cryptographyFailed)
        }
        return try unsafe Bytes(count: signatureCount) { target throws(VaultError) in
            var count = signatureCount
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let done = unsafe message.withUnsafeBytes { bytes in
                let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_DigestSign(context, start, &count, input, bytes.count)
            }
            guard done == 1, count == signatureCount else { throw VaultError(.cryptographyFailed) }
        }
    }

    /// Whether `signature` is one of `message` under `publicKey`. Wrong lengths are no signature.
    public static func isValid(_ signature: Bytes, of message: Bytes, publicKey: Bytes) -> Bool {
        guard signature.count == signatureCount, publicKey.count == publicKeyCount,
            let key = try? Key(publicKey: publicKey), let context = unsafe EVP_MD_CTX_new()
        else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1 else { return false }
        return unsafe signature.withUnsafeBytes { signature in
            unsafe message.withUnsafeBytes { message in
                let proof = unsafe signature.baseAddress?.assumingMemoryBound(to: UInt8.self)
                let input = unsafe message.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_DigestVerify(context, proof, signature.count, input, message.count) == 1
            }
        }
    }

    /// A key as libcrypto holds it; freed, and wiped, at the end.
    @safe private struct Key: ~Copyable {
        let pointer: OpaquePointer

        init(seed: SymmetricKey) throws(VaultError) {
            let made = unsafe seed.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, start, bytes.count)
            }
            guard let made = unsafe made else { throw VaultError(.cryptographyFailed) }
            unsafe pointer = made
        }

        init(publicKey: Bytes) throws(VaultError) {
            let made = unsafe publicKey.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, start, bytes.count)
            }
            guard let made = unsafe made else { throw VaultError(.cryptographyFailed) }
            unsafe pointer = made
        }

        deinit { unsafe EVP_PKEY_free(pointer) }
    }
}
