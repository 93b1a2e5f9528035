import ByteIO
import DICOM
import DICOMImaging

/// Where a known device burns text into its images.
struct RegionRule: Sendable {
    /// One of them must hold.
    struct Clause: Sendable {
        let alternatives: [Condition]
    }

    struct Condition: Sendable {
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
    static let all: [RegionRule] = rows.split(separator: "\n").compactMap { RegionRule($0) }

    /// Reads "gggg,eeee=value|gggg,eeee~part;… > x,y,width,height …"; `nil` for anything else.
    init?(_ line: Substring) {
        guard let arrow = line.utf8.lastIndex(of: UInt8(ascii: ">")) else { return nil }
        let parts = line[..<arrow].split(separator: ";")
        let clauses = parts.compactMap { Clause($0.split(separator: "|").compactMap { Condition($0) }) }
        let boxes = line[line.index(after: arrow)...].split(separator: " ")
        let regions = boxes.compactMap { PixelRegion(String($0)) }
        guard clauses.count == parts.count, !clauses.isEmpty, regions.count == boxes.count, !regions.isEmpty else {
            return nil
        }
        self.clauses = clauses
        self.regions = regions
        func names(_ tags: Set<Tag>) -> Bool {
            clauses.contains { $0.alternatives.allSatisfy { tags.contains($0.tag) } }
        }
        isExact = names([.ManufacturerModelName]) && names([.Rows])
    }

    /// The rules that fit a file.
    static func matching(_ file: DICOMFile) -> [RegionRule] {
        var values: [Tag: [UInt8]] = [:]
        func value(_ tag: Tag) -> [UInt8] {
            if let known = values[tag] { return known }
            let source = tag.group == 2 ? file.meta : file.dataSet
            let value = Array(source.strings(tag).joined(separator: "\\").uppercased().utf8)
            values[tag] = value
            return value
        }
        return all.filter { rule in
            rule.clauses.allSatisfy { clause in clause.alternatives.contains { $0.holds(for: value($0.tag)) } }
        }
    }
}

extension RegionRule.Clause {
    fileprivate init?(_ alternatives: [RegionRule.Condition]) {
        guard !alternatives.isEmpty else { return nil }
        self.alternatives = alternatives
    }
}

extension RegionRule.Condition {
    fileprivate init?(_ text: Substring) {
        let trimmed = String(text.drop { $0 == " " })
        guard let tag = Tag(hexadecimal: trimmed.prefix(9).filter { $0 != "," }) else { return nil }
        let rest = trimmed.dropFirst(9)
        guard let sign = rest.first, sign == "=" || sign == "~" else { return nil }
        var value = Array(rest.dropFirst().utf8)
        while value.last == UInt8(ascii: " ") { value.removeLast() }
        guard !value.isEmpty else { return nil }
        self.tag = tag
        isWhole = sign == "="
        self.value = value
    }

    fileprivate func holds(for bytes: [UInt8]) -> Bool {
        if isWhole { return bytes == value }
        guard let first = value.first, bytes.count >= value.count else { return false }
        return (0...(bytes.count - value.count)).contains { start in
            bytes[start] == first && bytes[start..<(start + value.count)].elementsEqual(value)
        }
    }
}
