import ByteIO
import DICOM
import DICOMValidation
import Testing

/// A value in an attribute, and the rule it breaks.
struct ValueCase: Sendable, CustomTestStringConvertible {
    let tag: DICOM.Tag
    let vr: VR
    let bytes: [UInt8]
    let rule: Finding.Rule?

    init(_ tag: DICOM.Tag, _ vr: VR, _ text: String, _ rule: Finding.Rule?) {
        self.init(tag, vr, bytes: Array(text.utf8), rule)
    }

    init(_ tag: DICOM.Tag, _ vr: VR, bytes: [UInt8], _ rule: Finding.Rule?) {
        self.tag = tag
        self.vr = vr
        self.bytes = bytes
        self.rule = rule
    }

    var testDescription: String { "\(tag) \(vr.rawValue) \(rule?.rawValue ?? "fine") of \(bytes.count) bytes" }

    static let long = String(repeating: "X", count: 65)

    static let all: [ValueCase] = [
        ValueCase(.StudyDate, .DA, "20260228", nil), ValueCase(.StudyDate, .DA, "20260229", .syntax),
        ValueCase(.StudyDate, .DA, "2026.02.28", .syntax), ValueCase(.StudyDate, .DA, "2026", .syntax),
        ValueCase(.StudyTime, .TM, "2359", nil), ValueCase(.StudyTime, .TM, "235959.123456", nil),
        ValueCase(.StudyTime, .TM, "23:59:59", .syntax), ValueCase(.StudyTime, .TM, "2460", .syntax),
        ValueCase(.AcquisitionDateTime, .DT, "20260228120000.5+0100", nil),
        ValueCase(.AcquisitionDateTime, .DT, "202613", .syntax),
        ValueCase(.PatientAge, .AS, "034Y", nil), ValueCase(.PatientAge, .AS, "34Y", .syntax),
        ValueCase(.Modality, .CS, "CT ", nil), ValueCase(.Modality, .CS, "ct", .characters),
        ValueCase(.Modality, .CS, "ABCDEFGHIJKLMNOPQ", .length),
        ValueCase(.KVP, .DS, "-1.5E+3 ", nil), ValueCase(.KVP, .DS, "1,5", .characters),
        ValueCase(.KVP, .DS, "1.23456789012345678", .length), ValueCase(.KVP, .DS, "1-", .syntax),
        ValueCase(.KVP, .DS, "120\0", .characters), ValueCase(.KVP, .DS, "1\\2", .vm),
        ValueCase(.SeriesNumber, .IS, "+12", nil), ValueCase(.SeriesNumber, .IS, "1.0", .characters),
        ValueCase(.SeriesNumber, .IS, "9999999999", .syntax),
        ValueCase(.StudyInstanceUID, .UI, "1.2.3\0", nil), ValueCase(.StudyInstanceUID, .UI, "1.02.3", .syntax),
        ValueCase(.StudyInstanceUID, .UI, "1..3", .syntax), ValueCase(.StudyInstanceUID, .UI, "1.2.a", .characters),
        ValueCase(.StudyInstanceUID, .UI, "1." + String(repeating: "1", count: 64), .length),
        ValueCase(.StudyID, .SH, "ABCDEFGHIJKLMNOPQ", .length), ValueCase(.StudyID, .SH, "A\u{1}", .characters),
        ValueCase(.PatientID, .LO, long, .length), ValueCase(.PatientName, .PN, long, .length),
        ValueCase(.PatientID, .LO, bytes: [0x4D, 0xFC], .characters), ValueCase(.PatientID, .LO, "A\\B", .vm),
        ValueCase(.ImageComments, .LT, "two\r\nlines", nil), ValueCase(.ImageComments, .LT, "A\\B", nil),
        ValueCase(.RetrieveURL, .UR, "http://a/b", nil), ValueCase(.RetrieveURL, .UR, "http://a b", .characters),
        ValueCase(.StationAETitle, .AE, "ABCDEFGHIJKLMNOPQ", .length),
        ValueCase(.Rows, .US, bytes: [1, 0, 0], .length), ValueCase(.Rows, .US, bytes: [1, 0, 2, 0], .vm),
        ValueCase(.Rows, .UL, bytes: [1, 0, 0, 0], .vr), ValueCase(.SmallestImagePixelValue, .SS, bytes: [0, 0], nil),
        ValueCase(.PixelSpacing, .DS, "1", .vm), ValueCase(.ImageType, .CS, "ORIGINAL", .vm),
        ValueCase(.OtherPatientIDs, .LO, "A", .retired),
        ValueCase(Tag(0x0009, 0x0010), .LO, "CREATOR", nil), ValueCase(Tag(0x0009, 0x1001), .LO, long, .length),
    ]
}

@Suite("Form of values")
struct ValueCheckTests {
    @Test(arguments: ValueCase.all)
    func `A value is held against its VR and VM`(value: ValueCase) {
        // An unknown class, so that only the values count.
        var dataSet = DataSet()
        dataSet.set(DataElement(value.tag, value.vr, bytes: Bytes(value.bytes)))
        let found = IODValidator().validate(Samples.file(dataSet)).filter { $0.rule != .unknownSOPClass }
        #expect(found.map(\.rule) == (value.rule.map { [$0] } ?? []), "\(found)")
    }

    @Test func `Bytes beyond ASCII are fine where a character set is declared`() {
        var dataSet = DataSet()
        dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        dataSet.set(.PatientName, .PN, "Müller^Käthe")
        dataSet.set(.PatientID, .LO, String(repeating: "ä", count: 64))
        #expect(IODValidator().validate(Samples.file(dataSet)).map(\.rule) == [.unknownSOPClass])
        dataSet.set(.PatientID, .LO, String(repeating: "ä", count: 65))
        #expect(IODValidator().validate(Samples.file(dataSet)).map(\.rule) == [.unknownSOPClass, .length])
    }

    @Test func `A name has 64 characters in each of its groups`() {
        var dataSet = DataSet()
        dataSet.set(.PatientName, .PN, String(repeating: "A", count: 64) + "=" + String(repeating: "B", count: 64))
        #expect(IODValidator().validate(Samples.file(dataSet)).map(\.rule) == [.unknownSOPClass])
    }

    @Test func `Values in items are checked, too`() {
        var dataSet = Samples.ct
        var code = Samples.code("1", "One")
        code.set(.CodeValue, .SH, "12345678901234567")
        dataSet.set(.ProcedureCodeSequence, items: [code])
        let found = IODValidator().validate(Samples.file(dataSet))
        #expect(found.map(\.path.description) == ["(0008,1032)[0].(0008,0100)"])
        #expect(found.map(\.rule) == [.length] && found.map(\.clause) == ["PS3.5 6.2 SH"])
    }
}
