import ByteIO
import CCrypto

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D) under one key, with one libcrypto context that is used again for
/// every message. Not for use by two threads at once.
@safe final class AESGCM {
    static let tagCount = 16
    static let nonceCount = 12

    enum Direction { case encrypt, decrypt }

    private let context: OpaquePointer
    private let direction: Direction

    /// Fetched once: a fetch by name costs more than sealing a small message.
    @safe private struct Cipher: @unchecked Sendable {
        let pointer = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
        static let shared = Cipher()
    }

    init(key: SymmetricKey, _ direction: Direction) throws(VaultError) {
        guard let cipher = unsafe Cipher.shared.pointer, let context = unsafe EVP_CIPHER_CTX_new() else {
            throw VaultError(.cryptographyFailed)
        }
        unsafe self.context = context
        self.direction = direction
        let done = unsafe key.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return switch direction {
            case .encrypt: unsafe EVP_EncryptInit_ex(context, cipher, nil, start, nil)
            case .decrypt: unsafe EVP_DecryptInit_ex(context, cipher, nil, start, nil)
            }
        }
        guard done == 1 else { throw VaultError(.cryptographyFailed) }
    }

    // Frees the key schedule too, wiping it.
    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Begins a message.
    func begin(nonce: borrowing Nonce, associatedData: UnsafeRawBufferPointer) throws(VaultError) {
        let done = unsafe nonce.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return switch direction {
            case .encrypt: unsafe EVP_EncryptInit_ex(context, nil, nil, nil, start)
            case .decrypt: unsafe EVP_DecryptInit_ex(context, nil, nil, nil, start)
            }
        }
        guard done == 1 else { throw VaultError(.cryptographyFailed) }
        try unsafe update(associatedData, into: nil)
    }

    /// The next bytes of the message. `target` has room for as many; `nil` says they are associated data.
    func update(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer?) throws(VaultError) {
        guard bytes.count > 0 else { return }
        guard let count = Int32(exactly: bytes.count) else { throw VaultError(.cryptographyFailed) }
        let input = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let output = unsafe target?.assumingMemoryBound(to: UInt8.self)
        var written: Int32 = 0
        let done =
            switch direction {
            case .encrypt: unsafe EVP_EncryptUpdate(context, output, &written, input, count)
            case .decrypt: unsafe EVP_DecryptUpdate(context, output, &written, input, count)
            }
        guard done == 1, written == count else { throw VaultError(.cryptographyFailed) }
    }

    /// Ends an encrypted message and writes its tag of 16 bytes.
    func finish(tag: UnsafeMutableRawPointer) throws(VaultError) {
        var written: Int32 = 0
        var nothing: UInt8 = 0
        guard unsafe EVP_EncryptFinal_ex(context, &nothing, &written) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), tag) == 1
        else { throw VaultError(.cryptographyFailed) }
    }

    /// Ends a decrypted message: whether the tag of 16 bytes is the right one.
    func finish(checking tag: UnsafeRawPointer) -> Bool {
        var written: Int32 = 0
        var nothing: UInt8 = 0
        return unsafe EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), UnsafeMutableRawPointer(mutating: tag)) == 1
            && EVP_DecryptFinal_ex(context, &nothing, &written) == 1
    }
}

/// Twelve bytes: four zeros, then a counter (64 bits, big endian). Unique because every key that is used with it is.
struct Nonce {
    private let high: UInt32 = 0
    private let counter: UInt64

    init(_ counter: Int) { self.counter = UInt64(truncatingIfNeeded: counter).bigEndian }

    borrowing func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        var bytes: (UInt32, UInt32, UInt32) = (
            high, UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32)
        )
        return unsafe Swift.withUnsafeBytes(of: &bytes) { unsafe body($0) }
    }
}
