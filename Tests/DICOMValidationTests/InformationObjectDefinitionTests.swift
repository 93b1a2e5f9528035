import DICOM
import DICOMValidation
import Foundation
import TestMaterial
import Testing

@Suite("Information object definitions")
struct InformationObjectDefinitionTests {
    @Test func `An IOD has a name and modules`() throws {
        let ct = try #require(InformationObjectDefinition.of(sopClass: UID.CTImageStorage))
        #expect(ct.name == "CT Image")
        #expect(ct.modules.contains("Image Plane") && ct.modules.contains("SOP Common"))
        #expect(InformationObjectDefinition.of(sopClass: "1.2.3") == nil)
        #expect(InformationObjectDefinition.edition.hasPrefix("20"))
    }

    @Test func `The strongest type of an attribute at its place is told`() throws {
        let ct = try #require(InformationObjectDefinition.of(sopClass: UID.CTImageStorage))
        // PS3.3 C.7.1.1, C.7.6.1 (Type 3) and C.8.2.1 (Type 1), C.7.6.3, C.12.1, C.9.2
        #expect(ct.requirement(of: TagPath(.PatientName)) == .two)
        #expect(ct.requirement(of: TagPath(.ImageType)) == .one)
        #expect(ct.requirement(of: TagPath(.PlanarConfiguration)) == .oneConditional)
        #expect(ct.requirement(of: TagPath(.Laterality)) == .twoConditional)
        #expect(ct.requirement(of: TagPath(.PatientComments)) == .three)
        #expect(ct.requirement(of: TagPath(.EchoTime)) == nil)
        #expect(ct.requirement(of: TagPath(Tag(0x6002, 0x0010))) == .one)
        #expect(ct.requirement(of: TagPath(Tag(0x0009, 0x1001))) == nil)
        #expect(ct.requirement(of: TagPath([])) == nil)
        let place = TagPath(.ProcedureCodeSequence).appending(item: 3, .CodeMeaning)
        #expect(ct.requirement(of: place) == .one)
        #expect(ct.requirement(of: TagPath(.ProcedureCodeSequence).appending(item: 0, .Rows)) == nil)
        let mr = try #require(InformationObjectDefinition.of(sopClass: UID.MRImageStorage))
        #expect(mr.requirement(of: TagPath(.EchoTime)) == .two)
    }

    @Test func `Functional group macros are found in both places`() throws {
        let definition = try #require(InformationObjectDefinition.of(sopClass: UID.EnhancedCTImageStorage))
        for outer: DICOM.Tag in [.SharedFunctionalGroupsSequence, .PerFrameFunctionalGroupsSequence] {
            let macro = TagPath(outer).appending(item: 0, .PlanePositionSequence)
            #expect(definition.requirement(of: macro) == .one)
            #expect(definition.requirement(of: macro.appending(item: 0, .ImagePositionPatient)) == .oneConditional)
        }
    }

    @Test func `A path deeper than any table is no loop`() throws {
        let report = try #require(InformationObjectDefinition.of(sopClass: UID.EnhancedSRStorage))
        var place = TagPath(.ContentSequence)
        for _ in 0..<60 { place = place.appending(item: 0, .ContentSequence) }
        #expect(report.requirement(of: place) == .oneConditional)
        #expect(report.requirement(of: place.appending(item: 0, .RelationshipType)) == .one)
    }

    @Test func `Every storage class of the standard has an IOD, or is listed without`() throws {
        let table = Repository.file("Sources/DICOM/Generated/UIDTable.swift")
        let known = Set(InformationObjectDefinition.sopClasses)
        var without: Set<String> = []
        for line in try String(contentsOf: table, encoding: .utf8).split(separator: "\n") {
            let fields = line.trimmingCharacters(in: .whitespaces).split(separator: "\t").map(String.init)
            guard fields.count == 4, fields[1] == "SOP Class", fields[0].hasPrefix("1.2.840.10008.5.1.4.1.1."),
                fields[2].contains("Storage")
            else { continue }
            if !known.contains(fields[0]) { without.insert(fields[2]) }
        }
        #expect(without.filter { !$0.hasSuffix("Trial") } == Self.classesWithoutIOD)
        #expect(known.count > 160)
    }

    /// Retired classes, those of the industrial standards DICONDE and DICOS, and one that Annex A does not tabulate.
    static let classesWithoutIOD: Set<String> = [
        "DICOS2DAITStorage", "DICOS3DAITStorage", "DICOSCTImageStorage",
        "DICOSDigitalXRayImageStorageForPresentation", "DICOSDigitalXRayImageStorageForProcessing",
        "DICOSQuadrupoleResonanceStorage", "DICOSThreatDetectionReportStorage", "EddyCurrentImageStorage",
        "EddyCurrentMultiFrameImageStorage", "NuclearMedicineImageStorageRetired", "StandaloneCurveStorage",
        "StandaloneModalityLUTStorage", "StandaloneOverlayStorage", "StandalonePETCurveStorage",
        "StandaloneVOILUTStorage", "ThermographyImageStorage", "ThermographyMultiFrameImageStorage",
        "UltrasoundImageStorageRetired", "UltrasoundMultiFrameImageStorageRetired", "UltrasoundWaveformStorage",
        "XRayAngiographicBiPlaneImageStorage",
    ]
}
