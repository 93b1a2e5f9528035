import DICOM
import Testing

@Suite struct DataDictionaryTests {
    @Test func knowsTagsByKeywordAndKeywordsByTag() throws {
        #expect(DataDictionary.tag(for: "PatientID") == Tag(0x0010, 0x0020))
        #expect(Tag.PatientID == Tag(rawValue: 0x0010_0020))
        let entry = try #require(DataDictionary.entry(for: .ImagePositionPatient))
        #expect(entry.vr == .DS)
        #expect(entry.vm == "3")
        #expect(entry.keyword == "ImagePositionPatient")
        #expect(entry.name == "Image Position (Patient)")
        #expect(!entry.isRetired)
        #expect(DataDictionary.tag(for: "NoSuchKeyword") == nil)
    }

    @Test func knowsRepeatingGroups() {
        #expect(DataDictionary.vr(of: Tag(0x6002, 0x3000)) == .OW)
        #expect(DataDictionary.entry(for: Tag(0x6002, 0x0010))?.keyword == "OverlayRows")
        #expect(DataDictionary.entry(for: Tag(0x0020, 0x3142))?.keyword == "SourceImageIDs")
        #expect(DataDictionary.vr(of: Tag(0x6001, 0x3000)) == nil)
    }

    @Test func knowsGroupLengthsAndPrivateCreatorsOfEveryGroup() {
        #expect(DataDictionary.vr(of: Tag(0x0008, 0x0000)) == .UL)
        #expect(DataDictionary.vr(of: Tag(0x0009, 0x0010)) == .LO)
        #expect(DataDictionary.vr(of: Tag(0x0009, 0x1010)) == nil)
    }

    @Test func namesUIDs() {
        #expect(SOPClass.name(of: UID.CTImageStorage) == "CT Image Storage")
        #expect(SOPClass.name(of: "1.2.3") == "1.2.3")
        #expect(TransferSyntax(uid: "1.2.840.10008.1.2.4.50").isEncapsulated)
        #expect(TransferSyntax.explicitVRBigEndian.byteOrder == .bigEndian)
        #expect(TransferSyntax.deflatedExplicitVRLittleEndian.isDeflated)
        #expect(!TransferSyntax(uid: "1.2.3").isKnown)
    }
}
