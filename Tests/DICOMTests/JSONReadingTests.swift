import ByteIO
import DICOM
import TestMaterial
import Testing

@Suite struct JSONReadingTests {
    private func read(_ text: String) throws -> DataSet { try DataSet(json: Bytes(utf8: text)) }
    private func json(_ dataSet: DataSet) -> String { String(decoding: dataSet.json(), as: UTF8.self) }

    static let everything = #"""
        {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080020":{"vr":"DA"},"00081190":{"vr":"UR","Value":["http://a/b"]},
        "00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^Jane","Ideographic":"山田"},null,{"Phonetic":"やまだ"}]},
        "00104000":{"vr":"LT","Value":["a\"b\\c\n\u0001ä😀"]},"00189089":{"vr":"FD","Value":["nan"]},
        "00200013":{"vr":"IS","Value":[7,"1.5"]},"00280009":{"vr":"AT","Value":["00181063","7FE00010"]},
        "00280010":{"vr":"US","Value":[1,65535]},"00280030":{"vr":"DS","Value":[0.50,1,"x",null,1e-3]},
        "00280103":{"vr":"US","Value":[1]},"00280106":{"vr":"SS","Value":[-32768,32767]},"00282000":{"vr":"OB","InlineBinary":"AQIDBA=="},
        "0040A043":{"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["A","b"]}},{}]},"0040A730":{"vr":"SQ"},
        "00409225":{"vr":"FD","Value":[0.5,"inf","-inf"]},"00660016":{"vr":"OF","InlineBinary":"AACAPwAAAEA="},
        "00720082":{"vr":"SV","Value":[-9223372036854775808]},"00720083":{"vr":"UV","Value":[18446744073709551615]},
        "00720076":{"vr":"FL","Value":[0.10000000149011612]},"00720078":{"vr":"UL","Value":[4294967295]},
        "0072007C":{"vr":"SL","Value":[-2147483648]},"00720070":{"vr":"UT","Value":["\\ is text here"]},
        "7FE00001":{"vr":"OV","InlineBinary":"AQIDBAUGBwg="},
        "7FE00010":{"vr":"OW","BulkDataURI":"bulkdata/7FE00010"}}
        """#.split(separator: "\n").joined()

    @Test func `every kind of value survives the way there and back`() throws {
        let dataSet = try read(JSONReadingTests.everything)
        let written = json(dataSet)
        #expect(try read(written) == dataSet)
        #expect(json(try read(written)) == written)
        #expect(dataSet.strings(.PatientName) == ["Doe^Jane=山田", "", "==やまだ"])
        #expect(dataSet.string(.PatientComments) == "a\"b\\c\n\u{1}ä😀")
        #expect(dataSet.strings(.PixelSpacing) == ["0.50", "1", "x", "", "1e-3"])
        #expect(dataSet.ints(Tag(0x0072, 0x0082)) == [.min])
        #expect(dataSet.strings(Tag(0x0072, 0x0083)) == ["18446744073709551615"])
        #expect(dataSet.bytes(.ExtendedOffsetTable) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(dataSet.sequence(.ConceptNameCodeSequence)?.map { $0.strings(.CodeValue) } == [["A", "b"], []])
        #expect(dataSet.sequence(.ContentSequence)?.isEmpty == true)
        for expected in [#""Value":[0.50,1,"x",null,1e-3]"#, #"[0.5,"inf","-inf"]"#, #""Value":["nan"]"#] {
            #expect(written.contains(expected))
        }
    }

    @Test func `what was read from JSON is written as a file`() throws {
        var dataSet = try read(JSONReadingTests.everything)
        dataSet = try dataSet.resolvingBulkData { path, uri in
            #expect(path == TagPath(.PixelData) && uri == "bulkdata/7FE00010")
            return [1, 2, 3, 4]
        }
        for syntax in ConversionTests.syntaxes {
            let file = DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: syntax)
            let again = try DICOMFile.read(try file.encode().materialize(from: Bytes()))
            #expect(json(again.dataSet) == json(dataSet))
        }
    }

    @Test func `a reference stays one and cannot be encoded`() throws {
        let dataSet = try read(#"{"7FE00010":{"BulkDataURI":"http://a/b","vr":"OB"}}"#)
        guard case .raw(let raw)? = dataSet[.PixelData]?.value else {
            Issue.record("the value is no value")
            return
        }
        #expect(raw.bulkDataURI == "http://a/b" && raw.bytes == nil)
        #expect(json(dataSet) == #"{"7FE00010":{"vr":"OB","BulkDataURI":"http://a/b"}}"#)
        let file = DICOMFile(meta: DataSet(), dataSet: dataSet)
        #expect(throws: DICOMError.self) { try file.encode() }
        #expect(throws: DICOMError.self) { try file.bytes(of: raw) }
        let nested = try read(#"{"54000100":{"vr":"SQ","Value":[{},{"54001010":{"vr":"OW","BulkDataURI":"x"}}]}}"#)
        let resolved = try nested.resolvingBulkData { path, _ in
            #expect("\(path)" == "(5400,0100)[1].(5400,1010)")
            return [9, 8]
        }
        #expect(resolved.sequence(.WaveformSequence)?.last?.bytes(.WaveformData) == [9, 8])
        #expect(try nested.resolvingBulkData { _, _ in nil } == nested)
    }

    @Test func `text goes into the declared character set, or all of it into UTF-8`() throws {
        let declared = try read(
            #"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"Äneas"}]},"00080005":{"vr":"CS","Value":["ISO_IR 100"]}}"#)
        #expect(declared.bytes(.PatientName) == [0xC4, 0x6E, 0x65, 0x61, 0x73, 0x20])
        #expect(declared.string(.SpecificCharacterSet) == "ISO_IR 100")
        let lacking = try read(
            #"{"00080005":{"vr":"CS","Value":["ISO_IR 100"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Łukasz"}]},"#
                + #""00081140":{"vr":"SQ","Value":[{"00080005":{"vr":"CS","Value":["ISO_IR 100"]},"#
                + #""00080104":{"vr":"LO","Value":["ä"]}}]}}"#)
        #expect(lacking.string(.SpecificCharacterSet) == "ISO_IR 192")
        #expect(lacking.string(.PatientName) == "Łukasz")
        let item = try #require(lacking.sequence(.ReferencedImageSequence)?.first)
        #expect(item.bytes(.CodeMeaning) == [0xC3, 0xA4])
        #expect(!item.contains(.SpecificCharacterSet))
        let undeclared = try read(#"{"00100020":{"vr":"LO","Value":["ä"]}}"#)
        #expect(undeclared.string(.SpecificCharacterSet) == "ISO_IR 192")
        #expect(try read(#"{"00100020":{"vr":"LO","Value":["a"]}}"#).elements.count == 1)
    }

    @Test func `attributes may stand in any order, with members in any order`() throws {
        let dataSet = try read(
            #" { "00200013" : {"Value":[ 3 ],"vr":"IS"} , "00080060":{"name":[{"x":true}],"vr":"CS","Value":["CT"]} } "#
        )
        #expect(dataSet.elements.map(\.tag) == [.Modality, .InstanceNumber])
        #expect(dataSet.int(.InstanceNumber) == 3)
        #expect(try read(#"{"00080060":{"Value":["CT"]}}"#).string(.Modality) == "CT")
        #expect(try read("\u{FEFF}{}").isEmpty)
        #expect(try read(#"{"00080000":{"vr":"UL","Value":[4]}}"#).isEmpty)
        // A backslash separates values, as it would in a file (PS3.18 §F.2.4).
        #expect(try read(#"{"00080008":{"vr":"CS","Value":["A\\B"]}}"#).strings(.ImageType) == ["A", "B"])
        #expect(try read(#"{"0040A730":{"vr":"SQ","Value":[null]}}"#).sequence(.ContentSequence)?.count == 1)
    }

    @Test func `an array holds several data sets`() throws {
        let dataSets = try DataSet.dataSets(
            json: Bytes(
                utf8: #"[{"00080060":{"vr":"CS","Value":["CT"]}},{},{"00100020":{"vr":"LO","Value":["ä"]}}]"#))
        #expect(dataSets.map(\.elements.count) == [2, 1, 2])
        #expect(try DataSet.dataSets(json: Bytes(utf8: "[]")).isEmpty)
    }

    @Test(arguments: [
        "", "null", "[]", "{", "{}x", "{,}", #"{"0008006":{}}"#, #"{"Modality":{"vr":"CS"}}"#,
        #"{"FFFEE000":{"vr":"UN"}}"#, #"{"00080060":{"vr":"XX"}}"#,
        #"{"00080060":{"vr":"CS","Value":"CT"}}"#, #"{"00080060":{"vr":"CS","Value":[1]}}"#,
        #"{"00080060":{"vr":"CS","Value":["山"]}}"#, #"{"00080060":{"vr":"CS","Value":["CT"],"Value":["MR"]}}"#,
        #"{"00080060":{"vr":"CS"},"00080060":{"vr":"CS"}}"#, #"{"00080060":{"vr":"CS","InlineBinary":"AAAA"}}"#,
        #"{"00280010":{"vr":"US","Value":[65536]}}"#, #"{"00280010":{"vr":"US","Value":[-1]}}"#,
        #"{"00280010":{"vr":"US","Value":["1"]}}"#, #"{"00280010":{"vr":"US","Value":[1.5]}}"#,
        #"{"00280010":{"vr":"US","Value":[01]}}"#, #"{"00280010":{"vr":"US","Value":[+1]}}"#,
        #"{"00280010":{"vr":"US","Value":[1.]}}"#, #"{"00280010":{"vr":"US","Value":[.5]}}"#,
        #"{"00280010":{"vr":"US","Value":[1e]}}"#, #"{"00280010":{"vr":"US","Value":[NaN]}}"#,
        #"{"00280010":{"vr":"US","Value":[1,]}}"#, #"{"00280010":{"vr":"US","Value":[1 2]}}"#,
        #"{"00280009":{"vr":"AT","Value":["0018106"]}}"#, #"{"00409225":{"vr":"FD","Value":["one"]}}"#,
        #"{"00200013":{"vr":"IS","Value":[1.5]}}"#, #"{"00282000":{"vr":"OB","Value":[1]}}"#,
        #"{"00282000":{"vr":"OB","InlineBinary":"AQ="}}"#, #"{"00282000":{"vr":"OB","InlineBinary":"AQ==AQ=="}}"#,
        #"{"00282000":{"vr":"OB","InlineBinary":"A-=="}}"#, #"{"00282000":{"vr":"OB","InlineBinary":"AR=="}}"#,
        #"{"00100010":{"vr":"PN","Value":["Doe"]}}"#, #"{"00100010":{"vr":"PN","Value":[{"Latin":"Doe"}]}}"#,
        #"{"00100010":{"vr":"PN","Value":[{"Alphabetic":"a=b"}]}}"#, #"{"00104000":{"vr":"LT","Value":["a","b"]}}"#,
        #"{"0040A730":{"vr":"SQ","Value":[1]}}"#, #"{"00291001":{}}"#, #"{"00080060":null}"#,
        "{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"\u{1}\"]}}", #"{"00080060":{"vr":"CS","Value":["\x"]}}"#,
        #"{"00104000":{"vr":"LT","Value":["\ud800"]}}"#, #"{"00104000":{"vr":"LT","Value":["\ud800\u0041"]}}"#,
        #"{"00104000":{"vr":"LT","Value":["\udc00"]}}"#, #"{"00104000":{"vr":"LT","Value":["\u00g0"]}}"#,
        #"{"00104000":{"vr":"LT","Value":["abc"#, #"{"00104000":{"vr":"LT","Value":["\"#, #"{"00080060":{"x":tru}}"#,
    ])
    func `what is no DICOM JSON is refused`(_ text: String) {
        let error = #expect(throws: DICOMError.self) { try read(text) }
        #expect(error?.code == .malformed)
        #expect(error?.offset != nil)
    }

    @Test func `what the writer makes of odd files is read`() throws {
        let digits = String(repeating: "1", count: 100)
        let data =
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("\\ISO 2022 IR 87"))
            + Samples.explicit(.Modality, "CS", [0xC4, 0x20])
            + Samples.explicit(.PatientName, "PN", Samples.text("a=b=c=d=e"))
            + Samples.explicit(.PatientID, "LO", Samples.text("\u{1B}\u{1B}(B(J\u{1B}$B"))
            + Samples.explicit(.PatientWeight, "DS", Samples.text(digits))
        let dataSet = try DICOMFile.read(Samples.explicitFile(data)).dataSet
        let written = json(dataSet)
        #expect(json(try read(written)) == written.replacing("[null,\"ISO 2022 IR 87\"]", with: "[\"ISO_IR 192\"]"))
        #expect(written.contains("\"\(digits)\""))
        // Escape sequences in JSON are text, and no designations.
        let text = try read(
            #"{"00080005":{"vr":"CS","Value":[null,"ISO 2022 IR 87"]},"00100020":{"vr":"LO","Value":["\u001b$B;3"]}}"#)
        #expect(text.string(.PatientID) == "\u{1B}$B;3")
        #expect(text.string(.SpecificCharacterSet) == "ISO_IR 192")
    }

    @Test func `invalid UTF-8 is refused`() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            let json = Samples.text(#"{"00104000":{"vr":"LT","Value":[""#) + bytes + Samples.text(#""]}}"#)
            #expect(throws: DICOMError.self) { try DataSet(json: Bytes(json)) }
        }
    }

    @Test func `limits hold`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"0040A730":{"vr":"SQ","Value":["#, count: depth) + "{}"
                + String(repeating: "]}}", count: depth)
        }
        #expect(try read(nested(100)).contains(.ContentSequence))
        for text in [
            nested(129), nested(100_000), String(repeating: "[", count: 1_000_000),
            #"{"00080060":{"x":"# + String(repeating: "[", count: 1_000_000),
            #"{"00080060":{"x":"# + String(repeating: #"{"a":"#, count: 1_000_000),
        ] {
            #expect(throws: DICOMError.self) { try read(text) }
        }
        var options = JSONReadOptions()
        options.maximumElements = 2
        let three = Bytes(utf8: #"{"0040A730":{"vr":"SQ","Value":[{},{}]}}"#)
        #expect(throws: DICOMError.self) { try DataSet(json: three, options: options) }
        options.maximumElements = 3
        #expect(try DataSet(json: three, options: options).contains(.ContentSequence))
        options.maximumBytes = 10
        #expect(throws: DICOMError.self) { try DataSet(json: three, options: options) }
        let digits = #"{"00280030":{"vr":"DS","Value":["# + String(repeating: "1", count: 100_000) + "]}}"
        #expect(throws: DICOMError.self) { try read(digits) }
    }

    @Test func `every prefix is refused, and no changed byte does harm`() throws {
        let bytes = Array(JSONReadingTests.everything.utf8)
        for count in bytes.indices {
            #expect(throws: DICOMError.self) { try DataSet(json: Bytes(bytes)[clamping: 0..<count]) }
        }
        for index in bytes.indices {
            for value in [0x22, 0x5D, 0xFF, bytes[index] ^ 1] as [UInt8] {
                var changed = bytes
                changed[index] = value
                guard let dataSet = try? DataSet(json: Bytes(changed)) else { continue }
                #expect(try DataSet(json: Bytes(dataSet.json())).elements.count == dataSet.elements.count)
            }
        }
    }
}

@Suite(.enabled(if: !Corpus.entries.isEmpty, "../shared/corpus is absent"))
struct JSONCorpusTests {
    @Test(arguments: Corpus.entries(expecting: "parse", "lenient", "no-crash"))
    func `the JSON of every file becomes a data set with the same JSON`(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        guard let file = try? DICOMFile.read(bytes) else { return }
        var options = JSONOptions()
        options.declaresUTF8 = true
        let json = file.dataSet.json(options)
        var again = try DataSet(json: Bytes(json))
        if !file.dataSet.contains(.SpecificCharacterSet) { again.remove(.SpecificCharacterSet) }
        #expect(again.json(options) == json)
    }
}
