public import ByteIO
import CCrypto

/// A key sealed under another key, bound to what it is for and whose it is. Format: Docs/Formats/keys.md.
public enum KeyWrap {
    /// Length of every wrapped key in bytes: version, salt, sealed key, tag.
    public static let count = 1 + saltCount + SymmetricKey.count + AESGCM.tagCount

    private static let version: UInt8 = 1
    private static let saltCount = 32

    /// Seals `key` under `wrapping`. Each call gives other bytes: the salt, and with it the key that seals, is random.
    public static func wrap(
        _ key: SymmetricKey, under wrapping: SymmetricKey, context: SealingContext
    ) throws(VaultError) -> Bytes {
        let salt = SecureRandom.bytes(saltCount)
        let cipher = try AESGCM(key: wrapKey(wrapping, salt: salt, context: context), .encrypt)
        return try unsafe Bytes(count: count) { target throws(VaultError) in
            unsafe target[0] = version
            unsafe salt.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[1...]).copyMemory(from: $0)
            }
            guard let body = unsafe target.baseAddress?.advanced(by: 1 + saltCount) else { return }
            try unsafe context.encoded.withUnsafeBytes { bytes throws(VaultError) in
                try unsafe cipher.begin(nonce: Nonce(0), associatedData: bytes)
            }
            try unsafe key.withUnsafeBytes { bytes throws(VaultError) in try unsafe cipher.update(bytes, into: body) }
            try unsafe cipher.finish(tag: body.advanced(by: SymmetricKey.count))
        }
    }

    /// The key inside `wrapped`.
    /// - Throws: `notAuthentic` for another wrapping key, another context or changed bytes; `truncated`,
    ///   `unsupportedVersion` for what is no wrapped key.
    public static func unwrap(
        _ wrapped: Bytes, under wrapping: SymmetricKey, context: SealingContext
    ) throws(VaultError) -> SymmetricKey {
        guard wrapped.count == count else { throw VaultError(.truncated) }
        guard wrapped[0] == version else { throw VaultError(.unsupportedVersion) }
        let salt = wrapped[clamping: 1..<(1 + saltCount)]
        let cipher = try AESGCM(key: wrapKey(wrapping, salt: salt, context: context), .decrypt)
        try unsafe context.encoded.withUnsafeBytes { bytes throws(VaultError) in
            try unsafe cipher.begin(nonce: Nonce(0), associatedData: bytes)
        }
        return try unsafe SymmetricKey { target throws(VaultError) in
            try unsafe wrapped.withUnsafeBytes { bytes throws(VaultError) in
                let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[(1 + saltCount)...])
                try unsafe cipher.update(
                    UnsafeRawBufferPointer(rebasing: body[0..<SymmetricKey.count]), into: target.baseAddress)
                guard let tag = unsafe body.baseAddress?.advanced(by: SymmetricKey.count),
                    unsafe cipher.finish(checking: tag)
                else {
                    if let base = target.baseAddress { unsafe OPENSSL_cleanse(base, target.count) }
                    throw VaultError(.notAuthentic)
                }
            }
        }
    }

    private static func wrapKey(_ key: SymmetricKey, salt: Bytes, context: SealingContext) -> SymmetricKey {
        HKDF.key(from: key, salt: salt, info: Bytes(Array("tarn key wrap 1".utf8) + context.encoded.array))
    }
}
