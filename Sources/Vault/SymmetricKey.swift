public import ByteIO
import CCrypto

/// A secret of 32 bytes: zeroed when the last reference goes, never printed, compared in constant time.
public struct SymmetricKey: Sendable, Equatable {
    /// Length of every key in bytes.
    public static let count = 32

    private let storage: Storage

    /// A new random key.
    public init() {
        storage = Storage()
        unsafe SecureRandom.fill(storage.buffer)
    }

    /// The key with these 32 bytes. The caller's copy is the caller's to forget.
    /// - Throws: `VaultError.keyMalformed` for any other count.
    public init(_ bytes: Bytes) throws(VaultError) {
        guard bytes.count == Self.count else { throw VaultError(.keyMalformed) }
        storage = Storage()
        unsafe bytes.withUnsafeBytes { unsafe storage.buffer.copyMemory(from: $0) }
    }

    /// A key that `fill` writes; the memory holds 32 zeros before.
    public init<E: Error>(filling fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        storage = Storage()
        try unsafe fill(storage.buffer)
    }

    /// Lends the 32 bytes to `body`, which must not keep or print them.
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(storage.buffer))
    }

    public static func == (left: SymmetricKey, right: SymmetricKey) -> Bool {
        unsafe CRYPTO_memcmp(left.storage.buffer.baseAddress, right.storage.buffer.baseAddress, count) == 0
    }

    /// Written once before it is shared; wiped at the end.
    @safe private final class Storage: @unchecked Sendable {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SymmetricKey.count, alignment: 16)

        init() { if let base = unsafe buffer.baseAddress { unsafe OPENSSL_cleanse(base, SymmetricKey.count) } }

        deinit {
            if let base = unsafe buffer.baseAddress { unsafe OPENSSL_cleanse(base, SymmetricKey.count) }
            unsafe buffer.deallocate()
        }
    }
}

extension SymmetricKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "a key" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
