extension UID {
    /// How the bits of a UUID were made (RFC 9562 §4.2).
    public enum UUIDVersion: UInt8, Sendable {
        /// At random, or so that nobody can tell them from it.
        case random = 4
        /// In a way of one's own, such as a digest.
        case custom = 8
    }

    /// Where version and variant stand (RFC 9562 §4).
    private static let fixed: UInt128 = 0xF << 76 | 0b11 << 62
    private static let variant: UInt128 = 0b10 << 62

    /// A UID that nobody else has: `2.25.` and the number of a UUID (PS3.5 §B.2), at most 44 characters.
    /// - Parameter bits: 128, six of which give way to what version and variant say.
    public static func uuid(_ bits: UInt128, _ version: UUIDVersion) -> String {
        var number = bits & ~Self.fixed
        number |= UInt128(version.rawValue) << 76
        number |= Self.variant
        return "2.25.\(number)"
    }
}
