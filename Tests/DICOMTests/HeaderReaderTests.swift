import ByteIO
import DICOM
import TestMaterial
import Testing

@Suite struct HeaderReaderTests {
    private func chunks(_ bytes: Bytes, _ size: Int) -> [Bytes] {
        stride(from: 0, to: bytes.count, by: size).map { bytes[clamping: $0..<($0 + size)] }
    }

    @Test(arguments: [1, 7, 100, 4096])
    func `the header is there before the pixel data have arrived`(_ size: Int) throws {
        let values = [UInt8](repeating: 7, count: 100_000)
        let bytes = Samples.explicitFile(
            Samples.head + Samples.explicit(.PatientID, "LO", Samples.text("ONE "))
                + Samples.explicit(.PixelData, "OW", values))
        var reader = HeaderReader()
        var taken = 0
        var header: DICOMFile?
        for chunk in chunks(bytes, size) {
            taken += chunk.count
            header = try reader.append(chunk)
            if header != nil { break }
        }
        let file = try #require(header)
        #expect(taken < 4097)
        #expect(file.dataSet.string(.PatientID) == "ONE")
        #expect(!file.dataSet.contains(.PixelData))
        #expect(file.warnings.isEmpty)
        #expect(file.transferSyntax == .explicitVRLittleEndian)
        #expect(throws: DICOMError.self) { try file.encode() }
    }

    @Test func `a deflated header is inflated as far as it has arrived`() throws {
        var dataSet = DataSet()
        dataSet.set(.Modality, .CS, "CT")
        var random: UInt64 = 1
        dataSet.set(
            .PixelData, .OB,
            bytes: Bytes(
                (0..<200_000).map { _ in
                    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(truncatingIfNeeded: random >> 56)
                }))
        let file = DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: .deflatedExplicitVRLittleEndian)
        let bytes = try file.encode().materialize(from: Bytes())
        #expect(bytes.count > 200_000)
        var reader = HeaderReader()
        let beginning = try reader.append(bytes[clamping: 0..<150_000])
        #expect(beginning?.dataSet.string(.Modality) == "CT")
    }

    @Test func `a file without pixel data is complete when its last piece has arrived`() throws {
        let file = try DICOMFile.readHeader(from: chunks(Samples.explicitFile(Samples.head), 10))
        #expect(file.dataSet.string(.Modality) == "CT")
        #expect(try file.encode().byteCount > 0)
        for size in [3, 50] {
            let bare = try DICOMFile.readHeader(from: chunks(Bytes(Samples.head), size))
            #expect(bare.dataSet.string(.Modality) == "CT")
        }
    }

    @Test func `an asynchronous sequence is read no farther than needed`() async throws {
        let values = [UInt8](repeating: 7, count: 1 << 20)
        let all = chunks(
            Samples.explicitFile(Samples.head + Samples.explicit(.PixelData, "OW", values)), 1000)
        let (stream, continuation) = AsyncStream.makeStream(of: Bytes.self)
        // No end: whoever waits for one hangs.
        for chunk in all.prefix(3) { continuation.yield(chunk) }
        let file = try await DICOMFile.readHeader(from: stream)
        #expect(file.dataSet.string(.Modality) == "CT")
    }

    @Test func `what is no DICOM is refused early, and an endless header at the limit`() throws {
        var reader = HeaderReader()
        let error = #expect(throws: DICOMError.self) {
            for _ in 0..<10 { _ = try reader.append(Bytes(Samples.text(String(repeating: "no DICOM ", count: 100)))) }
        }
        #expect(error?.code == .notDICOM)
        var limited = HeaderReader(maximumBytes: 10_000)
        let endless = Samples.explicitFile(
            Samples.head + Samples.explicit(Tag(0x0009, 0x1001), "OB", [], length: 1 << 30))
        let limit = #expect(throws: DICOMError.self) {
            _ = try limited.append(endless)
            for _ in 0..<100 { _ = try limited.append(Bytes([UInt8](repeating: 0, count: 1000))) }
        }
        #expect(limit?.code == .limitReached)
    }

    @Test(arguments: HostileInputTests.files.indices)
    func `the pieces do not matter`(_ number: Int) throws {
        let bytes = HostileInputTests.files[number]
        var options = ReadOptions()
        options.stopBefore = Tag(0x7FE0, 0x0000)
        let whole = try DICOMFile.read(bytes, options: options)
        for size in [1, 2, 3, 5, 8, 13, 64, 1000] {
            let file = try DICOMFile.readHeader(from: chunks(bytes, size))
            #expect(file.dataSet == whole.dataSet)
            #expect(file.warnings == whole.warnings)
        }
    }
}

@Suite(.enabled(if: !Corpus.entries.isEmpty, "../shared/corpus is absent"))
struct HeaderCorpusTests {
    @Test(arguments: Corpus.entries(expecting: "parse", "lenient"))
    func `the header of every file is the same from its pieces`(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        var options = ReadOptions()
        options.stopBefore = Tag(0x7FE0, 0x0000)
        guard let whole = try? DICOMFile.read(bytes, options: options) else { return }
        let size = max(1, min(5000, bytes.count / 7))
        let chunks = stride(from: 0, to: bytes.count, by: size).map { bytes[clamping: $0..<($0 + size)] }
        let file = try DICOMFile.readHeader(from: chunks)
        #expect(file.dataSet == whole.dataSet)
    }
}
