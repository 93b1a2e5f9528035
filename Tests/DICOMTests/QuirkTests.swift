import ByteIO
import DICOM
import Testing

/// What files of the field have that the standard does not, or not any more.
@Suite struct QuirkTests {
    private let meta =
        Samples.explicit(.FileMetaInformationVersion, "OB", [0, 1])
        + Samples.explicit(.TransferSyntaxUID, "UI", Samples.text(UID.ExplicitVRLittleEndian + "\0"))

    /// What was read is written back as it was.
    private func read(_ bytes: Bytes) throws -> DICOMFile {
        let file = try DICOMFile.read(bytes)
        #expect(try file.encode() == [.source(0..<bytes.count)])
        return file
    }

    @Test func `file meta without a preamble, and a prefix without one`() throws {
        for beginning in [[], Samples.text("DICM")] {
            let file = try read(Bytes(beginning + meta + Samples.head))
            #expect(file.transferSyntax == .explicitVRLittleEndian)
            #expect(file.meta.string(.TransferSyntaxUID) == UID.ExplicitVRLittleEndian)
            #expect(file.dataSet.string(.Modality) == "CT")
            #expect(file.warnings.map(\.code) == (beginning.isEmpty ? [.missingMeta] : []))
        }
    }

    @Test func `a preamble and a prefix without file meta`() throws {
        for data in [Samples.head, Samples.implicit(.Modality, Samples.text("CT"))] {
            let file = try read(Bytes([UInt8](repeating: 7, count: 128) + Samples.text("DICM") + data))
            #expect(file.dataSet.string(.Modality) == "CT")
            #expect(file.preamble?.first == 7)
            #expect(file.warnings.map(\.code) == [.missingMeta])
        }
    }

    @Test func `file meta in implicit VR`() throws {
        let implicit =
            Samples.implicit(.FileMetaInformationVersion, [0, 1])
            + Samples.implicit(.TransferSyntaxUID, Samples.text(UID.ExplicitVRLittleEndian + "\0"))
        let file = try read(
            Bytes([UInt8](repeating: 0, count: 128) + Samples.text("DICM") + implicit + Samples.head))
        #expect(file.dataSet.string(.Modality) == "CT")
        #expect(file.warnings.map(\.code) == [.otherEncoding])
    }

    @Test func `a wrong group length of the file meta does not count`() throws {
        for length in [0, 1, 20, 100_000] {
            let group = Samples.explicit(.FileMetaInformationGroupLength, "UL", Samples.le32(length))
            let file = try read(
                Bytes([UInt8](repeating: 0, count: 128) + Samples.text("DICM") + group + meta + Samples.head))
            #expect(file.dataSet.elements.map(\.tag) == [.SOPClassUID, .Modality])
        }
    }

    @Test func `group lengths, right or wrong, in items, too`() throws {
        let item =
            Samples.explicit(Tag(0x0008, 0x0000), "UL", Samples.le32(7))
            + Samples.explicit(.CodeValue, "SH", Samples.text("A "))
        let file = try read(
            Samples.explicitFile(
                Samples.explicit(Tag(0x0008, 0x0000), "UL", Samples.le32(1_000_000)) + Samples.head
                    + Samples.explicit(.ContentSequence, "SQ", Samples.item(item))
                    + Samples.explicit(Tag(0x7FDF, 0x0000), "UL", Samples.le32(0))))
        #expect(file.warnings.isEmpty)
        #expect(file.dataSet.int(Tag(0x0008, 0x0000)) == 1_000_000)
        #expect(file.dataSet.sequence(.ContentSequence)?.first?.string(.CodeValue) == "A")
        #expect(!String(decoding: file.dataSet.json(), as: UTF8.self).contains("0000\":"))
    }

    @Test func `odd lengths, also of items and fragments`() throws {
        let item = Samples.explicit(.CodeValue, "SH", Samples.text("ABC"))
        let file = try read(
            Samples.file(
                UID.RLELossless,
                Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("ODD"))
                    + Samples.explicit(.ContentSequence, "SQ", Samples.item(item))
                    + Samples.explicit(
                        .PixelData, "OB", Samples.item([]) + Samples.item([1, 2, 3]) + Samples.sequenceDelimiter,
                        length: Samples.undefined)))
        #expect(file.warnings.isEmpty)
        #expect(file.dataSet.string(.PatientID) == "ODD")
        #expect(file.dataSet.sequence(.ContentSequence)?.first?.string(.CodeValue) == "ABC")
        guard case .fragments(let fragments)? = file.dataSet[.PixelData]?.value else {
            Issue.record("pixel data are no fragments")
            return
        }
        #expect(fragments.items.map(\.bytes) == [[1, 2, 3]])
    }

    @Test func `trailing padding, as an element and as zeros`() throws {
        let padding = Samples.explicit(Tag(0xFFFC, 0xFFFC), "OB", [0, 0, 0, 0])
        let file = try read(Samples.explicitFile(Samples.head + padding))
        #expect(file.warnings.isEmpty)
        #expect(file.dataSet.bytes(Tag(0xFFFC, 0xFFFC))?.count == 4)
        let zeros = try read(Samples.explicitFile(Samples.head + [UInt8](repeating: 0, count: 512)))
        #expect(zeros.trailing?.count == 512)
        #expect(zeros.warnings.map(\.code) == [.trailingBytes])
    }

    @Test func `retired elements and repeating groups have their VRs`() throws {
        let expected: [(tag: UInt32, vr: VR)] = [
            (0x0008_0001, .UL), (0x0008_0040, .US), (0x0020_3101, .CS), (0x0028_0040, .CS), (0x4000_4000, .LT),
            (0x5002_0005, .US), (0x6004_0010, .US), (0x6004_3000, .OW), (0x7F02_0010, .OW),
        ]
        let data = expected.flatMap { Samples.implicit(DICOM.Tag(rawValue: $0.tag), [1, 0, 0, 0]) }
        let file = try read(Samples.file(UID.ImplicitVRLittleEndian, data))
        #expect(file.dataSet.elements.map(\.vr) == expected.map(\.vr))
    }

    @Test func `private elements of vendors have the VRs that these have published`() throws {
        let data =
            Samples.implicit(.Modality, Samples.text("MR"))
            + Samples.implicit(Tag(0x0019, 0x0010), Samples.text("GEMS_ACQU_01"))
            + Samples.implicit(Tag(0x0019, 0x0011), Samples.text("SIEMENS MR HEADER\0"))
            + Samples.implicit(Tag(0x0019, 0x0012), Samples.text("NOBODY KNOWS "))
            + Samples.implicit(Tag(0x0019, 0x109C), Samples.text("fgre"))
            + Samples.implicit(Tag(0x0019, 0x110C), Samples.text("1000"))
            + Samples.implicit(Tag(0x0019, 0x110E), Samples.text("0.5 "))
            + Samples.implicit(Tag(0x0019, 0x120C), Samples.text("1000"))
        let dataSet = try read(Samples.file(UID.ImplicitVRLittleEndian, data)).dataSet
        #expect(dataSet.string(Tag(0x0019, 0x109C)) == "fgre")
        #expect(dataSet[Tag(0x0019, 0x110C)]?.vr == .IS)
        #expect(dataSet.int(Tag(0x0019, 0x110C)) == 1000)
        #expect(dataSet[Tag(0x0019, 0x120C)]?.vr == .UN)
        // It is said to be FD, which four bytes are not.
        #expect(dataSet[Tag(0x0019, 0x110E)]?.vr == .UN)
        #expect(PrivateDictionary.entry(creator: "SIEMENS MR HEADER", tag: Tag(0x0019, 0xFF0C))?.vr == .IS)
        #expect(PrivateDictionary.entry(creator: "SIEMENS MR HEADER", tag: Tag(0x0017, 0x100C)) == nil)
        #expect(PrivateDictionary.entry(creator: "NOBODY KNOWS", tag: Tag(0x0019, 0x100C)) == nil)
    }

    @Test func `a private sequence in implicit VR is one where the vendor is known`() throws {
        let item = Samples.item(Samples.implicit(.CodeValue, Samples.text("A ")))
        let data =
            Samples.implicit(.Modality, Samples.text("MR"))
            + Samples.implicit(Tag(0x2005, 0x0014), Samples.text("Philips MR Imaging DD 005 "))
            + Samples.implicit(Tag(0x2005, 0x140F), item)
        let dataSet = try read(Samples.file(UID.ImplicitVRLittleEndian, data)).dataSet
        #expect(dataSet.sequence(Tag(0x2005, 0x140F))?.first?.string(.CodeValue) == "A")
    }

    @Test func `fragments in implicit VR are OB`() throws {
        let pixels = Samples.implicit(
            .PixelData, Samples.item([]) + Samples.item([1, 2]) + Samples.sequenceDelimiter, length: Samples.undefined)
        let data = Samples.implicit(.Modality, Samples.text("OT")) + pixels
        let file = try read(Samples.file(UID.JPEGBaseline8Bit, data))
        #expect(file.dataSet[.PixelData]?.vr == .OB)
        #expect(file.warnings.map(\.code) == [.otherEncoding])
    }

    @Test func `every transfer syntax of the standard is known by how it is encoded`() {
        for (uid, isEncapsulated) in [
            (UID.DeflatedImageFrameCompression, true), (UID.EncapsulatedUncompressedExplicitVRLittleEndian, true),
            (UID.HTJ2KLossless, true), (UID.JPEGXL, true), (UID.MPEG2MPML, true), (UID.JPEGLSLossless, true),
            (UID.ExplicitVRLittleEndian, false), (UID.JPIPReferenced, false), ("1.2.3.4", true),
        ] {
            let syntax = TransferSyntax(uid: uid)
            #expect(syntax.isEncapsulated == isEncapsulated && !syntax.isImplicitVR && !syntax.isDeflated)
            #expect(syntax.isKnown == (uid != "1.2.3.4"))
        }
        #expect(TransferSyntax(uid: UID.JPIPReferencedDeflate).isDeflated)
        #expect(TransferSyntax(uid: UID.Papyrus3ImplicitVRLittleEndian).isImplicitVR)
    }

    @Test func `sequences in big endian, and UN of undefined length in them`() throws {
        let code = Samples.big(.CodeValue, "SH", Samples.text("AB"))
        let item = [0xFF, 0xFE, 0xE0, 0x00] as [UInt8] + Samples.be32(code.count) + code
        let implicit = Samples.undefinedItem(Samples.implicit(.Rows, [0x02, 0x01])) + Samples.sequenceDelimiter
        let unknown = Samples.be16(0x0029) + Samples.be16(0x1001) + Samples.text("UN") + [0, 0] + Samples.be32(-1)
        let data =
            Samples.big(.Modality, "CS", Samples.text("CT")) + unknown + implicit
            + Samples.big(.ContentSequence, "SQ", item)
        let dataSet = try read(Samples.file(UID.ExplicitVRBigEndian, data)).dataSet
        #expect(dataSet.sequence(.ContentSequence)?.first?.string(.CodeValue) == "AB")
        #expect(dataSet.sequence(Tag(0x0029, 0x1001))?.first?.int(.Rows) == 0x0102)
    }

    @Test func `one element with a VR among those that have none`() throws {
        let data =
            Samples.implicit(.SOPClassUID, Samples.text("1.2\0"))
            + Samples.explicit(.Modality, "CS", Samples.text("CT"))
            + Samples.implicit(.PatientID, Samples.text("ONE "))
        let file = try read(Samples.file(UID.ImplicitVRLittleEndian, data))
        #expect(file.dataSet.string(.Modality) == "CT" && file.dataSet.string(.PatientID) == "ONE")
        #expect(file.warnings.map(\.code) == [.otherEncoding])
    }
}
