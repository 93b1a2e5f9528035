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
        self.init(
            alphabetic: groups.first ?? "", ideographic: groups.count > 1 ? groups[1] : "",
            phonetic: groups.count > 2 ? groups[2] : "")
    }

    /// The name in up to three representations.
    public init(alphabetic: String, ideographic: String = "", phonetic: String = "") {
        self.alphabetic = alphabetic
        self.ideographic = ideographic
        self.phonetic = phonetic
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

    /// The five components of one representation; those that are absent are empty.
    public struct Components: Hashable, Sendable {
        /// Family name or names, for animals the responsible party's.
        public var family: String
        /// Given name or names.
        public var given: String
        /// Middle name or names.
        public var middle: String
        /// What stands before the name, as a title does.
        public var prefix: String
        /// What stands after the name, as a degree does.
        public var suffix: String

        /// The components.
        public init(
            family: String = "", given: String = "", middle: String = "", prefix: String = "", suffix: String = ""
        ) {
            self.family = family
            self.given = given
            self.middle = middle
            self.prefix = prefix
            self.suffix = suffix
        }

        /// The components that "^" separates in `representation`.
        public init(_ representation: String) {
            let parts = PersonName.components(of: representation)
            func part(_ index: Int) -> String { parts.indices.contains(index) ? parts[index] : "" }
            self.init(family: part(0), given: part(1), middle: part(2), prefix: part(3), suffix: part(4))
        }

        /// As it is encoded, without empty components at its end.
        public var text: String {
            var parts = [family, given, middle, prefix, suffix]
            while parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
            return parts.joined(separator: "^")
        }
    }
}
