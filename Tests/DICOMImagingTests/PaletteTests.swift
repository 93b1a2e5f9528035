import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Palettes (PS3.3 C.7.6.3.1.5, C.7.6.19, C.7.9) and lookup tables with hostile descriptors.
@Suite struct PaletteTests {
    private static let tags: [(descriptor: DICOM.Tag, data: DICOM.Tag, segmented: DICOM.Tag)] = [
        (
            .RedPaletteColorLookupTableDescriptor, .RedPaletteColorLookupTableData,
            .SegmentedRedPaletteColorLookupTableData
        ),
        (
            .GreenPaletteColorLookupTableDescriptor, .GreenPaletteColorLookupTableData,
            .SegmentedGreenPaletteColorLookupTableData
        ),
        (
            .BluePaletteColorLookupTableDescriptor, .BluePaletteColorLookupTableData,
            .SegmentedBluePaletteColorLookupTableData
        ),
    ]

    private func words(_ values: [Int]) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// One table for all three colours.
    private func set(_ dataSet: inout DataSet, _ descriptor: [Int], _ bytes: [UInt8], segmented: Bool = false) {
        for tag in Self.tags {
            dataSet.set(tag.descriptor, .US, ints: descriptor.map { $0 & 0xFFFF })
            dataSet.set(segmented ? tag.segmented : tag.data, .OW, bytes: Bytes(bytes))
        }
    }

    /// The first entries of a segmented table as 8-bit red, or the error.
    private func unfold(_ segments: [Int], count: Int, bits: Int = 16) throws -> [UInt8] {
        var dataSet = Fixture.dataSet(rows: 1, columns: min(count, 8), photometric: "PALETTE COLOR")
        set(&dataSet, [count, 0, bits], bits == 8 ? segments.map { UInt8($0) } : words(segments), segmented: true)
        let shown = try Fixture.render(Fixture.file(dataSet, pixels: (0..<UInt8(min(count, 8))).map { $0 }))
        return stride(from: 0, to: shown.count, by: 3).map { shown[$0] }
    }

    @Test func `a descriptor of 0 entries means 65536`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, bits: 16, photometric: "PALETTE COLOR")
        set(&dataSet, [0, 0, 16], words((0..<65536).map { 65535 - $0 }))
        let file = Fixture.file(dataSet, pixels: [0, 0, 0xFF, 0xFF])
        #expect(try Fixture.render(file) == [255, 255, 255, 0, 0, 0])
    }

    @Test func `8-bit entries in words of 16 bits are read as words`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, photometric: "PALETTE COLOR")
        set(&dataSet, [2, 0, 8], words([7, 200]))
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: [0, 1])) == [7, 7, 7, 200, 200, 200])
    }

    @Test func `16 bits of which only the lower 8 are filled are shown as 8`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, photometric: "PALETTE COLOR")
        set(&dataSet, [2, 0, 16], words([7, 200]))
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: [0, 1])) == [7, 7, 7, 200, 200, 200])
    }

    @Test func `with signed pixels the first value mapped is signed`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 3, signed: true, photometric: "PALETTE COLOR")
        set(&dataSet, [2, -1, 8], [10, 20])
        let file = Fixture.file(dataSet, pixels: [0xFF, 0, 0x80])
        #expect(try Fixture.render(file) == [10, 10, 10, 20, 20, 20, 10, 10, 10])
    }

    @Test func `a supplemental palette colours values from its first on, those below stay grey`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 4)
        dataSet.set(.PixelPresentation, .CS, "COLOR")
        dataSet.set(.WindowCenter, .DS, "100")
        dataSet.set(.WindowWidth, .DS, "200")
        for (number, tag) in Self.tags.enumerated() {
            dataSet.set(tag.descriptor, .US, ints: [2, 200, 8])
            dataSet.set(tag.data, .OW, bytes: Bytes([UInt8(number), UInt8(10 + number)]))
        }
        let file = Fixture.file(dataSet, pixels: [0, 199, 200, 201])
        #expect(try Fixture.render(file) == [0, 0, 0, 255, 255, 255, 0, 1, 2, 10, 11, 12])
        dataSet.set(.PixelPresentation, .CS, "MONOCHROME")
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: [0, 199, 200, 201])).count == 4)
    }

    @Test func `an indirect segment's offset counts bytes, in words where only that fits`() throws {
        // discrete [1, 2] at word 0, linear 2 to 10 at word 4, then that once more; 8 bytes or 4 words on.
        let start = [0, 2, 1 << 8, 2 << 8, 1, 2, 10 << 8]
        for offset in [8, 4] {
            #expect(try unfold(start + [2, 1, offset, 0], count: 6) == [1, 2, 6, 10, 10, 10])
        }
    }

    @Test func `segments of bytes have offsets of four bytes`() throws {
        #expect(try unfold([0, 2, 1, 2, 1, 2, 10, 2, 1, 4, 0, 0, 0, 0], count: 6, bits: 8) == [1, 2, 6, 10, 10, 10])
    }

    @Test(arguments: [
        [], [0], [0, 9, 1], [1, 2, 5], [0, 1, 5, 1, 0, 9], [0, 1, 5, 2, 1, 9999, 0], [0, 1, 5, 2, 1, 3, 0], [3, 1, 5],
        [0, 1, 5, 2, 3, 0, 0], [0, 1, 5], [0, 1, 5, 2, 1, 0xFFFF, 0xFFFF], [0, 1, 5, 2, 65535],
    ]) func `segments that lead nowhere are refused`(_ segments: [Int]) {
        #expect(throws: ImagingError.self) { try unfold(segments, count: 9) }
    }

    @Test func `empty segments that are referred to again and again end`() {
        var segments = [Int](repeating: 0, count: 65536)
        for _ in 0..<60000 { segments += [2, 65535, 0, 0] }
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(throws: ImagingError.self) { try unfold(segments, count: 65535) }
        }
        #expect(time < .seconds(5))
    }

    @Test(arguments: [[2, 0, 0], [2, 0, 17], [2, 0, 65535], [2, 0]])
    func `impossible descriptors leave no palette`(_ descriptor: [Int]) {
        var dataSet = Fixture.dataSet(rows: 1, columns: 1, photometric: "PALETTE COLOR")
        set(&dataSet, descriptor, [1, 2])
        #expect(throws: ImagingError.self) { try Fixture.render(Fixture.file(dataSet, pixels: [0])) }
    }

    @Test func `fewer entries than promised still serve, the last for all behind`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, photometric: "PALETTE COLOR")
        set(&dataSet, [60000, 0, 16], words([0x0100, 0x2000]))
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: [0, 255])) == [1, 1, 1, 32, 32, 32])
    }

    @Test func `palettes for floats or for more than 16 bits are refused`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 1, bits: 32, photometric: "PALETTE COLOR")
        set(&dataSet, [2, 0, 8], [1, 2])
        #expect(throws: ImagingError.self) { try Fixture.render(Fixture.file(dataSet, pixels: [0, 0, 0, 0])) }
    }

    @Test(arguments: ["HSV", "ARGB", "CMYK", "XYZ"]) func `retired colours are refused by name`(_ name: String) {
        let samples = name == "HSV" || name == "XYZ" ? 3 : 4
        let dataSet = Fixture.dataSet(rows: 1, columns: 1, samples: samples, photometric: name)
        let error = #expect(throws: ImagingError.self) {
            try Fixture.render(Fixture.file(dataSet, pixels: [UInt8](repeating: 0, count: samples)))
        }
        #expect(error?.code == .unsupported)
        #expect(error?.reason.contains(name == "XYZ" ? "Photometric" : name) == true)
    }

    @Test func `YBR_PARTIAL_422 shares chrominance and spans 16 to 235`() throws {
        // Y₁ Y₂ C_B C_R: black and white without colour, then the standard's red: Y 81.535, C_B 90, C_R 240.
        let dataSet = Fixture.dataSet(rows: 2, columns: 2, samples: 3, photometric: "YBR_PARTIAL_422")
        let shown = try Fixture.render(Fixture.file(dataSet, pixels: [16, 235, 128, 128, 81, 81, 90, 240]))
        #expect(Array(shown[0..<6]) == [0, 0, 0, 255, 255, 255])
        #expect(shown[6] >= 253 && shown[7] <= 1 && shown[8] <= 1)
    }
}
