import ByteIO
import DICOM
import Testing

@Suite struct ConversionTests {
    static let syntaxes: [TransferSyntax] = [
        .implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian,
    ]

    /// A file with numbers of every width, text, nesting, a group length, and a value that needs UN.
    private func sample(_ syntax: TransferSyntax) throws -> (file: DICOMFile, bytes: Bytes) {
        var item = DataSet()
        item.set(.CodeValue, .SH, "T-1")
        item.set(DataElement(.FrameIncrementPointer, tags: [.FrameTime]))
        var dataSet = DataSet()
        dataSet.set(.SOPClassUID, .UI, UID.CTImageStorage)
        dataSet.set(.SOPInstanceUID, .UI, "1.2.3")
        dataSet.set(.Rows, .US, ints: [0x0102])
        dataSet.set(.PixelRepresentation, .US, ints: [1])
        dataSet.set(.SmallestImagePixelValue, .SS, ints: [-2])
        dataSet.set(.ReferencedFrameNumbers, .US, ints: (0..<40_000).map { $0 & 0xFFFF })
        dataSet.set(.ConceptNameCodeSequence, items: [item, DataSet()])
        dataSet.set(.RealWorldValueSlope, .FD, doubles: [1.5, -2])
        dataSet.set(.ExtendedOffsetTable, .OV, bytes: [1, 2, 3, 4, 5, 6, 7, 8])
        dataSet.set(.PixelData, .OW, bytes: [1, 2, 3, 4])
        let made = DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: syntax)
        let bytes = try made.encode().materialize(from: Bytes())
        return (try DICOMFile.read(bytes), bytes)
    }

    @Test(arguments: syntaxes, syntaxes)
    func `a native file becomes the same in every other native syntax`(
        _ from: TransferSyntax, _ to: TransferSyntax
    ) throws {
        let original = try sample(from)
        let file = try original.file.converted(to: to)
        let expected = try sample(to)
        let written = try file.encode().materialize(from: file.source)
        let again = try DICOMFile.read(written)
        #expect(again.warnings.isEmpty)
        #expect(again.transferSyntax == to)
        #expect(again.meta.string(.TransferSyntaxUID) == to.uid)
        #expect(again.dataSet.json() == original.file.dataSet.json())
        #expect(again.dataSet.json() == expected.file.dataSet.json())
        #expect(written.suffix(100) == expected.bytes.suffix(100))
        let back = try again.converted(to: from)
        #expect(try back.encode().materialize(from: back.source).suffix(100) == original.bytes.suffix(100))
    }

    @Test(arguments: syntaxes)
    func `values that were left in the source are converted, too`(_ to: TransferSyntax) throws {
        var options = ReadOptions()
        options.inlineLimit = 3
        let bytes = try sample(.explicitVRLittleEndian).bytes
        let file = try DICOMFile.read(RangedSource(bytes: bytes), options: options).converted(to: to)
        let again = try DICOMFile.read(try file.encode().materialize(from: file.source))
        #expect(again.dataSet.json() == (try DICOMFile.read(bytes)).dataSet.json())
    }

    @Test(arguments: [(8, [2, 1, 4, 3, 6, 5, 8, 7]), (32, [4, 3, 2, 1, 8, 7, 6, 5]), (64, [8, 7, 6, 5, 4, 3, 2, 1])])
    func `pixel cells are reversed in their own width`(_ bits: Int, _ expected: [UInt8]) throws {
        var dataSet = DataSet()
        dataSet.set(.BitsAllocated, .US, ints: [bits])
        dataSet.set(.PixelData, .OW, bytes: [1, 2, 3, 4, 5, 6, 7, 8])
        let file = try DICOMFile(meta: DataSet(), dataSet: dataSet).converted(to: .explicitVRBigEndian)
        let written = try file.encode().materialize(from: file.source)
        #expect(written.suffix(8).elementsEqual(expected))
        let again = try DICOMFile.read(written)
        #expect(again.dataSet.json() == dataSet.json())
        let back = try again.converted(to: .implicitVRLittleEndian)
        #expect(try back.encode().materialize(from: back.source).suffix(8).elementsEqual([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    @Test func `what is written as UN stays in little endian in a big endian file`() throws {
        let data =
            Samples.big(.Modality, "CS", Samples.text("CT")) + Samples.big(.Rows, "UN", [0x02, 0x01])
        let file = try DICOMFile.read(Samples.file(UID.ExplicitVRBigEndian, data))
        #expect(file.dataSet.int(.Rows) == 0x0102)
        for syntax in ConversionTests.syntaxes {
            let converted = try file.converted(to: syntax)
            let again = try DICOMFile.read(try converted.encode().materialize(from: converted.source))
            #expect(again.dataSet.int(.Rows) == 0x0102)
        }
    }

    @Test func `pixel data must have the form that the syntax demands`() throws {
        let native = try sample(.explicitVRLittleEndian).file
        let error = #expect(throws: DICOMError.self) {
            try native.converted(to: TransferSyntax(uid: UID.RLELossless))
        }
        #expect(error?.code == .notEncodable && error?.path == TagPath(.PixelData))
        let encapsulated = try DICOMFile.read(Samples.nested)
        #expect(throws: DICOMError.self) { try encapsulated.converted(to: .explicitVRLittleEndian) }
        var file = native
        file.dataSet.set(
            DataElement(.PixelData, .OB, .fragments(Fragments(offsetTable: nil, items: [RawValue([9, 8])]))))
        let compressed = try file.converted(to: TransferSyntax(uid: UID.RLELossless))
        let again = try DICOMFile.read(try compressed.encode().materialize(from: compressed.source))
        #expect(again.transferSyntax.uid == UID.RLELossless)
        #expect(again.warnings.isEmpty)
    }

    @Test func `group lengths, trailing bytes and a false transfer syntax go`() throws {
        let bytes = Samples.file(
            UID.ImplicitVRLittleEndian,
            Samples.explicit(Tag(0x0008, 0x0000), "UL", Samples.le32(Samples.head.count)) + Samples.head
                + [UInt8](repeating: 0, count: 16))
        let file = try DICOMFile.read(bytes).converted(to: .explicitVRLittleEndian)
        let again = try DICOMFile.read(try file.encode().materialize(from: file.source))
        #expect(again.warnings.isEmpty)
        #expect(again.transferSyntax == .explicitVRLittleEndian)
        #expect(again.dataSet.elements.map(\.tag) == [.SOPClassUID, .Modality])
    }

    @Test func `a bare data set becomes a file`() throws {
        let file = try DICOMFile.read(Bytes(Samples.implicit(.Modality, Samples.text("CT"))))
            .converted(to: .explicitVRLittleEndian)
        let again = try DICOMFile.read(try file.encode().materialize(from: file.source))
        #expect(again.warnings.isEmpty)
        #expect(again.preamble?.count == 128)
        #expect(again.dataSet.string(.Modality) == "CT")
    }
}
