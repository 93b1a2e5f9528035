import ByteIO
import DICOM
import Testing

@Suite struct JSONTests {
    private func json(_ dataSet: DataSet, _ change: (inout JSONOptions) -> Void = { _ in }) -> String {
        var options = JSONOptions()
        change(&options)
        return String(decoding: dataSet.json(options), as: UTF8.self)
    }

    @Test func writesEveryKindOfValue() {
        var item = DataSet()
        item.set(.CodeValue, .SH, "A")
        var dataSet = DataSet()
        dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        dataSet.set(.StudyDate, .DA, "")
        dataSet.set(.PatientName, .PN, "Doe^Jane=山田", "")
        dataSet.set(.PixelSpacing, .DS, "+0.50", " 1. ", "x", "")
        dataSet.set(.InstanceNumber, .IS, "007", "1.5")
        dataSet.set(.Rows, .US, ints: [1, 2])
        dataSet.set(.RealWorldValueSlope, .FD, doubles: [0.5, .infinity])
        dataSet.set(DataElement(.FrameIncrementPointer, tags: [.FrameTime]))
        dataSet.set(.ConceptNameCodeSequence, items: [item, DataSet()])
        dataSet.set(.PatientComments, .LT, "a\"b\\c\n\u{1}ä")
        dataSet.set(.ICCProfile, .OB, bytes: [1, 2, 3, 4])
        dataSet.set(.PixelData, .OW, bytes: Bytes([UInt8](repeating: 0, count: 2000)))
        let expected = [
            #""00080005":{"vr":"CS","Value":["ISO_IR 192"]}"#, #""00080020":{"vr":"DA"}"#,
            #""00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^Jane","Ideographic":"山田"},null]}"#,
            #""00104000":{"vr":"LT","Value":["a\"b\\c\n\u0001ä"]}"#, #""00200013":{"vr":"IS","Value":[7,"1.5"]}"#,
            #""00280009":{"vr":"AT","Value":["00181063"]}"#, #""00280010":{"vr":"US","Value":[1,2]}"#,
            #""00280030":{"vr":"DS","Value":[0.50,1,"x",null]}"#, #""00282000":{"vr":"OB","InlineBinary":"AQIDBA=="}"#,
            #""0040A043":{"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["A"]}},{}]}"#,
            #""00409225":{"vr":"FD","Value":[0.5,"inf"]}"#,
            #""7FE00010":{"vr":"OW","BulkDataURI":"bulkdata/7FE00010"}"#,
        ]
        let text = json(dataSet)
        for attribute in expected { #expect(text.contains(attribute)) }
        #expect(text.utf8.count == expected.reduce(1) { $0 + $1.utf8.count + 1 })
    }

    @Test func writesReferencesToNestedValues() {
        var item = DataSet()
        item.set(.WaveformData, .OW, bytes: Bytes([UInt8](repeating: 1, count: 8)))
        var dataSet = DataSet()
        dataSet.set(.WaveformSequence, items: [DataSet(), item])
        let text = json(dataSet) { options in
            options.bulkDataThreshold = 4
            options.bulkDataURI = { "/x/\(JSONOptions.location(of: $0))" }
        }
        #expect(
            text
                == #"{"54000100":{"vr":"SQ","Value":[{},{"54001010":{"vr":"OW","BulkDataURI":"/x/54000100/2/54001010"}}]}}"#
        )
    }

    @Test func leavesOutGroupLengthsAndDuplicates() throws {
        let bytes = Samples.explicitFile(
            Samples.explicit(Tag(0x0008, 0x0000), "UL", Samples.le32(10))
                + Samples.explicit(.Modality, "CS", Samples.text("CT"))
                + Samples.explicit(.Modality, "CS", Samples.text("MR")))
        let dataSet = try DICOMFile.read(bytes).dataSet
        #expect(json(dataSet) == #"{"00080060":{"vr":"CS","Value":["MR"]}}"#)
        #expect(json(dataSet) { $0.includesGroupLengths = true }.contains(#""00080000":{"vr":"UL","Value":[10]}"#))
    }

    @Test func declaresItsOwnCharacterSetWhereAsked() throws {
        let bytes = Samples.explicitFile(
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("ISO_IR 100"))
                + Samples.explicit(.PatientID, "LO", [0xC4, 0x20]))
        let dataSet = try DICOMFile.read(bytes).dataSet
        #expect(json(dataSet).contains(#""Value":["ISO_IR 100"]"#))
        let text = json(dataSet) { $0.declaresUTF8 = true }
        #expect(text.contains(#""Value":["ISO_IR 192"]"#))
        #expect(text.contains("Ä"))
    }
}
