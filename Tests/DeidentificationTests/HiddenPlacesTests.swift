import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Places where identifiers hide")
struct HiddenPlacesTests {
    private func bytes(_ root: DataSet, _ options: Set<Profile.Option> = []) throws -> Bytes {
        try Samples.outputBytes(try Samples.deidentifier(options).deidentify(try Samples.file(root)))
    }

    @Test("Preamble, trailing bytes and file meta information are replaced")
    func surroundings() throws {
        var array = try Samples.bytes(Samples.ct()).array
        array.replaceSubrange(0..<9, with: Array(Samples.surname.utf8))
        array += [UInt8](repeating: 0, count: 16) + Array(Samples.surname.utf8)
        let outcome = try Samples.deidentifier().deidentify(try DICOMFile.read(Bytes(array)))
        let out = try Samples.outputBytes(outcome)
        #expect(!out.contains(text: Samples.surname))
        let file = try DICOMFile.read(out)
        #expect(file.meta.string(.MediaStorageSOPInstanceUID) == file.dataSet.string(.SOPInstanceUID))
        #expect(file.meta.string(.TransferSyntaxUID) == UID.ExplicitVRLittleEndian)
    }

    @Test(
        "Groups and attributes that no rule knows are taken out",
        arguments: [
            Tag(0x0008, 0x0000), Tag(0x0000, 0x0902), Tag(0x0004, 0x1130), Tag(0x0010, 0x2FF4), Tag(0x5002, 0x0022),
            Tag(0x6000, 0x4000), Tag(0x6002, 0x0022), Tag(0x7F02, 0x0010), Tag(0xFFFC, 0xFFFC), Tag(0x0035, 0x1010),
        ])
    func groups(_ tag: Tag) throws {
        var root = Samples.ct()
        root.set(tag, .LO, Samples.surname)
        #expect(try !bytes(root).contains(text: Samples.surname))
        #expect(try !Samples.output(root).contains(tag))
    }

    /// Text that Table E.1-1 does not list.
    struct TextCase: CustomTestStringConvertible, Sendable {
        let tag: Tag
        let vr: VR
        let value: String
        let result: String?
        var testDescription: String { "\(tag) \(vr)" }
    }

    @Test(
        "Text outside the table keeps words and drops names",
        arguments: [
            TextCase(tag: .ConvolutionKernel, vr: .SH, value: "B31f", result: "B31f"),
            TextCase(tag: .ConvolutionKernel, vr: .SH, value: "Dorvaquist", result: "REMOVED"),
            TextCase(tag: .SequenceName, vr: .SH, value: "*tse2d1_9", result: "*tse2d1_9"),
            TextCase(tag: .SoftwareVersions, vr: .LO, value: "syngo CT 2012B", result: "syngo CT 2012B"),
            TextCase(tag: .ManufacturerModelName, vr: .LO, value: "Scanotron 9", result: "Scanotron 9"),
            TextCase(tag: .ManufacturerModelName, vr: .LO, value: Samples.surname, result: "REMOVED"),
            TextCase(tag: .BodyPartExamined, vr: .CS, value: "CHEST", result: "CHEST"),
            TextCase(tag: .BodyPartExamined, vr: .CS, value: "DORVAQUIST", result: nil),
            TextCase(tag: .Modality, vr: .CS, value: "DORVAQUIST", result: "OT"),
            TextCase(tag: .AcquisitionNumber, vr: .IS, value: "123456789", result: nil),
            TextCase(tag: .AcquisitionNumber, vr: .IS, value: "12", result: "12"),
            TextCase(tag: .KVP, vr: .DS, value: "Dorva", result: nil),
            TextCase(tag: .KVP, vr: .DS, value: "120.0", result: "120.0"),
        ])
    func unlisted(_ row: TextCase) throws {
        var root = Samples.ct()
        root.set(row.tag, row.vr, row.value)
        #expect(try Samples.output(root).string(row.tag) == row.result)
    }

    @Test("What stands behind a NUL goes")
    func nul() throws {
        var root = Samples.ct()
        root.set(.FilterType, .SH, bytes: Bytes(utf8: "NONE\0\0Dorvaq"))
        #expect(try !bytes(root).contains(text: "Dorvaq"))
        #expect(try Samples.output(root).string(.FilterType) == "NONE")
    }

    @Test("An identifier written with another VR goes like any other")
    func wrongVR() throws {
        var root = Samples.ct()
        root.set(.ReferringPhysicianName, .UN, bytes: Bytes(utf8: "Dorvaquist^R"))
        root.set(.StudyDescription, .OB, bytes: Bytes(utf8: "Dorvaquist CT "))
        root.set(.PatientName, .LO, "Dorvaquist")
        for options: Set<Profile.Option> in [[], [.cleanDescriptors]] {
            #expect(try !bytes(root, options).contains(text: "Dorvaquist"))
        }
    }

    @Test("Pixel data lose what follows the pixels and keep every pixel")
    func padding() throws {
        var root = Samples.ct()
        let pixels = try #require(root.bytes(.PixelData))
        root.set(.PixelData, .OW, bytes: Bytes(pixels.array + Array("Dorvaquist..".utf8)))
        #expect(try Samples.output(root).bytes(.PixelData) == pixels)
    }

    @Test("An overlay in the unused bits of the pixels goes, and the samples stay")
    func embeddedOverlay() throws {
        var root = Samples.ct()
        let pixels = try #require(root.bytes(.PixelData))
        root.set(
            .PixelData, .OW,
            bytes: Bytes(pixels.enumerated().map { $0.offset % 4 == 1 ? $0.element | 0x10 : $0.element }))
        root.set(Tag(0x6000, 0x0100), .US, ints: [16])
        root.set(Tag(0x6000, 0x0102), .US, ints: [12])
        #expect(try Samples.output(root).bytes(.PixelData) == pixels)
    }

    @Test("Fragments that are no frame go, and comments within a frame")
    func fragments() throws {
        let jpeg: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xFE, 0x00, 0x0C] + Array("Dorvaquist".utf8)
            + [0xFF, 0xDA, 0x00, 0x02, 0x11, 0x22, 0xFF, 0xD9]
        var root = Samples.ct()
        let comment = Fragments(offsetTable: RawValue(Bytes()), items: [RawValue(Bytes(jpeg))])
        root.set(DataElement(.PixelData, .OB, .fragments(comment)))
        func output(_ syntax: String) throws -> DataSet {
            let file = try Samples.file(root, TransferSyntax(uid: syntax))
            let outcome = try Samples.deidentifier().deidentify(file)
            // These are no images: a person is told so.
            #expect(outcome.risk == .review("pixels that cannot be decoded"))
            return try DICOMFile.read(try Samples.outputBytes(outcome)).dataSet
        }
        guard case .fragments(let cleaned) = try output(UID.JPEGBaseline8Bit)[.PixelData]?.value else {
            Issue.record("no fragments")
            return
        }
        #expect(cleaned.items.first?.bytes == Bytes(Array(jpeg[0..<2]) + Array(jpeg[16...])))
        let extra = Fragments(
            offsetTable: RawValue(Bytes()),
            items: [RawValue(Bytes(count: 64) { _ in }), RawValue(Bytes(utf8: "Dorvaquist"))])
        root.set(DataElement(.PixelData, .OB, .fragments(extra)))
        guard case .fragments(let frames) = try output(UID.RLELossless)[.PixelData]?.value else {
            Issue.record("no fragments")
            return
        }
        #expect(frames.items.count == 1)
    }

    @Test("Of an element that stands twice nothing is left but the new value")
    func duplicates() throws {
        var root = Samples.ct()
        root.elements.append(DataElement(.PatientName, .PN, strings: ["Dorvaquist^DUP"]))
        #expect(try !bytes(root).contains(text: "Dorvaquist"))
        #expect(try Samples.output(root).elements.count { $0.tag == .PatientName } == 1)
    }

    @Test("A number of the header is no UID of a kind, and text mentions no UID of the study")
    func uids() throws {
        var root = Samples.ct()
        root.set(.SOPClassUID, .UI, "1.2.840.99999.\(Samples.patientID.dropFirst(2))")
        root.set(.AccessionNumber, .SH, String(Samples.patientID.dropFirst(2)))
        root.set(.ImageComments, .LT, "see \(Samples.studyUID)")
        let out = try bytes(root, [.cleanDescriptors])
        #expect(!out.contains(text: String(Samples.patientID.dropFirst(2))))
        #expect(!out.contains(text: Samples.studyUID))
        #expect(out.contains(text: "see 2.25."))
    }
}
