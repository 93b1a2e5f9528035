import ByteIO
import CCrypto

/// ChaCha20-Poly1305 (RFC 8439) without associated data, one message a call. Not for use by two threads at once.
@safe final class ChaCha20Poly1305 {
    static let tagCount = 16
    static let nonceCount = 12

    private let context: OpaquePointer
    private let key: SymmetricKey

    /// Fetched once: a fetch by name costs more than a small message.
    @safe private struct Cipher: @unchecked Sendable {
        let pointer = unsafe EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
        static let shared = Cipher()
    }

    init(key: SymmetricKey) throws(VaultError) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw VaultError(.cryptographyFailed) }
        unsafe self.context = context
        self.key = key
    }

    // Frees the key schedule too, wiping it.
    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Message and tag.
    func seal(_ message: Bytes, nonce: [UInt8]) throws(VaultError) -> Bytes {
        try begin(nonce, isSealing: true)
        return try unsafe Bytes(count: message.count + Self.tagCount) { target throws(VaultError) in
            guard let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            var (written, nothing) = (Int32(0), UInt8(0))
            let done = unsafe message.withUnsafeBytes { bytes in
                let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe bytes.isEmpty
                    || EVP_EncryptUpdate(context, start, &written, input, Int32(bytes.count)) == 1
            }
            guard done, unsafe EVP_EncryptFinal_ex(context, &nothing, &written) == 1,
                unsafe EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), start + message.count) == 1
            else { throw VaultError(.cryptographyFailed) }
        }
    }

    /// The message of what `seal` gave; `nil` where it is another.
    func open(_ sealed: Bytes, nonce: [UInt8]) throws(VaultError) -> Bytes? {
        guard sealed.count >= Self.tagCount else { return nil }
        try begin(nonce, isSealing: false)
        let count = sealed.count - Self.tagCount
        var isAuthentic = false
        let message = unsafe Bytes(count: count) { target in
            var (written, nothing) = (Int32(0), UInt8(0))
            let start = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe sealed.withUnsafeBytes { bytes in
                guard let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                let tag = unsafe UnsafeMutableRawPointer(mutating: input + count)
                isAuthentic =
                    unsafe (count == 0 || EVP_DecryptUpdate(context, start, &written, input, Int32(count)) == 1)
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), tag) == 1
                    && EVP_DecryptFinal_ex(context, &nothing, &written) == 1
            }
        }
        return isAuthentic ? message : nil
    }

    private func begin(_ nonce: [UInt8], isSealing: Bool) throws(VaultError) {
        let done = unsafe key.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe isSealing
                ? EVP_EncryptInit_ex(context, Cipher.shared.pointer, nil, start, nonce)
                : EVP_DecryptInit_ex(context, Cipher.shared.pointer, nil, start, nonce)
        }
        guard done == 1, nonce.count == Self.nonceCount else { throw VaultError(.cryptographyFailed) }
    }
}
