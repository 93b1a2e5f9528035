import ByteIO
import DICOM
import Testing

@Suite struct HostileInputTests {
    static let files: [Bytes] = [
        Samples.nested,
        Samples.explicitFile(Samples.head),
        Samples.file(UID.ImplicitVRLittleEndian, Samples.implicit(.Modality, Samples.text("CT"))),
        Samples.file(
            UID.ExplicitVRBigEndian, Samples.big(.Rows, "US", [1, 2]) + Samples.big(.PixelData, "OW", [1, 2])),
        Bytes(Samples.head),
    ]

    @Test(arguments: files.indices)
    func readsOrRefusesEveryPrefix(_ number: Int) throws {
        let bytes = HostileInputTests.files[number]
        for count in 0..<bytes.count {
            let prefix = bytes[clamping: 0..<count]
            guard let file = try? DICOMFile.read(prefix) else { continue }
            #expect(try file.encode() == [.source(0..<count)])
            #expect(!file.dataSet.json().isEmpty)
            let other = try DICOMFile.read(RangedSource(bytes: prefix))
            #expect(other.warnings == file.warnings)
        }
    }

    @Test(arguments: files.indices)
    func survivesEveryByteSetToEveryExtreme(_ number: Int) throws {
        let original = HostileInputTests.files[number].array
        for index in original.indices {
            for value: UInt8 in [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF] {
                var array = original
                array[index] = value
                guard let file = try? DICOMFile.read(Bytes(array)) else { continue }
                #expect(try file.encode() == [.source(0..<array.count)])
                #expect(!file.dataSet.json().isEmpty)
            }
        }
    }

    @Test(
        arguments: [
            ("nothing", []), ("four bytes", [0x44, 0x49, 0x43, 0x4D]), ("zeros", [UInt8](repeating: 0, count: 4096)),
            ("text", Samples.text("This is a text, which is as long as it needs to be, and no DICOM at all.")),
            ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]),
            ("ZIP", [0x50, 0x4B, 0x03, 0x04, 20, 0, 8, 0, 8, 0, 0, 0, 0, 0, 0, 0]),
            ("JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1]),
        ] as [(String, [UInt8])])
    func refusesWhatIsNotDICOM(_ sample: (name: String, bytes: [UInt8])) {
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(Bytes(sample.bytes)) }
        #expect(error?.code == .notDICOM || error?.code == .truncated)
        #expect(error?.offset != nil)
    }

    @Test func refusesAFileThatEndsWithItsMeta() {
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(Samples.explicitFile([])) }
        #expect(error?.code == .truncated)
    }

    @Test(arguments: [100, 200, 10_000])
    func limitsNesting(_ depth: Int) throws {
        let open =
            Samples.explicit(.ContentSequence, "SQ", [], length: Samples.undefined)
            + Samples.item([], length: Samples.undefined)
        let bytes = Samples.explicitFile(Samples.head + Array(repeating: open, count: depth).joined())
        guard depth > 128 else {
            #expect(try DICOMFile.read(bytes).dataSet.contains(.ContentSequence))
            return
        }
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(bytes) }
        #expect(error?.code == .limitReached)
        #expect(error?.path?.steps.count == 129)
    }

    @Test func limitsNestingOfKnownLengths() throws {
        var content: [UInt8] = []
        for _ in 0..<1000 { content = Samples.explicit(.ContentSequence, "SQ", Samples.item(content)) }
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(Samples.explicitFile(content)) }
        #expect(error?.code == .limitReached)
    }

    @Test func saysWhereALengthLeavesTheFile() throws {
        let bytes = Samples.explicitFile(
            Samples.head + Samples.explicit(.PixelData, "OW", [1, 2, 3, 4], length: 0xFFFF_FFFE))
        let file = try DICOMFile.read(bytes)
        let warning = try #require(file.warnings.first)
        #expect(warning.code == .truncated)
        #expect(warning.path == TagPath(.PixelData))
        #expect(warning.offset == bytes.count - 4)
        #expect(file.dataSet.bytes(.PixelData) == [1, 2, 3, 4])
    }

    @Test func losesNoKindOfWarningAmongMany() throws {
        let elements = (0..<500).flatMap { _ in Samples.explicit(.PatientID, "LO", []) }
        let cut = Samples.explicit(.PixelData, "OW", [1, 2], length: 400)
        let warnings = try DICOMFile.read(Samples.explicitFile(Samples.head + elements + cut)).warnings
        #expect(warnings.count < 200)
        #expect(Set(warnings.map(\.code)) == [.duplicate, .truncated])
    }

    @Test(.timeLimit(.minutes(1)))
    func takesTimeInProportionToTheElements() throws {
        let creators = (0..<100_000).flatMap { index in
            Samples.explicit(Tag(0x2001, UInt16(0x10 + index % 200)), "LO", Samples.text("Philips Imaging DD 001"))
        }
        let elements = Array(repeating: Samples.explicit(Tag(0x2001, 0x1001), "UN", []), count: 100_000).joined()
        let doubles = Array(repeating: Samples.explicit(.PatientID, "LO", []), count: 200_000).joined()
        var file = try DICOMFile.read(Samples.explicitFile(Samples.head + creators + elements + doubles))
        #expect(file.dataSet.elements.count == 400_002)
        file.dataSet.set(.PatientID, .LO, "ONE")
        #expect(file.dataSet.elements.count == 200_003)
        #expect(!file.dataSet.json().isEmpty)
    }

    @Test func limitsElements() {
        var options = ReadOptions()
        options.maximumElements = 5
        let bytes = Samples.explicitFile(
            (0..<10).flatMap { Samples.explicit(Tag(0x0009, 0x1000 + $0), "LO", []) })
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(bytes, options: options) }
        #expect(error?.code == .limitReached)
    }

    @Test func limitsInflation() throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var file = DICOMFile(
            meta: DataSet(), dataSet: DataSet(), transferSyntax: .deflatedExplicitVRLittleEndian)
        file.dataSet.set(.Modality, .CS, "CT")
        file.dataSet.set(.PixelData, .OB, bytes: Bytes(zeros))
        let bytes = try file.encode().materialize(from: Bytes())
        #expect(bytes.count < 4096)
        #expect(try DICOMFile.read(bytes).dataSet.bytes(.PixelData)?.count == zeros.count)
        var options = ReadOptions()
        options.maximumInflatedBytes = 1 << 19
        let error = #expect(throws: DICOMError.self) { try DICOMFile.read(bytes, options: options) }
        #expect(error?.code == .limitReached)
    }

    @Test(arguments: [1, 100, 262_000, 262_144, 524_288, 600_001])
    func inflatesDataSetsOfAnyLength(_ length: Int) throws {
        var file = DICOMFile(meta: DataSet(), dataSet: DataSet(), transferSyntax: .deflatedExplicitVRLittleEndian)
        // So that the inflated data set has exactly `length` bytes where that is more than the headers.
        let value = max(2, length - 12 - 10)
        file.dataSet.set(.Modality, .CS, "CT")
        file.dataSet.set(.PixelData, .OB, bytes: Bytes((0..<value).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }))
        let bytes = try file.encode().materialize(from: Bytes())
        let again = try DICOMFile.read(RangedSource(bytes: bytes))
        #expect(again.warnings.isEmpty)
        let read = try #require(again.dataSet.bytes(.PixelData))
        #expect(try read.starts(with: #require(file.dataSet.bytes(.PixelData))))
        #expect(read.count - value <= 1)
    }

    @Test func keepsASequenceWithoutItemsAsBytes() throws {
        let bytes = Samples.explicitFile(
            Samples.head + Samples.explicit(.ContentSequence, "SQ", Samples.text("not an item!"))
                + Samples.explicit(.PresentationLUTShape, "CS", Samples.text("IDENTITY")))
        let file = try DICOMFile.read(bytes)
        #expect(file.dataSet.string(.PresentationLUTShape) == "IDENTITY")
        #expect(file.dataSet.bytes(.ContentSequence)?.count == 12)
        #expect(file.dataSet[.ContentSequence]?.vr == .UN)
        #expect(file.warnings.map(\.code) == [.unreadableSequence])
    }

    @Test func saysNoValuesInErrorsAndWarnings() throws {
        let bytes = Samples.explicitFile(
            Samples.head + Samples.explicit(.PatientName, "PN", Samples.text("SECRET^NAME"), length: 4000))
        let file = try DICOMFile.read(bytes)
        #expect(!file.warnings.isEmpty)
        #expect(!"\(file.warnings)".contains("SECRET"))
        #expect(!"\(file.dataSet) \(file.dataSet.elements) \(String(reflecting: file))".contains("SECRET"))
    }
}
