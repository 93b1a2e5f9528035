/// A person's name: up to three representations of it (PS3.5 §6.2.1).
public struct PersonName: Hashable, Sendable {
    /// In Latin letters, or in the only ones the file has.
    public var alphabetic: String
    /// In ideographs.
    public var ideographic: String
    /// As it is spoken.
    public var phonetic: String

    /// The name whose groups are separated by "=".
    public init(_ text: String) {
        let groups = text.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        alphabetic = groups.first ?? ""
        ideographic = groups.count > 1 ? groups[1] : ""
        phonetic = groups.count > 2 ? groups[2] : ""
    }

    /// Family name, given name, middle name, prefix and suffix of one of the representations; fewer where the last
    /// are absent.
    public static func components(of representation: String) -> [String] {
        representation.split(separator: "^", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
    }

    /// The name as it is encoded, without empty groups at its end.
    public var text: String {
        var groups = [alphabetic, ideographic, phonetic]
        while groups.count > 1, groups.last?.isEmpty == true { groups.removeLast() }
        return groups.joined(separator: "=")
    }
}
