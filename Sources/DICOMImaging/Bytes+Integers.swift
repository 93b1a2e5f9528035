import ByteIO

extension Bytes {
    /// The 32-bit number at `offset`, little-endian. Traps out of range, as subscripting does.
    func littleEndian32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
            | UInt32(self[offset + 3]) << 24
    }

    /// The 16-bit number at `offset`, little-endian. Traps out of range, as subscripting does.
    func littleEndian16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }
}
