import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Conditional actions")
struct ConditionalActionsTests {
    enum Result: Sendable, Equatable {
        case absent
        case empty
        case dummy(String)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let tag: Tag
        let vr: VR
        let sopClass: String
        let result: Result
        var testDescription: String { "\(tag) in \(sopClass)" }
    }

    private static let privateClass = "1.2.840.113619.4.30"

    private static func value(_ vr: VR) -> String {
        switch vr {
        case .DA: "20180312"
        case .DT: "20180312101112"
        case .TM: "101112"
        default: Samples.surname
        }
    }

    @Test(
        "The attribute's Type in the file's IOD decides between absent, empty and a dummy",
        arguments: [
            // X/Z/D: Type 3 in CT, 1C in Enhanced CT
            Case(tag: .AcquisitionDateTime, vr: .DT, sopClass: UID.CTImageStorage, result: .absent),
            Case(
                tag: .AcquisitionDateTime, vr: .DT, sopClass: UID.EnhancedCTImageStorage,
                result: .dummy("19000101000000")),
            Case(tag: .AcquisitionDateTime, vr: .DT, sopClass: privateClass, result: .dummy("19000101000000")),
            // X/Z/D: Type 3 in CT, 1 in enhanced objects (PS3.3 C.7.5.2)
            Case(tag: .DeviceSerialNumber, vr: .LO, sopClass: UID.CTImageStorage, result: .absent),
            Case(tag: .DeviceSerialNumber, vr: .LO, sopClass: UID.EnhancedMRImageStorage, result: .dummy("REMOVED")),
            // X/Z: Type 3 in CT, 2 in PET (PS3.3 C.8.9.4)
            Case(tag: .AcquisitionDate, vr: .DA, sopClass: UID.CTImageStorage, result: .absent),
            Case(
                tag: .AcquisitionDate, vr: .DA, sopClass: UID.PositronEmissionTomographyImageStorage, result: .empty),
            Case(tag: .AcquisitionDate, vr: .DA, sopClass: privateClass, result: .empty),
            // Z/D: 2C in CT, 1 in reports
            Case(tag: .ContentDate, vr: .DA, sopClass: UID.CTImageStorage, result: .empty),
            Case(tag: .ContentDate, vr: .DA, sopClass: UID.BasicTextSRStorage, result: .dummy("19000101")),
            Case(tag: .ContentDate, vr: .DA, sopClass: privateClass, result: .dummy("19000101")),
            // X/D: Type 3, and 1 in PET Series
            Case(tag: .SeriesTime, vr: .TM, sopClass: UID.CTImageStorage, result: .absent),
            Case(
                tag: .SeriesTime, vr: .TM, sopClass: UID.PositronEmissionTomographyImageStorage,
                result: .dummy("000000")),
            Case(tag: .SeriesTime, vr: .TM, sopClass: privateClass, result: .dummy("000000")),
            // X, and Type 1 in presentation states (PS3.3 C.11.10)
            Case(tag: .PresentationCreationDate, vr: .DA, sopClass: UID.CTImageStorage, result: .absent),
            Case(
                tag: .PresentationCreationDate, vr: .DA,
                sopClass: UID.GrayscaleSoftcopyPresentationStateStorage, result: .dummy("19000101")),
            // Z and D as such
            Case(tag: .AccessionNumber, vr: .SH, sopClass: UID.CTImageStorage, result: .empty),
            Case(tag: .StructureSetLabel, vr: .SH, sopClass: UID.RTStructureSetStorage, result: .dummy("REMOVED")),
        ])
    func byType(_ row: Case) throws {
        var root = Samples.ct()
        root.set(.SOPClassUID, .UI, row.sopClass)
        root.set(row.tag, row.vr, Self.value(row.vr))
        let out = try Samples.output(root)
        switch row.result {
        case .absent: #expect(!out.contains(row.tag))
        case .empty: #expect(out.contains(row.tag) && out.string(row.tag) == nil)
        case .dummy(let text): #expect(out.string(row.tag) == text)
        }
    }

    @Test("Types within sequences count too, as deep as content items nest")
    func nested() throws {
        var item = DataSet()
        item.set(.RelationshipType, .CS, "CONTAINS")
        item.set(.ObservationDateTime, .DT, "20180312101112")
        item.set(.ValueType, .CS, "CONTAINER")
        for _ in 0..<4 {
            var outer = DataSet()
            outer.set(.RelationshipType, .CS, "CONTAINS")
            outer.set(.ObservationDateTime, .DT, "20180312101112")
            outer.set(.ValueType, .CS, "CONTAINER")
            outer.set(.ContentSequence, items: [item])
            item = outer
        }
        var root = Samples.ct()
        root.remove(.PixelData)
        root.set(.SOPClassUID, .UI, UID.ComprehensiveSRStorage)
        root.set(.ContentSequence, items: [item])
        var level = try Samples.output(root, [.cleanStructuredContent]).sequence(.ContentSequence)?.first
        var depth = 0
        while let current = level {
            #expect(current.string(.ObservationDateTime) == "19000101000000")
            depth += 1
            level = current.sequence(.ContentSequence)?.first
        }
        #expect(depth == 5)
    }

    @Test("A class whose name is no UID decides nothing and stops nothing")
    func hostileClass() throws {
        var root = Samples.ct()
        root.set(.SOPClassUID, .UI, "1.2.\u{1}.9")
        root.set(.AcquisitionDateTime, .DT, "20180312101112")
        #expect(try Samples.output(root).string(.AcquisitionDateTime) == "19000101000000")
        root.remove(.SOPClassUID)
        #expect(try Samples.output(root).string(.AcquisitionDateTime) == "19000101000000")
    }
}
