import DICOM
import DICOMImaging

/// Where a known device burns text into its images.
struct RegionRule: Sendable {
    /// One of them must hold.
    struct Clause: Sendable, Equatable {
        let alternatives: [Condition]
    }

    struct Condition: Sendable, Equatable {
        let tag: Tag
        /// The whole value is meant, not a part of it.
        let isWhole: Bool
        /// Upper case.
        let value: [UInt8]
    }

    /// All of them must hold.
    let clauses: [Clause]
    let regions: [PixelRegion]
    /// The rule names a model and the size of its images, so that it says where the text is: others say that there is
    /// some.
    let isExact: Bool

    /// All rules, from `rows`.
    static let all: [RegionRule] = rows.utf8.split(separator: UInt8(ascii: "\n")).compactMap { RegionRule($0) }

    private static let tree = RegionRuleTree(all)

    /// The rules that fit a file.
    static func matching(_ file: DICOMFile) -> [RegionRule] { tree.rules(for: file).map { all[$0] } }
}

// MARK: Reading

extension RegionRule {
    fileprivate typealias Text = Substring.UTF8View.SubSequence

    /// Reads "gggg,eeee=value|gggg,eeee~part;… > x,y,width,height …"; `nil` for anything else.
    fileprivate init?(_ line: Text) {
        guard let arrow = line.lastIndex(of: UInt8(ascii: ">")) else { return nil }
        let parts = line[..<arrow].split(separator: UInt8(ascii: ";"))
        let clauses = parts.compactMap { Clause($0) }
        let boxes = line[line.index(after: arrow)...].split(separator: UInt8(ascii: " "))
        let regions = boxes.compactMap { Self.region($0) }
        guard clauses.count == parts.count, !clauses.isEmpty, regions.count == boxes.count, !regions.isEmpty else {
            return nil
        }
        self.clauses = clauses
        self.regions = regions
        func names(_ tag: Tag) -> Bool {
            clauses.contains { $0.alternatives.allSatisfy { $0.tag == tag } }
        }
        isExact = names(.ManufacturerModelName) && names(.Rows)
    }

    private static func region(_ box: Text) -> PixelRegion? {
        let numbers = box.split(separator: UInt8(ascii: ",")).compactMap { Int(Substring($0)) }
        guard numbers.count == 4 else { return nil }
        return PixelRegion(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }
}

extension RegionRule.Clause {
    fileprivate init?(_ text: RegionRule.Text) {
        let alternatives = text.split(separator: UInt8(ascii: "|")).compactMap { RegionRule.Condition($0) }
        guard !alternatives.isEmpty else { return nil }
        self.alternatives = alternatives
    }
}

extension RegionRule.Condition {
    fileprivate init?(_ text: RegionRule.Text) {
        let trimmed = Array(text.drop { $0 == UInt8(ascii: " ") })
        guard trimmed.count > 10, trimmed[4] == UInt8(ascii: ","),
            trimmed[9] == UInt8(ascii: "=") || trimmed[9] == UInt8(ascii: "~")
        else { return nil }
        var number: UInt32 = 0
        for byte in trimmed[..<4] + trimmed[5..<9] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
        }
        var value = trimmed[10...]
        while value.last == UInt8(ascii: " ") { value.removeLast() }
        guard !value.isEmpty else { return nil }
        tag = Tag(rawValue: number)
        isWhole = trimmed[9] == UInt8(ascii: "=")
        self.value = Array(value)
    }
}
