import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Burned-in risk")
struct BurnedInRiskTests {
    private func risk(_ change: (inout DataSet) -> Void) throws -> BurnedInRisk {
        var root = Samples.ct()
        change(&root)
        return try Samples.deidentifier().deidentify(try Samples.file(root)).risk
    }

    @Test("An original slice is published, and so is an object without pixels")
    func published() throws {
        #expect(try risk { _ in } == .none)
        #expect(try risk { $0.set(.ImageType, .CS, "DERIVED", "PRIMARY", "MPR") } == .none)
        let report = try risk {
            $0.remove(.PixelData)
            $0.set(.SOPClassUID, .UI, UID.BasicTextSRStorage)
        }
        #expect(report == .none)
    }

    struct Held: CustomTestStringConvertible, Sendable {
        let tag: Tag
        let vr: VR
        let values: [String]
        var testDescription: String { "\(tag) \(values.joined(separator: "\\"))" }
    }

    @Test(
        "What may show text is held, whatever Burned In Annotation says",
        arguments: [
            Held(tag: .SOPClassUID, vr: .UI, values: [UID.SecondaryCaptureImageStorage]),
            Held(tag: .SOPClassUID, vr: .UI, values: [UID.UltrasoundImageStorage]),
            Held(tag: .SOPClassUID, vr: .UI, values: [UID.EncapsulatedPDFStorage]),
            Held(tag: .SOPClassUID, vr: .UI, values: [UID.MediaStorageDirectoryStorage]),
            Held(tag: .SOPClassUID, vr: .UI, values: ["1.2.840.113619.4.30"]),
            Held(tag: .Modality, vr: .CS, values: ["US"]),
            Held(tag: .Modality, vr: .CS, values: ["OT"]),
            Held(tag: .ImageType, vr: .CS, values: ["DERIVED", "SECONDARY"]),
            Held(tag: .ImageType, vr: .CS, values: ["ORIGINAL", "PRIMARY", "SCREEN SAVE"]),
            Held(tag: .ConversionType, vr: .CS, values: ["WSD"]),
            Held(tag: .BurnedInAnnotation, vr: .CS, values: ["YES"]),
            Held(tag: .SeriesDescription, vr: .LO, values: ["Dose Report"]),
            Held(tag: .PhotometricInterpretation, vr: .CS, values: ["PALETTE COLOR"]),
            Held(tag: .ManufacturerModelName, vr: .LO, values: ["LOGIQ9"]),
        ])
    func held(_ row: Held) throws {
        let risk = try risk {
            $0.set(.BurnedInAnnotation, .CS, "NO")
            $0.set(row.tag, row.vr, strings: row.values)
        }
        guard case .review(let reason) = risk else {
            Issue.record("published")
            return
        }
        #expect(!reason.isEmpty && !reason.contains(Samples.surname))
    }

    @Test("A file without a data set is refused")
    func empty() {
        let file = DICOMFile(meta: DataSet(), dataSet: DataSet())
        #expect(throws: DeidentificationError.self) { try Samples.deidentifier().deidentify(file) }
    }
}
