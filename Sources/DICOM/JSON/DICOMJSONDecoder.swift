internal import ByteIO

/// Builds data sets from DICOM JSON (PS3.18 §F.2). Recursion goes as deep as sequences nest.
struct DICOMJSONDecoder {
    var cursor: JSONCursor
    let options: JSONReadOptions
    /// Whether everything becomes UTF-8, because the declared character set lacks something.
    let isUTF8: Bool
    /// Whether a text was met that its character set lacks; then reading begins anew.
    var needsUTF8 = false
    var path: [TagPath.Step] = []
    var remainingElements: Int

    static let deepest = 512

    private init(_ json: Bytes, _ options: JSONReadOptions, isUTF8: Bool) {
        cursor = JSONCursor(json)
        self.options = options
        self.isUTF8 = isUTF8
        remainingElements = options.maximumElements
    }

    /// What `body` reads from `json`, in the declared character sets or, where those lack something, in UTF-8.
    static func decode(
        _ json: Bytes, _ options: JSONReadOptions,
        _ body: (inout DICOMJSONDecoder) throws(DICOMError) -> [DataSet]
    ) throws(DICOMError) -> [DataSet] {
        guard json.count <= options.maximumBytes else {
            throw DICOMError(.limitReached, reason: "the JSON is longer than \(options.maximumBytes) bytes")
        }
        var decoder = DICOMJSONDecoder(json, options, isUTF8: false)
        let dataSets = try body(&decoder)
        guard decoder.needsUTF8 else { return dataSets }
        var other = DICOMJSONDecoder(json, options, isUTF8: true)
        return try body(&other)
    }

    /// Calls `body` at each element of the array that is next.
    mutating func eachOfArray(_ body: (inout DICOMJSONDecoder) throws(DICOMError) -> Void) throws(DICOMError) {
        try cursor.expect(UInt8(ascii: "["), "an array is expected")
        if cursor.take(UInt8(ascii: "]")) { return }
        repeat { try body(&self) } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "]"), "a comma or the end of an array is expected")
    }

    /// The data set of the object that is next.
    mutating func dataSet(inheriting inherited: CharacterSet) throws(DICOMError) -> DataSet {
        let characterSet = isUTF8 ? .utf8 : try declaredCharacterSet() ?? inherited
        var elements: [DataElement] = []
        try cursor.expect(UInt8(ascii: "{"), "an object is expected")
        if !cursor.take(UInt8(ascii: "}")) {
            repeat {
                let start = cursor.offset
                let name = try cursor.string()
                guard let tag = Tag(hexadecimal: name), tag.group != 0xFFFE else {
                    throw malformed(start, "the name of an attribute is no tag")
                }
                try cursor.expect(UInt8(ascii: ":"), "a colon is expected")
                try count(start)
                let element = try attribute(tag, in: characterSet)
                if !tag.isGroupLength { elements.append(element) }
            } while cursor.take(UInt8(ascii: ","))
            try cursor.expect(UInt8(ascii: "}"), "a comma or the end of an object is expected")
        }
        return try ordered(elements, in: characterSet)
    }

    private func ordered(_ elements: [DataElement], in characterSet: CharacterSet) throws(DICOMError) -> DataSet {
        var elements = elements
        if !zip(elements, elements.dropFirst()).allSatisfy({ $0.tag < $1.tag }) {
            elements.sort { $0.tag < $1.tag }
            for (element, next) in zip(elements, elements.dropFirst()) where element.tag == next.tag {
                throw DICOMError(
                    .malformed, offset: cursor.offset, path: location(element.tag), reason: "the attribute stands twice"
                )
            }
        }
        var dataSet = DataSet(read: elements, isSorted: true, origin: nil, inheritedCharacterSet: characterSet)
        // Nested data sets inherit it (PS3.3 §C.12.1.1.2).
        if isUTF8 {
            if path.isEmpty { dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192") }
            if !path.isEmpty { dataSet.remove(.SpecificCharacterSet) }
        }
        return dataSet
    }

    /// What (0008,0005) of the object that is next declares, wherever it stands in it; `nil` where nothing does.
    private func declaredCharacterSet() throws(DICOMError) -> CharacterSet? {
        var probe = self
        try probe.cursor.expect(UInt8(ascii: "{"), "an object is expected")
        if probe.cursor.take(UInt8(ascii: "}")) { return nil }
        repeat {
            let name = try probe.cursor.string()
            try probe.cursor.expect(UInt8(ascii: ":"), "a colon is expected")
            if name == "00080005" {
                let element = try probe.attribute(.SpecificCharacterSet, in: .default)
                return CharacterSet(terms: element.strings(in: .default))
            }
            try probe.skip()
        } while probe.cursor.take(UInt8(ascii: ","))
        return nil
    }
}

extension DICOMJSONDecoder {
    /// Passes over a value; a level of sequences is three levels of JSON.
    mutating func skip() throws(DICOMError) { try cursor.skip(depth: 3 * maximumDepth + 8) }

    var maximumDepth: Int { min(options.maximumDepth, DICOMJSONDecoder.deepest) }

    /// Counts an attribute or item.
    mutating func count(_ offset: Int) throws(DICOMError) {
        remainingElements -= 1
        guard remainingElements < 0 else { return }
        throw DICOMError(
            .limitReached, offset: offset, reason: "there are more than \(options.maximumElements) elements")
    }

    func malformed(_ offset: Int, _ reason: String) -> DICOMError {
        DICOMError(.malformed, offset: offset, path: path.isEmpty ? nil : TagPath(path), reason: reason)
    }

    func location(_ tag: Tag) -> TagPath { TagPath(path + [TagPath.Step(tag)]) }
}
