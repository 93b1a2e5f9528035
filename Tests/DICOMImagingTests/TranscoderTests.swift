import ByteIO
import DICOM
import DICOMImaging
import Testing

@Suite struct TranscoderTests {
    /// An image to be transcoded: its shape, its noise, and what it is called in a failure.
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        var rows = 7
        var columns = 5
        var samples = 1
        var bits = 16
        var stored = 12
        var isSigned = false
        var photometric = "MONOCHROME2"
        var frames = 3
        var planar = 0

        var testDescription: String { name }

        static let all = [
            Sample(name: "12 of 16 bits"), Sample(name: "12 of 16 bits, signed", isSigned: true),
            Sample(name: "16 bits, signed", stored: 16, isSigned: true, frames: 1),
            Sample(name: "8 bits", bits: 8, stored: 8),
            Sample(name: "8 bits, signed", bits: 8, stored: 8, isSigned: true),
            Sample(name: "one pixel", rows: 1, columns: 1, bits: 8, stored: 8, frames: 1),
            Sample(name: "RGB", samples: 3, bits: 8, stored: 8, photometric: "RGB"),
            Sample(name: "RGB by plane", samples: 3, bits: 8, stored: 8, photometric: "RGB", planar: 1),
            Sample(name: "YBR_FULL", samples: 3, bits: 8, stored: 8, photometric: "YBR_FULL", frames: 1),
            Sample(name: "palette", bits: 8, stored: 8, photometric: "PALETTE COLOR"),
            Sample(name: "32 bits", bits: 32, stored: 32),
            Sample(name: "one row of 2000", rows: 1, columns: 2000, photometric: "MONOCHROME1", frames: 1),
        ]

        /// Values within Bits Stored, smooth with noise, the sign extended.
        var pixels: [UInt8] {
            var state: UInt32 = 12345
            return (0..<(rows * columns * samples * frames)).flatMap { index -> [UInt8] in
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = (index * 3 + Int(state >> 28)) % (1 << stored) - (isSigned ? 1 << (stored - 1) : 0)
                return (0..<(bits / 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            }
        }

        var file: DICOMFile {
            var dataSet = Fixture.dataSet(
                rows: rows, columns: columns, samples: samples, bits: bits, stored: stored, signed: isSigned,
                photometric: photometric, planar: samples > 1 ? planar : nil, frames: frames)
            dataSet.set(.SOPClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
            dataSet.set(.SOPInstanceUID, .UI, "1.2.3.4")
            dataSet.set(.PatientName, .PN, "Doe^Jo")
            return Fixture.file(dataSet, pixels: pixels, vr: bits > 8 ? .OW : .OB)
        }
    }

    /// The file as another program would read it.
    static func written(_ file: DICOMFile) throws -> DICOMFile {
        try DICOMFile.read(try file.encode().materialize(from: file.source))
    }

    static func samples(_ file: DICOMFile) throws -> [[UInt8]] {
        let pixels = try PixelData(file)
        return try (1...pixels.description.numberOfFrames).map { try pixels.frame($0).samples.array }
    }

    /// Those that take samples of `bits`.
    private static func lossless(_ bits: Int = 16) throws -> [TransferSyntax] {
        try FrameEncoder.transferSyntaxes.map { TransferSyntax(uid: $0) }
            .filter { try !FrameEncoder($0).isLossy && (bits <= 16 || !isForShortSamples($0.uid)) }
    }

    /// JPEG-LS has samples of up to 16 bits, JPEG 2000 as it is written here of up to 24.
    private static func isForShortSamples(_ uid: String) -> Bool {
        [UID.JPEGLSLossless, UID.JPEG2000Lossless, UID.HTJ2KLossless, UID.HTJ2KLosslessRPCL].contains(uid)
    }

    // MARK: Lossless

    @Test(arguments: Sample.all)
    func `every lossless syntax gives the same samples, by way of every other`(_ sample: Sample) throws {
        let original = try Self.written(sample.file)
        let expected = try Self.samples(original)
        for first in try Self.lossless(sample.bits) {
            let once = try Self.written(try Transcoder(to: first).transcode(original))
            #expect(once.transferSyntax == first && once.warnings.isEmpty)
            #expect(once.meta.string(.TransferSyntaxUID) == first.uid)
            #expect(try Self.samples(once) == expected, "\(first.name)")
            #expect(once.dataSet.string(.SOPInstanceUID) == "1.2.3.4")
            #expect(once.dataSet.string(.PatientName) == "Doe^Jo")
            #expect(!once.dataSet.contains(.LossyImageCompression))
            for second in try Self.lossless(sample.bits) {
                let twice = try Self.written(try Transcoder(to: second).transcode(once))
                #expect(try Self.samples(twice) == expected, "\(first.name) to \(second.name)")
            }
            let back = try Self.written(try Transcoder(to: .explicitVRLittleEndian).transcode(once))
            #expect(try Self.samples(back) == expected, "\(first.name)")
        }
    }

    @Test func `what is in the syntax already passes through byte for byte`() throws {
        let original = try Self.written(Sample.all[0].file)
        for syntax in try Self.lossless() {
            let once = try Transcoder(to: syntax).transcode(original)
            let bytes = try once.encode().materialize(from: once.source)
            let read = try DICOMFile.read(bytes)
            let again = try Transcoder(to: syntax).transcode(read)
            #expect(try again.encode().materialize(from: again.source) == bytes, "\(syntax.name)")
        }
    }

    @Test func `frames are fragments of even length behind a basic offset table`() throws {
        let sample = Sample(name: "odd", rows: 3, columns: 3, bits: 8, stored: 8, frames: 4)
        let syntax = TransferSyntax(uid: UID.EncapsulatedUncompressedExplicitVRLittleEndian)
        let file = try Self.written(try Transcoder(to: syntax).transcode(sample.file))
        guard case .fragments(let fragments) = file.dataSet[.PixelData]?.value else {
            Issue.record("no fragments")
            return
        }
        #expect(fragments.items.map(\.count) == [10, 10, 10, 10])
        let table = try file.bytes(of: try #require(fragments.offsetTable)).array
        #expect(table == [0, 0, 0, 0, 18, 0, 0, 0, 36, 0, 0, 0, 54, 0, 0, 0])
    }

    @Test func `bits follow one another across frames, in both directions`() throws {
        let dataSet = Fixture.dataSet(rows: 3, columns: 3, bits: 1, frames: 3)
        let original = try Self.written(
            Fixture.file(dataSet, pixels: [0b1010_1101, 0b0110_0011, 0b1101, 0b0101], vr: .OB))
        let expected = try Self.samples(original)
        let frames = TransferSyntax(uid: UID.DeflatedImageFrameCompression)
        let deflated = try Self.written(try Transcoder(to: frames).transcode(original))
        #expect(try Self.samples(deflated) == expected)
        let back = try Self.written(try Transcoder(to: .implicitVRLittleEndian).transcode(deflated))
        #expect(try Self.samples(back) == expected)
        #expect(back.dataSet.bytes(.PixelData)?.array == [0b1010_1101, 0b0110_0011, 0b1101, 0b101])
    }

    @Test func `planes and chrominance are described as they come out`() throws {
        let syntax = TransferSyntax(uid: UID.EncapsulatedUncompressedExplicitVRLittleEndian)
        let planes = Sample(name: "planes", samples: 3, bits: 8, stored: 8, photometric: "RGB", planar: 1)
        #expect(try Transcoder(to: syntax).transcode(planes.file).dataSet.int(.PlanarConfiguration) == 0)
        let halved = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, samples: 3, photometric: "YBR_FULL_422"), pixels: [10, 20, 30, 40])
        let whole = try Self.written(try Transcoder(to: syntax).transcode(halved))
        #expect(whole.dataSet.string(.PhotometricInterpretation) == "YBR_FULL")
        #expect(try Self.samples(whole) == [[10, 30, 40, 20, 30, 40]])
    }

    // MARK: Lossy

    @Test func `a lossy result is a new instance that says what happened to it`() throws {
        var original = Sample(
            name: "grey", rows: 64, columns: 64, bits: 8, stored: 8, isSigned: false, frames: 2
        ).file
        original.dataSet.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL")
        original.dataSet.set(.LargestImagePixelValue, .US, ints: [9999])
        let jpeg = TransferSyntax(uid: UID.JPEGBaseline8Bit)
        var options = FrameEncoder.Options()
        options.quality = 100
        let transcoder = try Transcoder(to: jpeg, options: options)
        let result = try Self.written(try transcoder.transcode(try Self.written(original)))
        let dataSet = result.dataSet
        #expect(dataSet.string(.LossyImageCompression) == "01")
        #expect(dataSet.strings(.LossyImageCompressionMethod) == ["ISO_10918_1"])
        #expect((dataSet.double(.LossyImageCompressionRatio) ?? 0) > 0.5)
        let uid = try #require(dataSet.string(.SOPInstanceUID))
        #expect(uid.hasPrefix("2.25.") && uid.count <= 64)
        #expect(result.meta.string(.MediaStorageSOPInstanceUID) == uid)
        #expect(dataSet.strings(.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"])
        #expect(dataSet.string(.DerivationDescription)?.contains("JPEG Baseline") == true)
        let source = try #require(dataSet.sequence(.SourceImageSequence)?.first)
        #expect(source.string(.ReferencedSOPInstanceUID) == "1.2.3.4")
        #expect(source.sequence(.PurposeOfReferenceCodeSequence)?.first?.string(.CodeValue) == "121320")
        #expect((dataSet.int(.LargestImagePixelValue) ?? .max) < 256)
        #expect(try Self.difference(result, original) < 4)

        // What was lost stays lost, wherever it goes.
        let native = try Self.written(try Transcoder(to: .explicitVRLittleEndian).transcode(result))
        #expect(native.dataSet.string(.LossyImageCompression) == "01")
        #expect(native.dataSet.strings(.LossyImageCompressionMethod) == ["ISO_10918_1"])
        #expect(native.dataSet.string(.SOPInstanceUID) == uid)
        let again = try Transcoder(to: jpeg).transcode(native).dataSet
        #expect(again.strings(.LossyImageCompressionMethod) == ["ISO_10918_1", "ISO_10918_1"])
        #expect(again.strings(.LossyImageCompressionRatio).count == 2)
        #expect(again.sequence(.SourceImageSequence)?.count == 2)
    }

    @Test func `colour becomes YBR_FULL_422 and is nearly the same`() throws {
        let jpeg = TransferSyntax(uid: UID.JPEGBaseline8Bit)
        for photometric in ["RGB", "YBR_FULL"] {
            var dataSet = Fixture.dataSet(rows: 16, columns: 16, samples: 3, photometric: photometric)
            dataSet.set(.PlanarConfiguration, .US, ints: [0])
            var pixels: [UInt8] = []
            for row in UInt8(0)..<16 {
                for _ in 0..<16 { pixels += [100 + row, 120 + row, 140 + row] }
            }
            let original = try Self.written(Fixture.file(dataSet, pixels: pixels, vr: .OB))
            let result = try Self.written(try Transcoder(to: jpeg).transcode(original))
            #expect(result.dataSet.string(.PhotometricInterpretation) == "YBR_FULL_422")
            let shown = try (Fixture.render(result), Fixture.render(original))
            #expect(zip(shown.0, shown.1).allSatisfy { abs(Int($0) - Int($1)) <= 4 }, "\(photometric)")
        }
    }

    @Test func `a history of losses that a file does not tell is told when its syntax no longer does`() throws {
        let jpeg = TransferSyntax(uid: UID.JPEGBaseline8Bit)
        let sample = Sample(name: "grey", rows: 64, columns: 64, bits: 8, stored: 8, frames: 1)
        var lossy = try Transcoder(to: jpeg).transcode(sample.file)
        for tag in [Tag.LossyImageCompression, .LossyImageCompressionRatio, .LossyImageCompressionMethod] {
            lossy.dataSet.remove(tag)
        }
        let native = try Transcoder(to: .explicitVRLittleEndian).transcode(try Self.written(lossy))
        #expect(native.dataSet.string(.LossyImageCompression) == "01")
        #expect(native.dataSet.strings(.LossyImageCompressionMethod) == ["ISO_10918_1"])
        #expect((native.dataSet.double(.LossyImageCompressionRatio) ?? 0) > 1)
    }

    private static func difference(_ left: DICOMFile, _ right: DICOMFile) throws -> Int {
        zip(try samples(left).joined(), try samples(right).joined()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    // MARK: Refusals

    @Test func `what cannot be is refused by name`() throws {
        for uid in ["1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.94", "1.2.3"] {
            let error = #expect(throws: ImagingError.self) { try Transcoder(to: TransferSyntax(uid: uid)) }
            #expect(error?.code == .unsupported)
            #expect(error?.reason.contains(TransferSyntax(uid: uid).name) == true)
        }
        var options = FrameEncoder.Options()
        options.quality = 0
        #expect(throws: ImagingError.self) {
            try Transcoder(to: TransferSyntax(uid: UID.JPEGBaseline8Bit), options: options)
        }
        let jpeg = try Transcoder(to: TransferSyntax(uid: UID.JPEGBaseline8Bit))
        let palette = Sample(name: "", bits: 8, stored: 8, photometric: "PALETTE COLOR")
        for sample in [Sample(name: "16 bits"), palette, Sample(name: "", bits: 8, stored: 8, isSigned: true)] {
            let error = #expect(throws: ImagingError.self) { try jpeg.transcode(sample.file) }
            #expect(error?.code == .unsupported)
            #expect(error?.reason.contains("JPEG Baseline") == true)
        }
        for uid in [UID.JPEGLSLossless, UID.JPEG2000Lossless, UID.HTJ2KLossless] {
            let error = #expect(throws: ImagingError.self) {
                try Transcoder(to: TransferSyntax(uid: uid)).transcode(Sample(name: "", bits: 32, stored: 32).file)
            }
            #expect(error?.code == .unsupported)
        }
        let bits = Fixture.file(Fixture.dataSet(rows: 3, columns: 3, bits: 1), pixels: [5, 1], vr: .OB)
        for uid in [UID.RLELossless, UID.JPEGLSLossless] {
            let error = #expect(throws: ImagingError.self) {
                try Transcoder(to: TransferSyntax(uid: uid)).transcode(bits)
            }
            #expect(error?.reason.contains("Bits Allocated 1") == true)
        }
        var text = DataSet()
        text.set(.PatientName, .PN, "Doe^Jo")
        let report = DICOMFile(meta: DataSet(), dataSet: text)
        #expect(throws: ImagingError.self) { try jpeg.transcode(report) }
        #expect(try Transcoder(to: .implicitVRLittleEndian).transcode(report).transferSyntax == .implicitVRLittleEndian)
    }

    @Test func `floating point pixel data stay native`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 1, bits: 32)
        dataSet.set(.FloatPixelData, .OF, bytes: Bytes([0, 0, 128, 63]))
        let file = try Self.written(DICOMFile(meta: DataSet(), dataSet: dataSet))
        let syntax = TransferSyntax(uid: UID.DeflatedImageFrameCompression)
        let error = #expect(throws: ImagingError.self) { try Transcoder(to: syntax).transcode(file) }
        #expect(error?.reason.contains("floating point") == true)
        let big = try Self.written(try Transcoder(to: .explicitVRBigEndian).transcode(file))
        let back = try Self.written(try Transcoder(to: .explicitVRLittleEndian).transcode(big))
        #expect(back.dataSet.bytes(.FloatPixelData)?.array == [0, 0, 128, 63])
    }

    @Test func `missing frames are an error, and nothing comes out`() throws {
        var file = Sample(name: "short").file
        file.dataSet.set(.NumberOfFrames, .IS, ints: [4])
        let syntax = TransferSyntax(uid: UID.DeflatedImageFrameCompression)
        let error = #expect(throws: ImagingError.self) { try Transcoder(to: syntax).transcode(file) }
        #expect(error?.code == .truncated)
    }

    @Test func `a store that is full ends it`() throws {
        let syntax = TransferSyntax(uid: UID.EncapsulatedUncompressedExplicitVRLittleEndian)
        let error = #expect(throws: ImagingError.self) {
            try Transcoder(to: syntax).transcode(Sample(name: "").file, keeping: MemoryFrames(limit: 100))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func `damaged pixel data never trap`() throws {
        let syntax = TransferSyntax(uid: UID.DeflatedImageFrameCompression)
        let file = try Transcoder(to: syntax).transcode(Sample(name: "").file)
        let bytes = try file.encode().materialize(from: file.source).array
        let back = try Transcoder(to: .explicitVRLittleEndian)
        for end in stride(from: 132, to: bytes.count, by: 3) {
            _ = try? back.transcode(DICOMFile.read(Bytes(Array(bytes[..<end]))))
        }
        for index in stride(from: 132, to: bytes.count, by: 2) {
            var changed = bytes
            changed[index] ^= 0xFF
            _ = try? back.transcode(DICOMFile.read(Bytes(changed)))
        }
    }
}
