internal import ByteIO

/// What DICOM JSON contains and how.
public struct JSONOptions: Sendable {
    /// Group lengths (gggg,0000), which PS3.18 §F leaves out.
    public var includesGroupLengths = false
    /// Longer values of bytes become references (BulkDataURI) instead of base64 (InlineBinary).
    public var bulkDataThreshold = 1024
    /// The reference for the value at a path; `nil` leaves the value out.
    public var bulkDataURI: @Sendable (TagPath) -> String? = { path in "bulkdata/\(JSONOptions.location(of: path))" }
    /// Whether (0008,0005) says what the JSON is, UTF-8 ("ISO_IR 192"), or what the file is.
    public var declaresUTF8 = false

    /// Bytes up to 1,024 in base64, references like "bulkdata/7FE00010".
    public init() {}

    /// A path as a reference may name it: "7FE00010", "54000100/1/54001010" (items from 1).
    public static func location(of path: TagPath) -> String {
        path.steps.map { step in step.item.map { "\(step.tag.hexadecimal)/\($0 + 1)" } ?? step.tag.hexadecimal }
            .joined(separator: "/")
    }
}

extension DataSet {
    /// The data set as one JSON object in UTF-8 (PS3.18 §F.2), without line breaks, attributes in the order of
    /// their tags. Of an attribute that stands more than once the last is written.
    public func json(_ options: JSONOptions = JSONOptions()) -> [UInt8] {
        var encoder = DICOMJSONEncoder(options: options)
        encoder.write(self)
        return encoder.writer.bytes
    }
}

/// Writes data sets as DICOM JSON.
private struct DICOMJSONEncoder {
    let options: JSONOptions
    var writer = JSONWriter()
    var path: [TagPath.Step] = []

    mutating func write(_ dataSet: DataSet) {
        let characterSet = dataSet.characterSet
        writer.append("{")
        var isFirst = true
        for element in DICOMJSONEncoder.ordered(dataSet.elements) {
            if element.tag.isGroupLength && !options.includesGroupLengths { continue }
            if !isFirst { writer.append(",") }
            isFirst = false
            writer.append(element.tag)
            writer.append(#":{"vr":""#)
            writer.append(json: element.vr.rawValue)
            writer.append("\"")
            writeValue(of: element, in: characterSet, of: dataSet)
            writer.append("}")
        }
        writer.append("}")
    }

    /// Ascending, each tag once.
    private static func ordered(_ elements: [DataElement]) -> [DataElement] {
        if zip(elements, elements.dropFirst()).allSatisfy({ $0.tag < $1.tag }) { return elements }
        var last: [Tag: DataElement] = [:]
        for element in elements { last[element.tag] = element }
        return last.values.sorted { $0.tag < $1.tag }
    }

    private mutating func writeValue(
        of element: DataElement, in characterSet: CharacterSet, of dataSet: DataSet
    ) {
        switch element.value {
        case .sequence(let items):
            guard !items.isEmpty else { return }
            path.append(TagPath.Step(element.tag, item: 0))
            writer.append(#","Value":["#)
            for (index, item) in items.enumerated() {
                path[path.count - 1] = TagPath.Step(element.tag, item: index)
                if index > 0 { writer.append(",") }
                write(item.dataSet)
            }
            writer.append("]")
            path.removeLast()
        case .fragments: writeReference(element.tag)
        case .raw(let raw):
            if let uri = raw.bulkDataURI { return write(reference: uri) }
            guard raw.count > 0 else { return }
            guard let bytes = raw.bytes else { return writeReference(element.tag) }
            if element.vr.isBulk {
                writeBinary(bytes, of: element, raw.byteOrder == .bigEndian ? dataSet.unitSize(of: element) : 1)
            } else if element.tag == .SpecificCharacterSet && options.declaresUTF8 {
                writer.append(#","Value":["ISO_IR 192"]"#)
            } else {
                writeValues(of: element, in: characterSet)
            }
        }
    }

    private mutating func writeReference(_ tag: Tag) {
        guard let uri = options.bulkDataURI(TagPath(path + [TagPath.Step(tag)])) else { return }
        write(reference: uri)
    }

    private mutating func write(reference uri: String) {
        writer.append(#","BulkDataURI":"#)
        writer.append(string: uri)
    }

    /// Inline, in little endian whatever the file's order (PS3.18 §F.2.7).
    /// - Parameter unit: bytes of a number whose order has to be reversed; 1 for none.
    private mutating func writeBinary(_ bytes: Bytes, of element: DataElement, _ unit: Int) {
        guard bytes.count <= options.bulkDataThreshold else { return writeReference(element.tag) }
        writer.append(#","InlineBinary":"#)
        writer.append(base64: unit > 1 ? bytes.reversed(unit: unit) : bytes)
    }

    private mutating func writeValues(of element: DataElement, in characterSet: CharacterSet) {
        switch element.vr {
        case .FL, .FD:
            // The exact value of single precision, too: what a reader compares is a number, not its text.
            writeNumbers(element.doubles.map { $0.isFinite ? "\($0)" : nil }, element.doubles.map { "\($0)" })
        case .UL, .US, .SL, .SS, .SV:
            let numbers = element.ints
            guard !numbers.isEmpty else { return }
            writer.append(#","Value":"#)
            writer.list(numbers) { writer, number in writer.append(json: "\(number)") }
        case .DS, .IS, .UV:
            let texts = element.strings(in: .default)
            writeNumbers(texts.map { DICOMJSONEncoder.number($0, element.vr) }, texts)
        default:
            let isRomaji = characterSet.isRomaji && element.vr.usesSpecificCharacterSet
            if !isRomaji, let bytes = element.bytes, writePlainText(bytes, element.vr) { return }
            let texts = element.strings(in: element.vr.usesSpecificCharacterSet ? characterSet : .default)
            guard texts.contains(where: { !$0.isEmpty }) else { return }
            writer.append(#","Value":"#)
            writer.list(texts) { writer, text in
                if text.isEmpty {
                    writer.append("null")
                } else if element.vr == .PN {
                    DICOMJSONEncoder.write(PersonName(text), to: &writer)
                } else {
                    writer.append(string: text)
                }
            }
        }
    }

    /// Writes a single value of printable ASCII as it stands, which most are; `false` for any other.
    private mutating func writePlainText(_ bytes: Bytes, _ vr: VR) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var text = unsafe buffer[...]
            while let last = unsafe text.last, last == 0x20 || last == 0 { unsafe text = text.dropLast() }
            guard let first = unsafe text.first, first != 0x20 else { return false }
            let isPlain = unsafe text.allSatisfy { byte in
                (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"")
                    && (vr != .PN || byte != UInt8(ascii: "="))
            }
            guard isPlain else { return false }
            writer.append(vr == .PN ? #","Value":[{"Alphabetic":""# : #","Value":[""#)
            unsafe writer.append(plain: text)
            writer.append(vr == .PN ? #""}]"# : #""]"#)
            return true
        }
    }

    /// Numbers, or where there is none the text as a string, and null for an empty value (PS3.18 §F.2.5).
    private mutating func writeNumbers(_ numbers: [String?], _ texts: [String]) {
        guard texts.contains(where: { !$0.isEmpty }) else { return }
        writer.append(#","Value":"#)
        writer.list(zip(numbers, texts)) { writer, pair in
            if let number = pair.0 {
                writer.append(json: number)
            } else if pair.1.isEmpty {
                writer.append("null")
            } else {
                writer.append(string: pair.1)
            }
        }
    }

    /// The number that text is, its digits kept; `nil` where JSON's numbers cannot represent it.
    private static func number(_ text: String, _ vr: VR) -> String? {
        guard let number = DecimalText.json(text), number.utf8.count <= JSONCursor.longestNumber else { return nil }
        switch vr {
        case .IS: return Int(number).map { "\($0)" }
        case .UV: return number
        default: return Double(number).map(\.isFinite) == true ? number : nil
        }
    }

    private static func write(_ name: PersonName, to writer: inout JSONWriter) {
        let groups: [(StaticString, String)] = [
            (#""Alphabetic":"#, name.alphabetic), (#""Ideographic":"#, name.ideographic),
            (#""Phonetic":"#, name.phonetic),
        ]
        writer.append("{")
        var isFirst = true
        for (key, group) in groups where !group.isEmpty {
            if !isFirst { writer.append(",") }
            isFirst = false
            writer.append(key)
            writer.append(string: group)
        }
        writer.append("}")
    }
}
