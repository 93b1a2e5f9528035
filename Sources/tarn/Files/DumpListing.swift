import DICOM

/// A data set as lines for people: tag, VR, keyword, value; what nests is indented.
struct DumpListing {
    private(set) var lines: [String] = []
    private let longestText = 96

    init(_ dataSet: DataSet) { add(dataSet, indentation: "") }

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
                lines.append("\(head): \(text(of: element, count: raw.count, in: characterSet))")
            }
        }
    }

    private func text(of element: DataElement, count: Int, in characterSet: CharacterSet) -> String {
        let values = element.strings(in: element.vr.usesSpecificCharacterSet ? characterSet : .default)
        guard !values.isEmpty else { return count == 0 ? "" : "\(count) bytes" }
        let text = values.joined(separator: "\\")
        let shown = text.unicodeScalars.prefix(longestText).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : String(scalar)
        }
        return shown.joined() + (text.unicodeScalars.count > longestText ? "…" : "")
    }
}
