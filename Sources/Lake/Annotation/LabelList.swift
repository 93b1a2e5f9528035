internal import Foundation

/// A word that things in images are called by. Its name is its identity: it never goes away, it is only retired.
public struct Label: Codable, Hashable, Sendable {
    public let name: String
    /// `#rrggbb`
    public let color: String
    public let description: String
    /// Not for new annotations.
    public let retired: Bool

    public init(name: String, color: String, description: String = "", retired: Bool = false) {
        self.name = name
        self.color = color
        self.description = description
        self.retired = retired
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        color = try container.decode(String.self, forKey: .color)
        description = try container.decodeIfPresent(String.self, forKey: .description) ?? ""
        retired = try container.decodeIfPresent(Bool.self, forKey: .retired) ?? false
    }
}

/// The labels of a project, in the order in which they are offered.
public struct LabelList: Hashable, Sendable {
    public let labels: [Label]
    /// 0 where nobody has changed what a project begins with.
    public let version: Int

    /// Names this version, for If-Match.
    public var tag: String { "labels-\(version)" }

    private static let most = 500
    private static let longestDescription = 300

    /// What every project begins with.
    static let standard = LabelList(
        labels: [
            Label(name: "Finding", color: "#e69f00", description: "Something that is not as it should be"),
            Label(name: "Normal", color: "#009e73", description: "As it should be"),
            Label(name: "Artefact", color: "#56b4e9", description: "Made by the examination, not by the patient"),
        ], version: 0)

    /// The next version of this list.
    /// - Throws: `.invalid` for labels that make no list, or where one of this list is missing.
    func next(_ labels: [Label]) throws(LakeError) -> LabelList {
        guard labels.count <= Self.most else { throw LakeError(.invalid, "a project has at most \(Self.most) labels") }
        var checked: [Label] = []
        var folded: Set<String> = []
        for label in labels {
            let name = try Naming.line(label.name, of: "a label's name", limit: LabelNaming.longestName)
            guard folded.insert(name.lowercased()).inserted else {
                throw LakeError(.invalid, "two labels have the same name, or differ in upper and lower case only")
            }
            guard Self.isColor(label.color) else { throw LakeError(.invalid, "a label's color is #rrggbb") }
            let description = try LabelNaming.text(
                label.description, of: "a label's description", limit: Self.longestDescription)
            checked.append(
                Label(name: name, color: label.color.lowercased(), description: description, retired: label.retired))
        }
        // By their bytes: what an annotation holds has to be found again as it is.
        let names = Set(checked.map { Array($0.name.utf8) })
        guard self.labels.allSatisfy({ names.contains(Array($0.name.utf8)) }) else {
            throw LakeError(
                .invalid, "a label that there was cannot be taken away or renamed, only retired: annotations have it")
        }
        return LabelList(labels: checked, version: version + 1)
    }

    private static func isColor(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "#") && digits.count == 6
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    }
}
