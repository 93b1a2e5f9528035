public import ByteIO
import CCrypto

/// HMAC with SHA-256 (RFC 2104), built up piece by piece. A value; the two states that follow from the key are
/// computed once and copied with it, so many short messages under one key are cheap.
public struct HMACSHA256: Sendable {
    private var inner: SHA256
    private let outer: SHA256

    public init(key: SymmetricKey) {
        let states = unsafe key.withUnsafeBytes { unsafe Self.states(key: $0) }
        inner = states.inner
        outer = states.outer
    }

    /// A code under a key of any length, for HKDF (whose extract step takes the salt as key).
    init(keyBytes: UnsafeRawBufferPointer) {
        let states = unsafe Self.states(key: keyBytes)
        inner = states.inner
        outer = states.outer
    }

    private static func states(key: UnsafeRawBufferPointer) -> (inner: SHA256, outer: SHA256) {
        let blockCount = 64
        return unsafe withUnsafeTemporaryAllocation(byteCount: blockCount, alignment: 8) { block in
            defer { if let base = block.baseAddress { unsafe OPENSSL_cleanse(base, blockCount) } }
            unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
            if key.count > blockCount {
                var hash = SHA256()
                unsafe hash.update(key)
                unsafe hash.digest(into: block)
            } else {
                unsafe block.copyMemory(from: key)
            }
            var inner = SHA256()
            var outer = SHA256()
            for index in 0..<blockCount { unsafe block[index] ^= 0x36 }
            unsafe inner.update(UnsafeRawBufferPointer(block))
            for index in 0..<blockCount { unsafe block[index] ^= 0x36 ^ 0x5C }
            unsafe outer.update(UnsafeRawBufferPointer(block))
            return (inner, outer)
        }
    }

    public mutating func update(_ bytes: Bytes) { inner.update(bytes) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe inner.update(bytes) }

    public mutating func update(utf8 text: String) { inner.update(utf8: text) }

    /// The code of all bytes given so far, 32 bytes; more may follow.
    public func code() -> Bytes {
        unsafe Bytes(count: SHA256.count) { unsafe code(into: $0) }
    }

    func code(into target: UnsafeMutableRawBufferPointer) {
        unsafe inner.digest(into: target)
        var outer = outer
        unsafe outer.update(UnsafeRawBufferPointer(rebasing: target[0..<SHA256.count]))
        unsafe outer.digest(into: target)
    }

    /// The code of `bytes` under `key`.
    public static func code(_ bytes: Bytes, key: SymmetricKey) -> Bytes {
        var hmac = HMACSHA256(key: key)
        hmac.update(bytes)
        return hmac.code()
    }
}
