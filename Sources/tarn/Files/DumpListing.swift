import DICOM

/// A data set as lines for people: tag, VR, keyword, value; what nests is indented.
struct DumpListing {
    /// UTF-8, each line with its end.
    private(set) var bytes: [UInt8] = []
    private let longest: Int

    /// - Parameter longest: characters of a value that are shown; 0 for all.
    init(_ dataSet: DataSet, longest: Int) {
        self.longest = longest
        add(dataSet, indentation: 0)
    }

    /// The value of one attribute; empty where it is absent.
    static func text(of tag: Tag, in dataSet: DataSet, longest: Int) -> String {
        guard let element = dataSet[tag] else { return "" }
        return text(of: element, in: dataSet.characterSet, longest: longest)
    }

    private mutating func add(_ dataSet: DataSet, indentation: Int) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            indent(indentation)
            add(element.tag)
            add(" \(element.vr.rawValue) ")
            add(DataDictionary.keyword(of: element.tag) ?? (element.tag.isPrivate ? "(private)" : "?"))
            add(": ")
            add(DumpListing.text(of: element, in: characterSet, longest: longest))
            bytes.append(UInt8(ascii: "\n"))
            for (index, item) in (element.items ?? []).enumerated() {
                indent(indentation + 2)
                add("item \(index + 1)\n")
                add(item.dataSet, indentation: indentation + 4)
            }
        }
    }

    private mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func indent(_ count: Int) {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count))
    }

    /// "(gggg,eeee)".
    private mutating func add(_ tag: Tag) {
        bytes.append(UInt8(ascii: "("))
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: tag.rawValue >> shift) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            if shift == 16 { bytes.append(UInt8(ascii: ",")) }
        }
        bytes.append(UInt8(ascii: ")"))
    }

    private static func text(of element: DataElement, in characterSet: CharacterSet, longest: Int) -> String {
        switch element.value {
        case .sequence(let items): return "\(items.count) \(items.count == 1 ? "item" : "items")"
        case .fragments(let fragments): return "\(fragments.items.count) fragments, \(fragments.count) bytes"
        case .raw(let raw):
            let values = element.strings(in: element.vr.usesSpecificCharacterSet ? characterSet : .default)
            guard !values.isEmpty else { return raw.count == 0 ? "" : "\(raw.count) bytes" }
            return shown(values.count == 1 ? values[0] : values.joined(separator: "\\"), longest: longest)
        }
    }

    /// `text` as far as it is shown, without control characters: they would move a terminal's cursor, or worse.
    private static func shown(_ text: String, longest: Int) -> String {
        let isShort = longest == 0 || text.utf8.count <= longest
        if isShort, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(longest == 0 ? .max : longest).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : String(scalar)
        }
        return shown.joined() + (longest > 0 && scalars.count > longest ? "…" : "")
    }
}
