import ByteIO
import DICOM
import Testing

@Suite struct ReadingTests {
    @Test func readsExplicitLittleEndian() throws {
        let file = try DICOMFile.read(
            Samples.explicitFile(Samples.head + Samples.explicit(.Rows, "US", [0x00, 0x02])))
        #expect(file.dataSet.string(.SOPClassUID) == UID.CTImageStorage)
        #expect(file.dataSet.string(.Modality) == "CT")
        #expect(file.dataSet.int(.Rows) == 512)
        #expect(file.transferSyntax == .explicitVRLittleEndian)
        #expect(file.warnings.isEmpty)
        #expect(file.preamble?.count == 128)
    }

    @Test func readsImplicitLittleEndianWithTheDictionarysVRs() throws {
        let data =
            Samples.implicit(.Modality, Samples.text("CT"))
            + Samples.implicit(Tag(0x0009, 0x0010), Samples.text("CREATOR "))
            + Samples.implicit(Tag(0x0009, 0x1001), [1, 2])
            + Samples.implicit(.PixelRepresentation, [1, 0])
            + Samples.implicit(.SmallestImagePixelValue, [0xFF, 0xFF])
        let file = try DICOMFile.read(Samples.file(UID.ImplicitVRLittleEndian, data))
        #expect(file.dataSet[.Modality]?.vr == .CS)
        #expect(file.dataSet[Tag(0x0009, 0x0010)]?.vr == .LO)
        #expect(file.dataSet[Tag(0x0009, 0x1001)]?.vr == .UN)
        #expect(file.dataSet[.SmallestImagePixelValue]?.vr == .SS)
        #expect(file.dataSet.int(.SmallestImagePixelValue) == -1)
    }

    @Test func readsBigEndian() throws {
        let data =
            Samples.big(.Modality, "CS", Samples.text("MR")) + Samples.big(.Rows, "US", [0x01, 0x02])
            + Samples.big(.PixelData, "OW", [0x12, 0x34])
        let file = try DICOMFile.read(Samples.file(UID.ExplicitVRBigEndian, data))
        #expect(file.dataSet.string(.Modality) == "MR")
        #expect(file.dataSet.int(.Rows) == 0x0102)
        let json = String(decoding: file.dataSet.json(), as: UTF8.self)
        #expect(json.contains(#""7FE00010":{"vr":"OW","InlineBinary":"NBI="}"#))
    }

    @Test func readsNestingPrivateElementsAndFragments() throws {
        let file = try DICOMFile.read(Samples.nested)
        #expect(file.warnings.isEmpty)
        let items = try #require(file.dataSet.sequence(.ContentSequence))
        #expect(items.count == 2)
        #expect(items[0].sequence(.ConceptCodeSequence)?.first?.string(.CodeValue) == "ABC")
        #expect(items[1].string(.CodeValue) == "ABC")
        guard case .fragments(let fragments)? = file.dataSet[.PixelData]?.value else {
            Issue.record("pixel data are not fragments")
            return
        }
        #expect(fragments.offsetTable?.count == 0)
        #expect(fragments.items.map(\.bytes) == [[9, 8, 7, 6], [5, 4]])
        let range = try #require(fragments.items[0].origin)
        #expect(Samples.nested[clamping: range] == [9, 8, 7, 6])
    }

    @Test func readsUNOfUndefinedLengthAsImplicitLittleEndian() throws {
        let content = Samples.undefinedItem(Samples.implicit(.CodeValue, Samples.text("AB")))
        let data =
            Samples.head
            + Samples.explicit(
                Tag(0x0029, 0x1002), "UN", content + Samples.sequenceDelimiter, length: Samples.undefined)
            + Samples.explicit(.PatientWeight, "UN", Samples.text("70.5"))
            + Samples.explicit(.ContentSequence, "UN", content)
        let bytes = Samples.explicitFile(data)
        let file = try DICOMFile.read(bytes)
        #expect(file.dataSet.sequence(Tag(0x0029, 0x1002))?.first?.string(.CodeValue) == "AB")
        #expect(file.dataSet.sequence(.ContentSequence)?.first?.string(.CodeValue) == "AB")
        #expect(file.dataSet[.PatientWeight]?.vr == .DS)
        #expect(file.dataSet.double(.PatientWeight) == 70.5)
        #expect(try file.encode() == [.source(0..<bytes.count)])
    }

    @Test func readsWithoutPreambleAndMeta() throws {
        for data in [
            Samples.head, Samples.implicit(.Modality, Samples.text("CT")),
            Samples.big(.Modality, "CS", Samples.text("CT")),
        ] {
            let file = try DICOMFile.read(Bytes(data))
            #expect(file.dataSet.string(.Modality) == "CT")
            #expect(file.warnings.contains { $0.code == .missingMeta })
            #expect(file.preamble == nil)
            #expect(try file.encode() == [.source(0..<data.count)])
        }
    }

    @Test func readsDataSetsThatAreNotEncodedAsTheyClaim() throws {
        let file = try DICOMFile.read(Samples.file(UID.ImplicitVRLittleEndian, Samples.head))
        #expect(file.dataSet.string(.Modality) == "CT")
        #expect(!file.transferSyntax.isImplicitVR)
        #expect(file.transferSyntax.uid == UID.ImplicitVRLittleEndian)
        #expect(file.warnings.map(\.code) == [.otherEncoding])
    }

    @Test func readsLengthsOfTheWrongWidth() throws {
        let short =
            Samples.tag(.PixelAspectRatio) + Samples.text("IS") + [0, 0] + Samples.le32(4) + Samples.text("1\\1 ")
        let long = Samples.tag(.TextValue) + Samples.text("UT") + Samples.le16(4) + Samples.text("WORD")
        let end =
            Samples.explicit(.PresentationLUTShape, "CS", Samples.text("IDENTITY"))
            + Samples.explicit(Tag(0x7FE1, 0x0010), "LO", Samples.text("X "))
        let file = try DICOMFile.read(Samples.explicitFile(Samples.head + short + long + end))
        #expect(file.dataSet.ints(.PixelAspectRatio) == [1, 1])
        #expect(file.dataSet.string(.TextValue) == "WORD")
        #expect(file.dataSet.string(.PresentationLUTShape) == "IDENTITY")
        #expect(file.warnings.allSatisfy { $0.code == .invalidVR })
    }

    @Test func keepsDuplicatesOddLengthsAndPaddingAtTheEnd() throws {
        let data =
            Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("ONE"))
            + Samples.explicit(.PatientID, "LO", Samples.text("TWO ")) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let bytes = Samples.explicitFile(data)
        let file = try DICOMFile.read(bytes)
        #expect(file.dataSet.elements.count == 4)
        #expect(file.dataSet.string(.PatientID) == "TWO")
        #expect(file.trailing?.count == 10)
        #expect(file.warnings.map(\.code) == [.duplicate, .trailingBytes])
        #expect(try file.encode() == [.source(0..<bytes.count)])
    }

    @Test func stopsBeforeATag() throws {
        var options = ReadOptions()
        options.stopBefore = .PixelData
        let file = try DICOMFile.read(Samples.nested, options: options)
        #expect(file.dataSet.contains(.ContentSequence))
        #expect(!file.dataSet.contains(.PixelData))
        #expect(throws: DICOMError.self) { try file.encode() }
    }

    @Test func leavesLongValuesInASourceThatIsNotMemory() throws {
        var options = ReadOptions()
        options.inlineLimit = 3
        let file = try DICOMFile.read(RangedSource(bytes: Samples.nested), options: options)
        guard case .fragments(let fragments)? = file.dataSet[.PixelData]?.value else {
            Issue.record("pixel data are not fragments")
            return
        }
        #expect(fragments.items.map(\.bytes) == [nil, [5, 4]])
        #expect(try file.bytes(of: fragments.items[0]) == [9, 8, 7, 6])
    }

    @Test func readsFewBytesOfAFileOfGigabytes() throws {
        let length = 3_000_000_000
        let head = Samples.explicitFile(
            Samples.head + Samples.explicit(.PixelData, "OW", [], length: length))
        let tail = Bytes(Samples.explicit(Tag(0xFFFC, 0xFFFC), "OB", [0, 0]))
        let source = HugeSource(head: head, zeros: length, tail: tail)
        var file = try DICOMFile.read(source)
        #expect(file.warnings.isEmpty)
        #expect(file.dataSet[.PixelData]?.count == length)
        #expect(file.dataSet[.PixelData]?.bytes == nil)
        #expect(file.dataSet.contains(Tag(0xFFFC, 0xFFFC)))
        #expect(source.readBytes < 64 << 10)
        file.dataSet.set(.Modality, .CS, "MR")
        let pieces = try file.encode()
        #expect(pieces.byteCount == source.count)
        #expect(pieces.filter { if case .literal = $0 { true } else { false } }.byteCount < 64)
    }

    @Test func knowsThePrivateAttributesThatTheStandardKnows() throws {
        let data =
            Samples.implicit(Tag(0x7053, 0x0011), Samples.text("Philips PET Private Group "))
            + Samples.implicit(Tag(0x7053, 0x1009), Samples.text("1.5 "))
            + Samples.implicit(Tag(0x7053, 0x1109), Samples.text("1.5 "))
        let dataSet = try DICOMFile.read(
            Samples.file(UID.ImplicitVRLittleEndian, Samples.implicit(.Modality, Samples.text("PT")) + data)
        ).dataSet
        #expect(dataSet[Tag(0x7053, 0x1009)]?.vr == .UN)
        #expect(dataSet[Tag(0x7053, 0x1109)]?.vr == .DS)
        #expect(dataSet.double(Tag(0x7053, 0x1109)) == 1.5)
        #expect(PrivateDictionary.entry(creator: "Philips PET Private Group", tag: Tag(0x7053, 0x1109))?.vr == .DS)
    }
}
