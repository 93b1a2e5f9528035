import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Testing

@Suite struct TextDetectorTests {
    private static let side = 160

    /// A noisy disc on a dark ground, 16 bits, as a slice looks; `draw` may write on it.
    private func slice(_ draw: (inout [UInt16]) -> Void = { _ in }) throws -> StoredFrame {
        var dice = Dice(3)
        let side = Self.side
        var values = (0..<(side * side)).map { index in
            let (x, y) = (index % side - side / 2, index / side - side / 2)
            let distance = x * x + y * y
            let level = distance < 900 ? 1900 : distance < 3600 ? 1040 : 20
            return UInt16(level + dice.roll(60))
        }
        draw(&values)
        return try frame(values)
    }

    private func frame(_ values: [UInt16], photometric: PhotometricInterpretation = .monochrome2) throws -> StoredFrame
    {
        try StoredFrame(
            rows: values.count / Self.side, columns: Self.side, bytesPerSample: 2, bitsStored: 12,
            photometric: photometric,
            samples: Bytes(values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }))
    }

    private func write(_ text: String, x: Int, y: Int, scale: Int = 1, value: UInt16, in values: inout [UInt16]) {
        for dot in Lettering.dots(text, x: x, y: y, scale: scale) where dot.x < Self.side {
            values[dot.y * Self.side + dot.x] = value
        }
    }

    private func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int) throws -> PixelRegion {
        try #require(PixelRegion(x: x, y: y, width: width, height: height))
    }

    @Test(arguments: [TextDetector.Effort.quick, .thorough], [1, 2])
    func `A line of text is found where it stands`(effort: TextDetector.Effort, scale: Int) throws {
        let frame = try slice { write("TEST NOBLE 1962", x: 5, y: 8, scale: scale, value: 4000, in: &$0) }
        let found = TextDetector(effort).regions(in: frame)
        let expected = try box(5, 8, min(Self.side - 5, 15 * 6 * scale - 1), 7 * scale)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test(arguments: [TextDetector.Effort.quick, .thorough])
    func `In a slice without text none is found`(effort: TextDetector.Effort) throws {
        #expect(TextDetector(effort).regions(in: try slice()).isEmpty)
    }

    @Test func `Noise, a bright field and a scale are no text`() throws {
        var dice = Dice(11)
        let detector = TextDetector(.thorough)
        let noise = (0..<(Self.side * Self.side)).map { _ in UInt16(dice.roll(4096)) }
        #expect(detector.regions(in: try frame(noise)).isEmpty)
        let flat = [UInt16](repeating: 900, count: Self.side * Self.side)
        #expect(detector.regions(in: try frame(flat)).isEmpty)
        let scale = try slice { values in
            for tick in 0..<12 { for row in 20..<32 { values[row * Self.side + 10 + tick * 8] = 4000 } }
        }
        #expect(detector.regions(in: scale).isEmpty)
    }

    @Test func `Dark letters on a bright ground are found by the thorough search`() throws {
        var values = [UInt16](repeating: 4000, count: Self.side * Self.side)
        write("ROBERTSON 1962", x: 20, y: 100, value: 0, in: &values)
        #expect(!TextDetector(.thorough).regions(in: try frame(values)).isEmpty)
    }

    @Test func `Text of a middle grey beside brighter bone is found by the thorough search`() throws {
        let frame = try slice { write("ELLIOTT 29", x: 40, y: 4, value: 1300, in: &$0) }
        #expect(!TextDetector(.thorough).regions(in: frame).isEmpty)
    }

    @Test func `What is to be black is not searched`() throws {
        let frame = try slice { write("TEST NOBLE", x: 5, y: 8, value: 4000, in: &$0) }
        #expect(TextDetector(.thorough).regions(in: frame, ignoring: [try box(0, 0, Self.side, 20)]).isEmpty)
    }

    @Test func `Colours are searched as greys are`() throws {
        var samples = [UInt8](repeating: 30, count: Self.side * 40 * 3)
        for dot in Lettering.dots("NOBLE 1962", x: 8, y: 9) { samples[(dot.y * Self.side + dot.x) * 3 + 1] = 250 }
        let frame = try StoredFrame(
            rows: 40, columns: Self.side, samplesPerPixel: 3, bytesPerSample: 1, bitsStored: 8, photometric: .rgb,
            samples: Bytes(samples))
        #expect(!TextDetector(.thorough).regions(in: frame).isEmpty)
    }

    @Test(arguments: [(1, 1), (1, 4000), (4000, 1), (3, 3)])
    func `The smallest and the oddest frames are searched`(rows: Int, columns: Int) throws {
        for effort in [TextDetector.Effort.quick, .thorough] {
            var dice = Dice(2)
            let samples = (0..<(rows * columns)).map { _ in UInt8(dice.roll(256)) }
            let frame = try StoredFrame(
                rows: rows, columns: columns, bytesPerSample: 1, bitsStored: 8, samples: Bytes(samples))
            _ = TextDetector(effort).regions(in: frame)
        }
    }

    @Test func `Only some frames of many are searched, the first and the last among them`() throws {
        let side = Self.side
        var samples = [UInt8](repeating: 10, count: side * 30 * 12)
        for dot in Lettering.dots("NOBLE 1962", x: 8, y: 9) { samples[(11 * 30 + dot.y) * side + dot.x] = 250 }
        var root = Samples.ct()
        root.set(.Rows, .US, ints: [30])
        root.set(.Columns, .US, ints: [side])
        root.set(.NumberOfFrames, .IS, "12")
        root.set(.BitsAllocated, .US, ints: [8])
        root.set(.BitsStored, .US, ints: [8])
        root.set(.HighBit, .US, ints: [7])
        root.set(.PixelData, .OB, bytes: Bytes(samples))
        let file = try Samples.file(root)
        #expect(try TextDetector().regions(in: file, frames: 3).count == 1)
        #expect(try TextDetector().regions(in: file, frames: 1).isEmpty)
    }
}
