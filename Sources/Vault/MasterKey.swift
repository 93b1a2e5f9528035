import ByteIO
import CCrypto

/// The key above all others, kept in a file of its own: 32 bytes in base64 on one line. Format: Docs/Formats/keys.md.
public struct MasterKey: Sendable {
    public let key: SymmetricKey
    /// Whether the file's mode lets others than its owner read it. The caller says so to the operator: refusing
    /// would lock out secrets that a container runtime mounts 0444.
    public let isOpenToOthers: Bool

    /// A name for the key that says nothing about it: 16 hexadecimal digits that follow from it one way.
    public var id: String {
        let derived = HKDF.key(from: key, salt: Bytes(), info: Bytes(utf8: "tarn master key id 1"))
        return unsafe derived.withUnsafeBytes { unsafe $0.prefix(8).hexadecimal }
    }

    /// The line that a key file holds, for a backup that is kept apart. It is the key itself.
    public var backup: String { unsafe key.withUnsafeBytes { unsafe Base64.encode($0) } }

    public init(_ key: SymmetricKey, isOpenToOthers: Bool = false) {
        self.key = key
        self.isOpenToOthers = isOpenToOthers
    }

    /// The key in the text of a key file.
    /// - Throws: `keyMalformed`.
    public init(parsing text: [UInt8], isOpenToOthers: Bool = false) throws(VaultError) {
        guard var bytes = Base64.decode(Self.trimmed(text[...])) else { throw VaultError(.keyMalformed) }
        defer { unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) } }
        guard bytes.count == SymmetricKey.count else { throw VaultError(.keyMalformed) }
        key = unsafe SymmetricKey { target in
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        self.isOpenToOthers = isOpenToOthers
    }

    /// The key in the file at `path`.
    /// - Throws: `keyFileMissing`, `keyFileUnreadable`, `keyMalformed`.
    public static func load(from path: String) throws(VaultError) -> MasterKey {
        let file = try SecretFile.read(path, upTo: 63)
        return try MasterKey(parsing: file.bytes, isOpenToOthers: file.isOpenToOthers)
    }

    /// A new random key, in a new file at `path` with mode 0600; directories on the way are made with mode 0700.
    /// The file appears whole or not at all.
    /// - Throws: `keyFileExists`, `keyFileUnwritable`.
    public static func create(at path: String) throws(VaultError) -> MasterKey {
        let master = MasterKey(SymmetricKey())
        try master.save(to: path)
        return master
    }

    /// Writes the key to a new file at `path`, as `create(at:)` does.
    /// - Throws: `keyFileExists`, `keyFileUnwritable`.
    public func save(to path: String) throws(VaultError) {
        try SecretFile.write(Array((backup + "\n").utf8), to: path)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}
