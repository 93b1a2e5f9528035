public import ByteIO
import CCrypto

/// SHA-256 (FIPS 180-4), built up piece by piece. A value: a copy goes its own way.
public struct SHA256: Sendable {
    /// Length of a digest in bytes.
    public static let count = 32

    var state = SHA256_CTX()

    public init() { unsafe SHA256_Init(&state) }

    public mutating func update(_ bytes: Bytes) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }

    public mutating func update(utf8 text: String) {
        var text = text
        text.withUTF8 { unsafe update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of all bytes given so far; more may follow.
    public func digest() -> Bytes {
        unsafe Bytes(count: Self.count) { unsafe digest(into: $0) }
    }

    /// Writes the digest to the first 32 bytes of `target`.
    func digest(into target: UnsafeMutableRawBufferPointer) {
        var copy = state
        guard let base = target.baseAddress, target.count >= Self.count else { return }
        unsafe SHA256_Final(base.assumingMemoryBound(to: UInt8.self), &copy)
    }

    /// The digest of `bytes`.
    public static func of(_ bytes: Bytes) -> Bytes {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }
}
