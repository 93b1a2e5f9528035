import ByteIO
import DICOM
import DICOMImaging
import Testing

@Suite struct NativeTests {
    @Test func `bits are unpacked least significant first, frames without alignment`() throws {
        // Two frames of 3 × 3 bits: 0b1_0101_0101 and 0b0_1111_0000, from bit 0 upwards.
        let packed: UInt32 = 0b1_0101_0101 | 0b0_1111_0000 << 9
        let file = Fixture.file(
            Fixture.dataSet(rows: 3, columns: 3, bits: 1, frames: 2),
            pixels: (0..<4).map { UInt8(truncatingIfNeeded: packed >> (8 * $0)) }, vr: .OB)
        let pixels = try PixelData(file)
        #expect(pixels.frameCount == 2)
        #expect(try pixels.frame(1).samples.array == [1, 0, 1, 0, 1, 0, 1, 0, 1])
        #expect(try pixels.frame(2).samples.array == [0, 0, 0, 0, 1, 1, 1, 1, 0])
    }

    @Test func `planes become colour by pixel`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, samples: 3, planar: 1), pixels: [1, 2, 3, 4, 5, 6])
        #expect(try PixelData(file).frame(1).samples.array == [1, 3, 5, 2, 4, 6])
    }

    @Test func `planes of 16 bits too`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, samples: 3, bits: 16, planar: 1),
            pixels: [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0])
        #expect(try PixelData(file).frame(1).samples.array == [1, 0, 3, 0, 5, 0, 2, 0, 4, 0, 6, 0])
    }

    @Test func `odd frames follow one another without padding`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 3, frames: 3), pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
        let pixels = try PixelData(file)
        #expect(try (1...3).map { try pixels.frame($0).samples.array } == [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    }

    @Test func `chrominance that two pixels share is given to both`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, samples: 3, photometric: "YBR_FULL_422"), pixels: [10, 20, 30, 40])
        let frame = try PixelData(file).frame(1)
        #expect(frame.samples.array == [10, 30, 40, 20, 30, 40])
        #expect(frame.photometric == .ybrFull)
    }

    @Test func `a frame that is not there is an error, whatever Number of Frames says`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 2, columns: 2, frames: 999_999), pixels: [1, 2, 3, 4, 5, 6, 7, 8])
        let pixels = try PixelData(file)
        #expect(pixels.frameCount == 2)
        for number in [-1, 0, 3, 999_999, .max, .min] {
            let error = #expect(throws: ImagingError.self) { try pixels.frame(number) }
            #expect(error?.code == .noSuchFrame)
        }
    }

    @Test func `pixel data that are too short are an error`() {
        #expect(throws: ImagingError.self) {
            try PixelData(Fixture.file(Fixture.dataSet(rows: 2, columns: 2), pixels: [1, 2])).frame(1)
        }
        #expect(throws: ImagingError.self) {
            try PixelData(Fixture.file(Fixture.dataSet(rows: 65535, columns: 65535), pixels: [1, 2])).frame(1)
        }
    }

    @Test(arguments: [
        (0, 5, 8, 8, 7), (5, 0, 8, 8, 7), (5, 5, 0, 8, 7), (5, 5, 8, 9, 8), (5, 5, 8, 0, 7), (5, 5, 8, 8, 3),
        (5, 5, 16, 12, 16), (5, 5, 12, 13, 12), (5, 5, 128, 16, 15),
    ])
    func `impossible descriptions are refused`(_ numbers: (Int, Int, Int, Int, Int)) {
        let (rows, columns, bits, stored, high) = numbers
        let dataSet = Fixture.dataSet(rows: rows, columns: columns, bits: bits, stored: stored, high: high)
        #expect(throws: ImagingError.self) {
            try PixelData(Fixture.file(dataSet, pixels: [UInt8](repeating: 0, count: 64)))
        }
    }

    @Test func `a frame index survives its bytes`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 3, frames: 3), pixels: [UInt8](repeating: 1, count: 10))
        let index = try PixelData(file).index
        let encoded = index.encoded
        #expect(encoded.count < 10)
        #expect(try FrameIndex(encoded: encoded) == index)
        for count in 0..<encoded.count {
            #expect(throws: ImagingError.self) { try FrameIndex(encoded: encoded[clamping: 0..<count]) }
        }
        #expect(throws: ImagingError.self) { try FrameIndex(encoded: Bytes(encoded.array + [0])) }
    }

    @Test func `a syntax that cannot be decoded is named`() throws {
        let description = try Fixture.description(rows: 1, columns: 1, syntax: "1.2.3.4")
        let error = #expect(throws: ImagingError.self) { try FrameDecoder(description) }
        #expect(error?.code == .unsupported)
        #expect(error?.reason.contains("1.2.3.4") == true)
    }
}
