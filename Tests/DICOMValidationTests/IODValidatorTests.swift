import ByteIO
import DICOM
import DICOMValidation
import Testing

@Suite("IOD validation")
struct IODValidatorTests {
    private func findings(_ dataSet: DataSet) -> [Finding] { IODValidator().validate(Samples.file(dataSet)) }

    /// The only finding of a CT image after `change`.
    private func finding(_ change: (inout DataSet) -> Void) throws -> Finding {
        var dataSet = Samples.ct
        change(&dataSet)
        let found = findings(dataSet)
        #expect(found.count == 1, "\(found)")
        return try #require(found.first)
    }

    @Test func `A CT image that keeps every requirement has no findings`() {
        #expect(findings(Samples.ct).map(\.description) == [])
    }

    @Test func `An absent Type 1 attribute is an error with module and clause`() throws {
        let found = try finding { $0.remove(.Rows) }
        #expect(found.severity == .error && found.rule == .missing && found.path == TagPath(.Rows))
        #expect(found.requirement == "Type 1" && found.clause == "PS3.3 C.7.6.3 Image Pixel")
        #expect(
            found.description == "error: (0028,0010) Rows: missing, Type 1 (PS3.3 C.7.6.3 Image Pixel)")
    }

    @Test func `An empty Type 1 attribute is an error, and so is one that holds padding only`() throws {
        for value in ["", "  "] {
            let found = try finding { $0.set(.Modality, .CS, value) }
            #expect(found.rule == .empty && found.requirement == "Type 1")
        }
    }

    @Test func `A Type 2 attribute may be empty, not absent`() throws {
        #expect(try finding { $0.remove(.PatientName) }.requirement == "Type 2")
        var dataSet = Samples.ct
        dataSet.set(.PatientName, .PN, "")
        #expect(findings(dataSet) == [])
    }

    @Test func `A conditional attribute is asked for where its condition holds`() throws {
        // C.7.6.3.1.3: Planar Configuration, where there are several samples a pixel; CT allows one.
        var dataSet = Samples.secondaryCapture
        #expect(findings(dataSet) == [])
        dataSet.set(.SamplesPerPixel, .US, ints: [3])
        dataSet.set(.PhotometricInterpretation, .CS, "RGB")
        dataSet.set(.PixelData, .OW, bytes: Bytes([UInt8](repeating: 0, count: 24)))
        let found = findings(dataSet)
        #expect(found.map(\.path) == [TagPath(.PlanarConfiguration)])
        #expect(found.map(\.requirement) == ["Type 1C"])
        dataSet.set(.PlanarConfiguration, .US, ints: [0])
        #expect(findings(dataSet) == [])
    }

    @Test func `A condition on what else the image is decides about Patient Position`() throws {
        #expect(try finding { $0.remove(.PatientPosition) }.requirement == "Type 2C")
        var dataSet = Samples.ct
        dataSet.remove(.PatientPosition)
        dataSet.set(.PatientOrientationCodeSequence, items: [Samples.orientation])
        #expect(!findings(dataSet).contains { $0.path == TagPath(.PatientPosition) })
    }

    @Test func `A type that overrides another module's is the one that counts`() {
        // C.8.6.1: Modality is Type 3 in Secondary Capture, although General Series has it as Type 1.
        var dataSet = Samples.secondaryCapture
        dataSet.remove(.Modality)
        #expect(findings(dataSet) == [])
    }

    @Test func `Attributes in items have types of their own`() throws {
        var code = Samples.code("1", "One")
        code.remove(.CodeMeaning)
        let found = try finding { $0.set(.ProcedureCodeSequence, items: [Samples.code("1", "One"), code, code]) }
        #expect(found.path.description == "(0008,1032)[1].(0008,0104)" && found.count == 2)
        #expect(found.clause == "PS3.3 C.7.2.1 General Study")
    }

    @Test func `One of three code values is enough`() throws {
        var code = Samples.code("1", "One")
        code.remove(.CodeValue)
        code.set(.LongCodeValue, .UC, "12345678901234567890")
        var dataSet = Samples.ct
        dataSet.set(.ProcedureCodeSequence, items: [code])
        #expect(findings(dataSet) == [])
        code.remove(.LongCodeValue)
        code.remove(.CodingSchemeDesignator)
        dataSet.set(.ProcedureCodeSequence, items: [code])
        #expect(findings(dataSet).map(\.path.description) == ["(0008,1032)[0].(0008,0100)"])
    }

    @Test func `A sequence of one item has no second`() throws {
        let item = Samples.code("1", "One")
        let found = try finding { $0.set(.CTDIPhantomTypeCodeSequence, items: [item, item]) }
        #expect(found.rule == .items && found.clause == "PS3.3 C.8.2.1 CT Image")
    }

    @Test func `Enumerated values are asked for, defined terms only usual`() throws {
        let sex = try finding { $0.set(.PatientSex, .CS, "X") }
        #expect(sex.rule == .enumeratedValue && sex.severity == .error && sex.requirement == "value 1 of M, F, O")
        let colour = try finding { $0.set(.PhotometricInterpretation, .CS, "RGB") }
        #expect(colour.rule == .enumeratedValue && colour.clause == "PS3.3 C.8.2.1 CT Image")
        var dataSet = Samples.secondaryCapture
        dataSet.set(.PhotometricInterpretation, .CS, "GREY")
        let found = findings(dataSet)
        #expect(found.map(\.rule) == [.definedTerm] && found.map(\.severity) == [.warning])
    }

    @Test func `An optional module is checked where it is there by an attribute of its own`() {
        var dataSet = Samples.ct
        dataSet.set(.ContrastBolusVolume, .DS, "10")
        #expect(findings(dataSet).map(\.path) == [TagPath(.ContrastBolusAgent)])
    }

    @Test func `Each group of overlays is a module`() {
        var dataSet = Samples.ct
        dataSet.set(DataElement(Tag(0x6002, 0x0010), .US, ints: [2]))
        let missing = findings(dataSet).filter { $0.clause == "PS3.3 C.9.2 Overlay Plane" }
        #expect(missing.count == 6)
        #expect(missing.allSatisfy { $0.path.steps.first?.tag.group == 0x6002 && $0.rule == .missing })
    }

    @Test func `The strongest type of several modules is the one that is named`() throws {
        var dataSet = Samples.enhancedCT
        dataSet.remove(.Manufacturer)
        let found = findings(dataSet)
        #expect(found.map(\.requirement) == ["Type 1"])
        #expect(found.map(\.clause) == ["PS3.3 C.7.5.2 Enhanced General Equipment"])
    }

    @Test(arguments: ["1.2.840.10008.5.1.4.1.1.5", "1.2.3.4", ""])
    func `A SOP Class without an IOD is a warning, and values are checked nevertheless`(sopClass: String) {
        var dataSet = Samples.ct
        dataSet.set(.SOPClassUID, .UI, sopClass)
        dataSet.set(.StudyDate, .DA, "2026")
        let found = findings(dataSet)
        #expect(found.map(\.rule) == [.unknownSOPClass, .syntax])
        #expect(found.first?.severity == .warning)
    }

    @Test func `Content items of a report are checked by their value type`() {
        var dataSet = Samples.report
        #expect(findings(dataSet).map(\.description) == [])
        dataSet.set(
            .ContentSequence,
            items: [
                Samples.item {
                    $0.set(.RelationshipType, .CS, "CONTAINS")
                    $0.set(.ValueType, .CS, "TEXT")
                    $0.set(.ConceptNameCodeSequence, items: [Samples.code("1", "One")])
                },
                Samples.item {
                    $0.set(.RelationshipType, .CS, "CONTAINS")
                    $0.set(.ValueType, .CS, "IMAGE")
                },
                Samples.item {
                    $0.set(.RelationshipType, .CS, "CONTAINS")
                    $0.set(DataElement(.ReferencedContentItemIdentifier, .UL, ints: [1]))
                },
            ])
        let paths = findings(dataSet).map(\.path.description)
        #expect(paths == ["(0040,a730)[0].(0040,a160)", "(0040,a730)[1].(0008,1199)"])
    }

    @Test func `An attribute whose condition does not hold is a warning, unless it may be present otherwise`() {
        // C.8.3.1: Inversion Time is required of inversion recovery; C.7.6.1: Patient Orientation may always be present.
        var dataSet = Samples.mr
        #expect(findings(dataSet) == [])
        dataSet.set(.InversionTime, .DS, "100")
        dataSet.set(.PatientOrientation, .CS, "L", "P")
        let found = findings(dataSet)
        #expect(found.map(\.rule) == [.unexpected] && found.map(\.severity) == [.warning])
        #expect(found.map(\.path) == [TagPath(.InversionTime)])
        dataSet.set(.ScanningSequence, .CS, "GR", "IR")
        #expect(findings(dataSet) == [])
    }

    @Test(arguments: [6, 10, 16]) func `Pixel Data has the length that its description asks for`(count: Int) throws {
        let found = try finding { $0.set(.PixelData, .OW, bytes: Bytes([UInt8](repeating: 0, count: count))) }
        #expect(found.rule == .inconsistent && found.path == TagPath(.PixelData) && found.clause == "PS3.5 8.1.1")
    }

    @Test func `Bits that do not fit each other are an error`() throws {
        let high = try finding { $0.set(.HighBit, .US, ints: [14]) }
        #expect(high.rule == .inconsistent && high.path == TagPath(.HighBit))
        var dataSet = Samples.secondaryCapture
        dataSet.set(.BitsStored, .US, ints: [17])
        dataSet.set(.HighBit, .US, ints: [16])
        let found = findings(dataSet)
        #expect(found.map(\.rule) == [.inconsistent] && found.map(\.path) == [TagPath(.BitsStored)])
    }

    @Test func `No finding holds a value`() {
        var dataSet = Samples.ct
        for tag: DICOM.Tag in [.PatientName, .PatientID, .StudyDate, .PatientSex, .KVP, .SOPInstanceUID, .Rows] {
            guard let vr = DataDictionary.vr(of: tag) else { continue }
            dataSet.set(DataElement(tag, vr, strings: ["CANARY\u{1}canary\\CANARY"]))
        }
        let found = findings(dataSet)
        #expect(found.count >= 6)
        #expect(!found.contains { "\($0)".lowercased().contains("canary") })
    }
}
