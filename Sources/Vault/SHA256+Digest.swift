public import ByteIO
import CCrypto

extension SHA256 {
    /// The 32 bytes of a digest in a value of their own: with no storage behind them, millions fit in a table.
    public struct Digest: Hashable, Sendable, CustomStringConvertible {
        // The bytes in the order of the digest, whatever the machine makes of the numbers.
        fileprivate var words = SIMD4<UInt64>()

        fileprivate init() {}

        /// The digest that these 32 bytes are; `nil` for any other count.
        public init?(_ bytes: Bytes) {
            guard bytes.count == SHA256.count else { return nil }
            unsafe bytes.withUnsafeBytes { source in
                unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyMemory(from: source) }
            }
        }

        /// A copy of the 32 bytes.
        public var bytes: Bytes {
            unsafe Bytes(count: SHA256.count) { target in unsafe withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            }
        }

        /// Lends the 32 bytes to `body`.
        public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
            unsafe Swift.withUnsafeBytes(of: words) { unsafe body($0) }
        }

        /// Lower-case hexadecimal.
        public var description: String { unsafe withUnsafeBytes { unsafe $0.hexadecimal } }

        /// The same digest with the two highest bits of its last byte cleared, as Filecoin's trees want it.
        public var truncatedTo254Bits: Digest {
            var copy = self
            unsafe withUnsafeMutableBytes(of: &copy.words) { unsafe $0[SHA256.count - 1] &= 0x3F }
            return copy
        }
    }

    public mutating func update(_ digest: Digest) {
        unsafe digest.withUnsafeBytes { unsafe update($0) }
    }

    /// The digest of all bytes given so far; more may follow.
    public var value: Digest {
        var digest = Digest()
        unsafe withUnsafeMutableBytes(of: &digest.words) { unsafe self.digest(into: $0) }
        return digest
    }

    /// The digest of `bytes`.
    public static func value(of bytes: Bytes) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.value
    }
}
