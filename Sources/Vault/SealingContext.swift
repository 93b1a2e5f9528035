public import ByteIO

/// What something is sealed for, and whose it is. Bound to the sealed bytes, not stored in them: who opens them must
/// name the same, so nothing sealed for one place can be put in another.
public struct SealingContext: Sendable, Hashable {
    /// The context as bytes: purpose and identities, each behind its length (32 bits, big endian).
    public let encoded: Bytes

    /// - Parameters:
    ///   - purpose: A short constant word, such as `image` or `subject-key`.
    ///   - identities: Whose: identifiers of rows or objects, in a fixed order for each purpose.
    public init(_ purpose: String, _ identities: String...) { self.init(purpose, identities: identities) }

    public init(_ purpose: String, identities: [String]) {
        var array: [UInt8] = []
        for part in [purpose] + identities {
            let utf8 = Array(part.utf8)
            for shift in [24, 16, 8, 0] { array.append(UInt8(truncatingIfNeeded: utf8.count >> shift)) }
            array += utf8
        }
        encoded = Bytes(array)
    }
}
