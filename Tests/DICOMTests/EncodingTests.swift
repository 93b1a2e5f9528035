import ByteIO
import DICOM
import Testing

@Suite struct EncodingTests {
    @Test func writesAChangeBetweenRangesOfTheSource() throws {
        let bytes = Samples.explicitFile(
            Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("SECRET"))
                + Samples.explicit(.Rows, "US", [0, 2]))
        var file = try DICOMFile.read(bytes)
        let range = try #require(file.dataSet[.PatientID]?.sourceRange)
        file.dataSet.set(.PatientID, .LO, "A")
        #expect(
            try file.encode() == [
                .source(0..<range.lowerBound),
                .literal(Bytes(Samples.explicit(.PatientID, "LO", Samples.text("A ")))),
                .source(range.upperBound..<bytes.count),
            ])
    }

    @Test func recomputesLengthsAroundANestedChange() throws {
        var file = try DICOMFile.read(Samples.nested)
        var element = try #require(file.dataSet[.ContentSequence])
        var items = try #require(element.items)
        items[1].dataSet.set(.CodeMeaning, .LO, "a longer text than before")
        element.value = .sequence(items)
        file.dataSet.set(element)
        let pieces = try file.encode()
        let written = try pieces.materialize(from: Samples.nested)
        let again = try DICOMFile.read(written)
        #expect(again.warnings.isEmpty)
        #expect(again.dataSet == file.dataSet)
        #expect(written.count == Samples.nested.count + 8 + 26)
        let literals = pieces.filter { if case .literal = $0 { true } else { false } }
        #expect(literals.byteCount < 70)
    }

    @Test func leavesOutGroupLengthsOfWhatIsChanged() throws {
        let bytes = Samples.explicitFile(
            Samples.explicit(Tag(0x0008, 0x0000), "UL", Samples.le32(Samples.head.count)) + Samples.head)
        var file = try DICOMFile.read(bytes)
        #expect(try file.encode() == [.source(0..<bytes.count)])
        file.dataSet.remove(.Modality)
        let again = try DICOMFile.read(file.encode().materialize(from: bytes))
        #expect(again.dataSet.elements.map(\.tag) == [.SOPClassUID])
    }

    @Test func writesMetaWithItsLength() throws {
        var file = try DICOMFile.read(Samples.nested)
        file.meta.set(.ImplementationVersionName, .SH, "TARN_TEST")
        let written = try file.encode().materialize(from: Samples.nested)
        let again = try DICOMFile.read(written)
        let length = try #require(again.meta.int(.FileMetaInformationGroupLength))
        let start = try #require(again.meta[.FileMetaInformationVersion]?.sourceRange?.lowerBound)
        let end = try #require(again.dataSet.elements.first?.sourceRange?.lowerBound)
        #expect(end - start == length)
        #expect(again.dataSet == file.dataSet)
    }

    @Test(arguments: [
        TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian,
        .deflatedExplicitVRLittleEndian,
    ])
    func writesADataSetThatWasMade(_ syntax: TransferSyntax) throws {
        var item = DataSet()
        item.set(.CodeValue, .SH, "T-1")
        var dataSet = DataSet()
        dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        dataSet.set(.SOPClassUID, .UI, UID.CTImageStorage)
        dataSet.set(.SOPInstanceUID, .UI, "1.2.3")
        dataSet.set(.PatientName, .PN, "Müller^Jürgen")
        dataSet.set(.PixelSpacing, .DS, doubles: [0.1, 1.0 / 3.0])
        dataSet.set(.Rows, .US, ints: [512])
        dataSet.set(.ConceptNameCodeSequence, items: [item, DataSet()])
        dataSet.set(DataElement(.FrameIncrementPointer, tags: [.FrameTime]))
        dataSet.set(.RealWorldValueSlope, .FD, doubles: [1.5, -2])
        dataSet.set(.PixelData, .OW, bytes: [1, 2, 3, 4])
        let made = DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: syntax)
        let bytes = try made.encode().materialize(from: Bytes())
        let file = try DICOMFile.read(bytes)
        #expect(file.warnings.isEmpty)
        #expect(file.transferSyntax == syntax)
        #expect(file.meta.string(.MediaStorageSOPInstanceUID) == "1.2.3")
        #expect(file.dataSet.string(.PatientName) == "Müller^Jürgen")
        #expect(file.dataSet.doubles(.PixelSpacing) == [0.1, 0.33333333333333])
        #expect(file.dataSet.ints(.Rows) == [512])
        #expect(file.dataSet.strings(.FrameIncrementPointer) == ["00181063"])
        #expect(file.dataSet.doubles(.RealWorldValueSlope) == [1.5, -2])
        #expect(file.dataSet.sequence(.ConceptNameCodeSequence)?.map { $0.string(.CodeValue) } == ["T-1", nil])
        #expect(file.dataSet.json() == dataSet.json())
    }

    @Test func doesNotMistakeAnElementOfAnotherFileForItsOwn() throws {
        let one = Samples.explicitFile(Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("ONE ")))
        let other = Samples.explicitFile(Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("OTHER ")))
        var file = try DICOMFile.read(one)
        let element = try #require(try DICOMFile.read(other).dataSet[.PatientID])
        file.dataSet.set(element)
        let again = try DICOMFile.read(file.encode().materialize(from: one))
        #expect(again.dataSet.string(.PatientID) == "OTHER")
    }

    @Test func writesTooLongTextAsUN() throws {
        var dataSet = DataSet()
        dataSet.set(.Modality, .CS, "CT")
        dataSet.set(.PatientComments, .LT, String(repeating: "x", count: 70_000))
        let made = DICOMFile(meta: DataSet(), dataSet: dataSet)
        let file = try DICOMFile.read(made.encode().materialize(from: Bytes()))
        #expect(file.dataSet[.PatientComments]?.vr == .LT)
        #expect(file.dataSet.string(.PatientComments)?.count == 70_000)
    }

    @Test func replacesEveryDuplicate() throws {
        let bytes = Samples.explicitFile(
            Samples.explicit(.PatientID, "LO", Samples.text("ONE "))
                + Samples.explicit(.PatientID, "LO", Samples.text("TWO ")))
        var file = try DICOMFile.read(bytes)
        file.dataSet.set(.PatientID, .LO, "NEW")
        #expect(file.dataSet.elements.count == 1)
        file.dataSet.remove(.PatientID)
        #expect(file.dataSet.isEmpty)
    }
}
