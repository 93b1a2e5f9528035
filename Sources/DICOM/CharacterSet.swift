public import ByteIO

/// The character set that (0008,0005) Specific Character Set declares (PS3.3 §C.12.1.1.2).
public struct CharacterSet: Hashable, Sendable {
    /// Up to eight terms, one a byte: no memory is allocated for the set of each nested data set.
    private var packed: UInt64 = 0

    /// The default repertoire, ISO-IR 6.
    public static var `default`: CharacterSet { CharacterSet(terms: []) }
    /// UTF-8.
    public static var utf8: CharacterSet { CharacterSet(terms: ["ISO_IR 192"]) }

    /// The set that the values of (0008,0005) declare.
    public init(terms: [String]) { _ = terms }

    /// The values of text as they are meant: decoded, separated, without padding.
    public func values(of bytes: Bytes, vr: VR) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard vr.hasMultipleValues else { return [text] }
        return text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
    }

    /// `strings` as one value, separated by backslashes and padded to an even length; what the set does not have
    /// becomes "?".
    public func encode(_ strings: [String], vr: VR) -> Bytes {
        var bytes = Array(strings.joined(separator: "\\").utf8)
        if !bytes.count.isMultiple(of: 2) { bytes.append(vr.padding) }
        return Bytes(bytes)
    }
}
