import ByteIO
import DICOM
import Deidentification
import Foundation
import Testing

@Suite("Profile")
struct ProfileTests {
    @Test("The Basic Profile leaves no identifier of the header, and says what it did")
    func basic() throws {
        let outcome = try Samples.deidentifier().deidentify(try Samples.file(Samples.ct()))
        let bytes = try Samples.outputBytes(outcome)
        for word in [Samples.surname, Samples.given, Samples.patientID, "Vuntarsk", "A4711777", "19610203", "20180312"]
        {
            #expect(!bytes.contains(text: word))
        }
        let root = try DICOMFile.read(bytes).dataSet
        #expect(root.string(.PatientName) == outcome.subject.code)
        #expect(root.string(.PatientID) == outcome.subject.code)
        #expect(root.string(.PatientIdentityRemoved) == "YES")
        #expect(root.string(.LongitudinalTemporalInformationModified) == "REMOVED")
        let codes = try #require(root.sequence(.DeidentificationMethodCodeSequence))
        #expect(codes.map { $0.string(.CodeValue) } == ["113100"])
        #expect(root.string(.SOPClassUID) == UID.CTImageStorage)
        #expect(root.string(.Manufacturer) == "SIEMENS")
        #expect(root.bytes(.PixelData) == Samples.ct().bytes(.PixelData))
        #expect(outcome.risk == .none)
        #expect(outcome.studyInstanceUID == root.string(.StudyInstanceUID))
        #expect(outcome.summary.removed > 0 && outcome.summary.mappedUIDs == 3)
    }

    @Test("Names of options are those of the table, and an unknown one or a contradiction is an error")
    func names() throws {
        let profile = try Profile(names: "clean_descriptors, retain_long_modified_dates")
        #expect(profile.options == [.cleanDescriptors, .retainLongModifiedDates])
        #expect(try Profile(names: "") == .basic)
        #expect(throws: DeidentificationError.self) { try Profile(names: "clean_everything") }
        #expect(throws: DeidentificationError.self) {
            try Profile(options: [.retainLongFullDates, .retainLongModifiedDates])
        }
        #expect(
            Profile.projectDefault.options == [
                .retainLongModifiedDates, .cleanDescriptors, .retainPatientCharacteristics,
            ])
    }

    @Test("A profile survives JSON, and JSON with a contradiction does not become one")
    func json() throws {
        let data = try JSONEncoder().encode(Profile.projectDefault)
        #expect(try JSONDecoder().decode(Profile.self, from: data) == .projectDefault)
        let bad = Data(#"{"options":["retain_long_full_dates","retain_long_modified_dates"]}"#.utf8)
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Profile.self, from: bad) }
    }

    /// An attribute, an option, and what becomes of it without and with the option.
    struct OptionCase: CustomTestStringConvertible, Sendable {
        let option: Profile.Option
        let tag: Tag
        let vr: VR
        let value: String
        /// `nil`: anything but the value.
        let without: String?
        let with: String?
        var testDescription: String { "\(option.rawValue) \(tag)" }
    }

    static let cases = [
        OptionCase(
            option: .retainUIDs, tag: .SOPInstanceUID, vr: .UI, value: Samples.sopUID, without: nil,
            with: Samples.sopUID),
        OptionCase(
            option: .retainDeviceIdentity, tag: .DeviceSerialNumber, vr: .LO, value: "77123", without: nil,
            with: "77123"),
        OptionCase(
            option: .retainInstitutionIdentity, tag: .InstitutionName, vr: .LO, value: "Vuntarsk", without: nil,
            with: "Vuntarsk"),
        OptionCase(
            option: .retainPatientCharacteristics, tag: .PatientAge, vr: .AS, value: "057Y", without: nil, with: "057Y"),
        OptionCase(
            option: .retainPatientCharacteristics, tag: .PatientAge, vr: .AS, value: "Zorb", without: nil, with: nil),
        OptionCase(
            option: .retainLongFullDates, tag: .StudyDate, vr: .DA, value: "20180312", without: nil, with: "20180312"),
        OptionCase(option: .retainLongFullDates, tag: .StudyDate, vr: .DA, value: "Zorbquis", without: nil, with: nil),
        OptionCase(
            option: .retainLongModifiedDates, tag: .StudyTime, vr: .TM, value: "101112", without: nil, with: "101112"),
        OptionCase(
            option: .cleanDescriptors, tag: .StudyDescription, vr: .LO, value: "CT chest", without: nil,
            with: "CT chest"),
        OptionCase(
            option: .cleanDescriptors, tag: .StudyDescription, vr: .LO, value: "CT chest Zorbquist", without: nil,
            with: "CT chest [removed]"),
    ]

    @Test("Each option keeps what its column says, and only that", arguments: cases)
    func option(_ row: OptionCase) throws {
        var root = Samples.ct()
        root.set(row.tag, row.vr, row.value)
        #expect(try Samples.output(root).string(row.tag) != row.value)
        let kept = try Samples.output(root, [row.option]).string(row.tag)
        if let with = row.with { #expect(kept == with) } else { #expect(kept != row.value) }
    }

    @Test("Safe private attributes stay with the option, others and unknown creators never")
    func safePrivate() throws {
        var root = Samples.ct()
        root.set(Tag(0x0019, 0x0010), .LO, "GEMS_ACQU_01")
        root.set(Tag(0x0019, 0x1023), .DS, "39.37")
        root.set(Tag(0x0019, 0x10F0), .LO, Samples.surname)
        root.set(Tag(0x0029, 0x0010), .LO, "\(Samples.surname) SITE")
        root.set(Tag(0x0029, 0x1010), .LO, "x")
        #expect(try !Samples.output(root).elements.contains { $0.tag.isPrivate })
        let kept = try Samples.output(root, [.retainSafePrivate]).elements.filter(\.tag.isPrivate).map(\.tag)
        #expect(kept == [Tag(0x0019, 0x0010), Tag(0x0019, 0x1023)])
    }

    @Test("The codes of CID 7050 name each option that was applied")
    func codes() throws {
        let root = try Samples.output(Samples.ct(), [.cleanDescriptors, .retainLongModifiedDates])
        let codes = try #require(root.sequence(.DeidentificationMethodCodeSequence))
        #expect(codes.map { $0.string(.CodeValue) } == ["113100", "113105", "113107"])
        #expect(root.string(.LongitudinalTemporalInformationModified) == "MODIFIED")
        #expect(
            try Samples.output(Samples.ct(), [.retainLongFullDates]).string(.LongitudinalTemporalInformationModified)
                == "UNMODIFIED")
    }

    @Test("Items of kept sequences are cleaned at every depth")
    func nested() throws {
        var inner = DataSet()
        inner.set(.PatientName, .PN, "\(Samples.surname)^Deep")
        inner.set(.CodeMeaning, .LO, "Chest wall of \(Samples.surname)")
        inner.set(Tag(0x0029, 0x0010), .LO, Samples.surname)
        for _ in 0..<12 {
            var outer = DataSet()
            outer.set(.DerivationCodeSequence, items: [inner])
            inner = outer
        }
        var root = Samples.ct()
        root.set(.AnatomicRegionSequence, items: [inner])
        let outcome = try Samples.deidentifier().deidentify(try Samples.file(root))
        #expect(try !Samples.outputBytes(outcome).contains(text: Samples.surname))
        #expect(try Samples.output(root).sequence(.AnatomicRegionSequence)?.count == 1)
    }

    @Test("References between files resolve, and two secrets have nothing in common")
    func linkage() throws {
        var reference = DataSet()
        reference.set(.ReferencedSOPClassUID, .UI, UID.CTImageStorage)
        reference.set(.ReferencedSOPInstanceUID, .UI, Samples.sopUID)
        var root = Samples.ct()
        root.set(.SOPInstanceUID, .UI, "1.3.12.2.1107.5.99.200")
        root.set(.SourceImageSequence, items: [reference])
        let other = try Samples.output(root)
        let first = try Samples.output(Samples.ct())
        let resolved = other.sequence(.SourceImageSequence)?.first
        #expect(resolved?.string(.ReferencedSOPInstanceUID) == first.string(.SOPInstanceUID))
        #expect(resolved?.string(.ReferencedSOPClassUID) == UID.CTImageStorage)
        #expect(other.string(.PatientID) == first.string(.PatientID))
        let elsewhere = try Samples.output(Samples.ct(), secret: 8)
        #expect(elsewhere.string(.PatientID) != first.string(.PatientID))
        #expect(elsewhere.string(.SOPInstanceUID) != first.string(.SOPInstanceUID))
    }

    @Test("Intervals between a patient's dates stay, and no date does")
    func intervals() throws {
        var later = Samples.ct()
        later.set(.StudyDate, .DA, "20180401")
        later.set(.AcquisitionDateTime, .DT, "20180402101112.5+0100")
        let options: Set<Profile.Option> = [.retainLongModifiedDates]
        let a = try #require(try Samples.output(Samples.ct(), options).date(.StudyDate))
        let b = try Samples.output(later, options)
        #expect(try #require(b.date(.StudyDate)).daysSince1970 - a.daysSince1970 == 20)
        let moment = try #require(b.string(.AcquisitionDateTime))
        #expect(moment.hasSuffix("101112.5+0100"))
        #expect(try #require(DICOMDate(String(moment.prefix(8)))).daysSince1970 - a.daysSince1970 == 21)
        #expect(a.text != "20180312")
    }

    @Test("The same input and secret give the same bytes")
    func determinism() throws {
        let file = try Samples.file(Samples.ct())
        let deidentifier = try Samples.deidentifier([.cleanDescriptors])
        let first = try Samples.outputBytes(try deidentifier.deidentify(file))
        #expect(try Samples.outputBytes(try deidentifier.deidentify(file)) == first)
    }
}
