import ByteIO
import DICOM
import DICOMImaging
import Testing

@Suite struct PixelBlankingTests {
    private static let rows = 24
    private static let columns = 34
    private let regions = [PixelRegion("3,2,10,5"), PixelRegion("25,20,90,90")].compactMap(\.self)

    private func isInside(_ pixel: Int) -> Bool {
        let (row, column) = (pixel / Self.columns, pixel % Self.columns)
        return regions.contains { $0.rows.contains(row) && $0.columns.contains(column) }
    }

    /// Noise of `frames` frames, read from a file in `syntax`.
    private func file(
        _ dataSet: DataSet, bytesPerPixel: Int, frames: Int, syntax: TransferSyntax
    ) throws -> DICOMFile {
        var noise = Noise(seed: 41)
        let count = Self.rows * Self.columns * bytesPerPixel * frames
        var file = Fixture.file(dataSet, pixels: (0..<count).map { _ in UInt8(truncatingIfNeeded: noise.next() >> 9) })
        file.dataSet.set(.SOPClassUID, .UI, UID.SecondaryCaptureImageStorage)
        file.dataSet.set(.SOPInstanceUID, .UI, "1.2.3.4")
        return try reread(try Transcoder(to: syntax).transcode(reread(file)))
    }

    private func reread(_ file: DICOMFile) throws -> DICOMFile {
        try DICOMFile.read(try file.encode().materialize(from: file.source))
    }

    private func grey(frames: Int = 3) -> DataSet {
        Fixture.dataSet(rows: Self.rows, columns: Self.columns, bits: 16, signed: true, frames: frames)
    }

    private func colour(frames: Int = 2) -> DataSet {
        Fixture.dataSet(rows: Self.rows, columns: Self.columns, samples: 3, planar: 0, frames: frames)
    }

    /// Checks every pixel of every frame; the black values of each frame.
    private func compare(_ before: DICOMFile, _ after: DICOMFile) throws -> [Set<[UInt8]>] {
        let (old, new) = (try PixelData(before), try PixelData(after))
        #expect(new.frameCount == old.frameCount)
        return try (1...old.frameCount).map { number in
            let (source, result) = (try old.frame(number), try new.frame(number))
            let width = source.samplesPerPixel * source.bytesPerSample
            let (left, right) = (source.samples.array, result.samples.array)
            try #require(left.count == right.count)
            var black: Set<[UInt8]> = []
            for pixel in 0..<(Self.rows * Self.columns) {
                let range = (pixel * width)..<((pixel + 1) * width)
                if isInside(pixel) {
                    black.insert(Array(right[range]))
                } else if left[range] != right[range] {
                    Issue.record("pixel \(pixel) of frame \(number) changed")
                    break
                }
            }
            return black
        }
    }

    @Test(arguments: [
        UID.ExplicitVRLittleEndian, UID.ImplicitVRLittleEndian, UID.ExplicitVRBigEndian,
        UID.DeflatedExplicitVRLittleEndian, UID.RLELossless, UID.JPEGLSLossless, UID.JPEG2000Lossless,
        UID.HTJ2KLossless, UID.DeflatedImageFrameCompression, UID.EncapsulatedUncompressedExplicitVRLittleEndian,
    ])
    func `A lossless transfer syntax stays, and so does every pixel outside`(syntax: String) throws {
        for dataSet in [grey(), colour()] {
            let isGrey = dataSet.int(.SamplesPerPixel) == 1
            let before = try file(
                dataSet, bytesPerPixel: isGrey ? 2 : 3, frames: isGrey ? 3 : 2, syntax: TransferSyntax(uid: syntax))
            let after = try reread(try PixelBlanking(regions).apply(to: before))
            #expect(after.transferSyntax.uid == syntax)
            for (index, black) in try compare(before, after).enumerated() {
                #expect(black.count == 1)
                let least = try PixelData(before).frame(index + 1).samples.array
                let words = stride(from: 0, to: least.count, by: 2).map {
                    Int16(bitPattern: UInt16(least[$0]) | UInt16(least[$0 + 1]) << 8)
                }
                let low = UInt16(bitPattern: words.min() ?? 0)
                #expect(
                    black.first == (isGrey ? [UInt8(truncatingIfNeeded: low), UInt8(low >> 8)] : [0, 0, 0]))
            }
        }
    }

    @Test(arguments: [UID.JPEGBaseline8Bit, UID.JPEG2000, UID.JPEGLSNearLossless])
    func `What a lossy codec left is kept to the bit, in JPEG-LS Lossless`(syntax: String) throws {
        let before = try file(colour(), bytesPerPixel: 3, frames: 2, syntax: TransferSyntax(uid: syntax))
        let after = try reread(try PixelBlanking(regions).apply(to: before))
        #expect(after.transferSyntax.uid == UID.JPEGLSLossless)
        #expect(after.dataSet.string(.LossyImageCompression) == "01")
        #expect(try compare(before, after).allSatisfy { $0.count == 1 })
    }

    @Test func `Samples that JPEG-LS has no room for become native`() throws {
        let dataSet = Fixture.dataSet(rows: Self.rows, columns: Self.columns, bits: 32)
        let before = try file(
            dataSet, bytesPerPixel: 4, frames: 1, syntax: TransferSyntax(uid: UID.DeflatedImageFrameCompression))
        #expect(try reread(try PixelBlanking(regions).apply(to: before)).transferSyntax == before.transferSyntax)
        #expect(try compare(before, try reread(try PixelBlanking(regions).apply(to: before)))[0].count == 1)
    }

    // MARK: Native layouts

    private func native(
        _ dataSet: DataSet, bytes: Int, vr: VR = .OW, _ syntax: TransferSyntax = .explicitVRLittleEndian
    )
        throws -> DICOMFile
    {
        var noise = Noise(seed: 7)
        let pixels = (0..<bytes).map { _ in UInt8(truncatingIfNeeded: noise.next() >> 7) }
        var file = DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: syntax)
        file.dataSet.set(DataElement(.PixelData, vr, .raw(RawValue(Bytes(pixels), byteOrder: syntax.byteOrder))))
        return try reread(file)
    }

    struct Layout: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bits: Int
        var samples = 1
        var planar: Int?
        var photometric: String?
        var vr = VR.OW
        var isBig = false
        var black: [UInt8]?
    }

    @Test(arguments: [
        Layout(testDescription: "colour by plane", bits: 8, samples: 3, planar: 1, vr: .OB, black: [0, 0, 0]),
        Layout(
            testDescription: "YBR_FULL", bits: 8, samples: 3, planar: 0, photometric: "YBR_FULL", black: [0, 128, 128]),
        Layout(testDescription: "bits", bits: 1, black: [0]),
        Layout(testDescription: "12 bits packed", bits: 12),
        Layout(testDescription: "bytes in big-endian words", bits: 8, isBig: true),
        Layout(testDescription: "big-endian words", bits: 16, isBig: true),
        Layout(testDescription: "32 bits", bits: 32),
    ])
    func `Native samples are changed where they lie, and nothing else is`(layout: Layout) throws {
        let dataSet = Fixture.dataSet(
            rows: Self.rows, columns: Self.columns, samples: layout.samples, bits: layout.bits,
            photometric: layout.photometric, planar: layout.planar, frames: 2)
        let bits = Self.rows * Self.columns * layout.samples * layout.bits * 2
        let before = try native(
            dataSet, bytes: (bits + 15) / 16 * 2, vr: layout.vr,
            layout.isBig ? .explicitVRBigEndian : .explicitVRLittleEndian)
        let after = try reread(try PixelBlanking(regions).apply(to: before))
        let found = try compare(before, after)
        #expect(found.allSatisfy { $0.count == 1 })
        if let black = layout.black { #expect(found.allSatisfy { $0.first == black }) }
        #expect(after.dataSet[.PixelData]?.count == before.dataSet[.PixelData]?.count)
    }

    @Test func `Halved chrominance goes by pairs of pixels`() throws {
        let dataSet = Fixture.dataSet(
            rows: Self.rows, columns: Self.columns, samples: 3, photometric: "YBR_FULL_422", planar: 0)
        let before = try native(dataSet, bytes: Self.rows * Self.columns * 2, vr: .OB)
        let after = try PixelData(try reread(try PixelBlanking(regions).apply(to: before))).frame(1).samples.array
        let start = (2 * Self.columns + 3) * 3
        #expect(Array(after[start..<(start + 3)]) == [0, 128, 128])
        let untouched = try PixelData(before).frame(1).samples.array
        #expect(after.prefix(2 * Self.columns * 3) == untouched.prefix(2 * Self.columns * 3))
    }

    @Test func `Black is the brightest number where numbers are inverted`() throws {
        let dataSet = Fixture.dataSet(
            rows: Self.rows, columns: Self.columns, bits: 16, stored: 12, photometric: "MONOCHROME1")
        let before = try native(dataSet, bytes: Self.rows * Self.columns * 2)
        let values = try PixelData(before).frame(1).samples.array
        let highest = stride(from: 0, to: values.count, by: 2).map { UInt16(values[$0]) | UInt16(values[$0 + 1]) << 8 }
            .max()
        let black = try compare(before, try reread(try PixelBlanking(regions).apply(to: before)))[0]
        #expect(black.first == highest.map { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }

    // MARK: Refusals

    @Test func `What cannot be blacked out as a whole is refused`() throws {
        let whole = try native(grey(frames: 2), bytes: Self.rows * Self.columns * 4)
        var cut = whole
        cut.dataSet.set(.NumberOfFrames, .IS, "3")
        let error = #expect(throws: ImagingError.self) { try PixelBlanking(regions).apply(to: reread(cut)) }
        #expect(error?.code == .truncated)
        var video = DICOMFile(
            meta: DataSet(), dataSet: colour(), transferSyntax: TransferSyntax(uid: UID.MPEG4HP41))
        video.dataSet.set(
            DataElement(
                .PixelData, .OB,
                .fragments(Fragments(offsetTable: RawValue(Bytes()), items: [RawValue(Bytes([1, 2]))]))))
        let refusal = #expect(throws: ImagingError.self) { try PixelBlanking(regions).apply(to: reread(video)) }
        #expect(refusal?.code == .unsupported)
        #expect(throws: ImagingError.self) {
            try PixelBlanking(regions).apply(to: DICOMFile(meta: DataSet(), dataSet: DataSet()))
        }
    }

    @Test func `Regions outside the image change nothing`() throws {
        let before = try native(grey(frames: 1), bytes: Self.rows * Self.columns * 2)
        let outside = try #require(PixelRegion("500,500,10,10"))
        let after = try PixelBlanking([outside]).apply(to: before)
        #expect(after.dataSet == before.dataSet)
        #expect(try PixelBlanking([]).apply(to: before).dataSet == before.dataSet)
    }
}
