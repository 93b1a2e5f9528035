import DICOM

/// A data set as lines for people: tag, VR, keyword, value; what nests is indented.
struct DumpListing {
    private(set) var lines: [String] = []
    private let longest: Int

    /// - Parameter longest: characters of a value that are shown; 0 for all.
    init(_ dataSet: DataSet, longest: Int) {
        self.longest = longest
        add(dataSet, indentation: "")
    }

    /// The value of one attribute; empty where it is absent.
    static func text(of tag: Tag, in dataSet: DataSet, longest: Int) -> String {
        guard let element = dataSet[tag] else { return "" }
        switch element.value {
        case .sequence(let items): return "\(items.count) \(items.count == 1 ? "item" : "items")"
        case .fragments(let fragments): return "\(fragments.items.count) fragments, \(fragments.count) bytes"
        case .raw(let raw):
            return text(of: element, count: raw.count, in: dataSet.characterSet, longest: longest)
        }
    }

    private mutating func add(_ dataSet: DataSet, indentation: String) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            let keyword = DataDictionary.entry(for: element.tag)?.keyword ?? (element.tag.isPrivate ? "(private)" : "?")
            let head = "\(indentation)\(element.tag) \(element.vr.rawValue) \(keyword)"
            switch element.value {
            case .sequence(let items):
                lines.append("\(head): \(items.count) \(items.count == 1 ? "item" : "items")")
                for (index, item) in items.enumerated() {
                    lines.append("\(indentation)  item \(index + 1)")
                    add(item.dataSet, indentation: indentation + "    ")
                }
            case .fragments(let fragments):
                lines.append("\(head): \(fragments.items.count) fragments, \(fragments.count) bytes")
            case .raw(let raw):
                let text = DumpListing.text(of: element, count: raw.count, in: characterSet, longest: longest)
                lines.append("\(head): \(text)")
            }
        }
    }

    private static func text(
        of element: DataElement, count: Int, in characterSet: CharacterSet, longest: Int
    ) -> String {
        let values = element.strings(in: element.vr.usesSpecificCharacterSet ? characterSet : .default)
        guard !values.isEmpty else { return count == 0 ? "" : "\(count) bytes" }
        let text = values.count == 1 ? values[0] : values.joined(separator: "\\")
        let isShort = longest == 0 || text.utf8.count <= longest
        // Control characters would move a terminal's cursor, or worse.
        if isShort, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(longest == 0 ? .max : longest).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : String(scalar)
        }
        return shown.joined() + (longest > 0 && scalars.count > longest ? "…" : "")
    }
}
