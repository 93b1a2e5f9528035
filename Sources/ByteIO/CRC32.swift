import CDeflate

/// CRC-32 as ZIP and PNG use it (ISO 3309, polynomial 0xEDB88320), built up piece by piece.
public struct CRC32: Sendable {
    /// The checksum of all bytes given so far.
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: Bytes) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe value = libdeflate_crc32(value, bytes.baseAddress, bytes.count)
    }

    /// The checksum of `bytes`.
    public static func of(_ bytes: Bytes) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }
}
