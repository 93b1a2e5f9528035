import DICOM

/// Devices of which it is known that they burn text into images that look like any other.
enum BurnedInDevices {
    private struct Condition {
        let tag: Tag
        let isWhole: Bool
        let value: String
    }

    private static let rules: [[Condition]] = rows.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ";")
        let conditions: [Condition] = parts.compactMap { part in
            guard let tag = Tag(hexadecimal: part.prefix(9).filter { $0 != "," }) else { return nil }
            let rest = part.dropFirst(9)
            guard let first = rest.first else { return nil }
            return Condition(tag: tag, isWhole: first == "=", value: String(rest.dropFirst()))
        }
        return conditions.count == parts.count ? conditions : nil
    }

    /// Whether a rule fits the data set.
    static func match(_ dataSet: DataSet) -> Bool {
        var values: [Tag: String] = [:]
        func value(_ tag: Tag) -> String {
            if let known = values[tag] { return known }
            let value = dataSet.strings(tag).joined(separator: "\\").uppercased()
            values[tag] = value
            return value
        }
        return rules.contains { rule in
            rule.allSatisfy { $0.isWhole ? value($0.tag) == $0.value : value($0.tag).holds($0.value) }
        }
    }
}
