import ByteIO
import DICOM

/// What the header of an object itself says of the patient, the staff and the institution, to be found again in texts.
struct Identifiers {
    /// Words of names in lower case.
    private(set) var names: Set<[UInt8]> = []
    /// Numbers and IDs: upper case letters and digits only, at least four of them, one a digit.
    private(set) var ids: Set<[UInt8]> = []
    private var longNames: [String] = []
    /// Names in Chinese characters, of two at least: they stand in texts without spaces around them.
    private(set) var hanNames: [String] = []
    /// The IDs that are looked for across separators. No header has as many as the limit; a hostile file may, and then
    /// the form of a number alone decides.
    private(set) var searchable: [[UInt8]] = []

    init() {}

    /// Collects from every level of a data set, private elements included.
    init(of dataSet: DataSet) { add(dataSet) }

    /// Collects from one more data set.
    mutating func add(_ dataSet: DataSet) {
        collect(dataSet, depth: 0)
        longNames = names.filter { $0.count >= 4 }.prefix(1024).map { String(decoding: $0, as: UTF8.self) }
        searchable = Array(ids.prefix(512))
    }

    func contains(name word: ArraySlice<UInt8>) -> Bool {
        guard !names.isEmpty, word.count >= 2 else { return false }
        return names.contains(word.map { TextTokens.isUpper($0) ? $0 | 0x20 : $0 })
    }

    func contains(id text: ArraySlice<UInt8>) -> Bool {
        guard !ids.isEmpty, text.count >= 4 else { return false }
        return ids.contains(Self.upper(text))
    }

    /// Whether a name of at least four letters is a part of the word.
    func containsPart(of word: ArraySlice<UInt8>) -> Bool {
        guard word.count > 4, !longNames.isEmpty else { return false }
        let lower = String(decoding: word, as: UTF8.self).lowercased()
        return longNames.contains { lower.holds($0) }
    }

    /// Whether any of it stands in these bytes, in upper or lower case; IDs also where separators split them.
    ///
    /// Nothing vouches for what is too long to be searched.
    func occur(in bytes: Bytes) -> Bool {
        guard bytes.count <= 4 << 20 else { return true }
        let lower = bytes.map { TextTokens.isUpper($0) ? $0 | 0x20 : $0 }
        if longNames.contains(where: { Self.find(Array($0.utf8), in: lower) }) { return true }
        guard !searchable.isEmpty else { return false }
        let upper = Self.upper(bytes)
        return searchable.contains { Self.find($0, in: upper) }
    }

    private static func find(_ part: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = part.first, bytes.count >= part.count else { return false }
        var rest = bytes[...(bytes.count - part.count)]
        while let start = rest.firstIndex(of: first) {
            if bytes[start..<(start + part.count)].elementsEqual(part) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }

    static func upper(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.compactMap { byte in
            if byte >= 0x61, byte <= 0x7A { return byte & 0xDF }
            return TextTokens.isUpper(byte) || TextTokens.isDigit(byte) ? byte : nil
        }
    }

    // MARK: Collecting

    private mutating func collect(_ dataSet: DataSet, depth: Int) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            switch element.value {
            case .sequence(let items):
                if depth < Self.deepest { for item in items { collect(item.dataSet, depth: depth + 1) } }
            case .raw, .fragments:
                switch Self.kind(of: element) {
                case .personName: for text in element.strings(in: characterSet) { add(personName: text) }
                case .text: for text in element.strings(in: characterSet) { add(text: text) }
                case nil: continue
                }
            }
        }
    }

    /// What lies deeper than any real object nests is taken out, not searched.
    static let deepest = 16

    enum Kind { case personName, text }

    /// What an element is collected as; `nil` where nothing of it is.
    static func kind(of element: DataElement) -> Kind? {
        guard case .raw(let raw) = element.value, element.vr.isText, raw.count > 1, raw.count <= 1024 else {
            return nil
        }
        if element.vr == .PN || DataDictionary.vr(of: element.tag) == .PN { return .personName }
        guard let row = ConfidentialityTable.row(element.tag), !row.isTemporal, !row.isDescriptor, row.basic != .uid,
            element.vr != .DS, element.vr != .IS, element.vr != .UI
        else { return nil }
        return .text
    }

    private mutating func add(personName text: String) {
        let tokens = TextTokens(Array(text.utf8))
        let han = tokens.tokens.indices.compactMap { tokens.han($0) }
        for name in han.count > 1 ? han + [han.joined()] : han where name.count > 1 && hanNames.count < 64 {
            if !hanNames.contains(name) { hanNames.append(name) }
        }
        for index in tokens.tokens.indices where tokens.tokens[index].kind == .word && tokens.tokens[index].count >= 2 {
            let word = tokens.lowercased(index)
            // A word of two letters that is on the list (CT, AP) is no name worth its meaning.
            if Self.titles.contains(word) || (word.utf8.count == 2 && Vocabulary.contains(word.utf8)) { continue }
            names.insert(Array(word.utf8))
        }
        add(id: text)
    }

    /// An ID, an address, an institution: its words where they are on no list, its numbers always.
    private mutating func add(text: String) {
        let tokens = TextTokens(Array(text.utf8))
        for index in tokens.tokens.indices {
            let token = tokens.tokens[index]
            if token.kind == .word, token.count >= 4, !Vocabulary.contains(tokens.text(index)) {
                names.insert(Array(tokens.lowercased(index).utf8))
            } else if token.kind != .word {
                add(id: String(decoding: tokens.text(index), as: UTF8.self))
            }
        }
        add(id: text)
    }

    private mutating func add(id text: String) {
        let id = Self.upper(text.utf8)
        guard id.count >= 4, id.count <= 64, id.contains(where: TextTokens.isDigit) else { return }
        // A short number would be found by chance in every other text.
        guard id.count >= 5 || !id.allSatisfy(TextTokens.isDigit) else { return }
        ids.insert(id)
    }

    private static let titles: Set<String> = ["dr", "mr", "mrs", "ms", "md", "prof", "phd", "jr", "sr", "rt", "rn"]
}
