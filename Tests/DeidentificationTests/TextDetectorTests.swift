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

    @Test(arguments: [TextDetector.Effort.quick, .thorough], ["ELLI", "NOBLE", "ELLIOTT 29", "1962"])
    func `Text of a middle grey beside brighter bone is found`(effort: TextDetector.Effort, text: String) throws {
        let frame = try slice { write(text, x: 40, y: 4, value: 1300, in: &$0) }
        let expected = try box(40, 4, text.count * 6 - 1, 7)
        let found = TextDetector(effort).regions(in: frame)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test func `Text on tissue is found by the quick search, also where samples have a sign`() throws {
        let frame = try slice { write("NOBLE 1962", x: 44, y: 104, value: 1500, in: &$0) }
        #expect(!TextDetector(.quick).regions(in: frame).isEmpty)
        let signed = try StoredFrame(
            rows: frame.rows, columns: frame.columns, bytesPerSample: 2, bitsStored: 16, isSigned: true,
            samples: Bytes(
                stride(from: 0, to: frame.samples.count, by: 2).flatMap { index in
                    let value = Int16(frame.samples[index]) + Int16(frame.samples[index + 1]) << 8 - 1024
                    return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
                }))
        #expect(TextDetector(.quick).regions(in: signed) == TextDetector(.quick).regions(in: frame))
    }

    @Test func `Four letters as bright as the brightest are found by the quick search`() throws {
        for text in ["LEIB", "1962", "TOBI"] {
            let frame = try slice { write(text, x: 12, y: 140, value: 4000, in: &$0) }
            let expected = try box(12, 140, 23, 7)
            #expect(TextDetector(.quick).regions(in: frame).contains { $0.contains(expected) }, "\(text)")
        }
    }

    @Test func `Letters of one byte, signed or not, are found by the quick search`() throws {
        for isSigned in [false, true] {
            var dice = Dice(6)
            var samples = (0..<(Self.side * Self.side)).map { _ in UInt8(dice.roll(40)) }
            for dot in Lettering.dots("NOBLE", x: 20, y: 80) { samples[dot.y * Self.side + dot.x] = 90 }
            let frame = try StoredFrame(
                rows: Self.side, columns: Self.side, bytesPerSample: 1, bitsStored: 8, isSigned: isSigned,
                samples: Bytes(samples))
            #expect(!TextDetector(.quick).regions(in: frame).isEmpty)
        }
    }

    @Test func `An image of few values is no text to the quick search`() throws {
        var dice = Dice(4)
        let mask = (0..<(Self.side * Self.side)).map { index in
            let (x, y) = (index % Self.side / 40, index / Self.side / 40)
            return UInt16((x + y) % 3) * 100
        }
        #expect(TextDetector(.quick).regions(in: try frame(mask)).isEmpty)
        let noise = (0..<(Self.side * Self.side)).map { _ in UInt16(dice.roll(3)) }
        #expect(TextDetector(.quick).regions(in: try frame(noise)).isEmpty)
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
        let file = try Samples.file(loop(of: 12, withTextIn: 12))
        #expect(try TextDetector().regions(in: file, frames: 3).count == 1)
        #expect(try TextDetector().regions(in: file, frames: 1).isEmpty)
    }

    @Test func `The quick search finds text in one frame of many, wherever it is`() throws {
        for number in [2, 77, 199] {
            let file = try Samples.file(loop(of: 200, withTextIn: number))
            #expect(try TextDetector(.quick).regions(in: file, frames: .max).count == 1)
        }
        #expect(try TextDetector(.quick).regions(in: try Samples.file(loop(of: 200)), frames: .max).isEmpty)
    }

    @Test func `Of more frames than can be searched closely those are in which a first look sees something`() throws {
        let (side, frames) = (1024, 80)
        var samples = [UInt8](repeating: 10, count: side * side * frames)
        for dot in Lettering.dots("NOBLE 1962", x: 8, y: 9) { samples[((70 * side) + dot.y) * side + dot.x] = 250 }
        var root = loop(of: frames)
        root.set(.Rows, .US, ints: [side])
        root.set(.Columns, .US, ints: [side])
        root.set(.PixelData, .OB, bytes: Bytes(samples))
        #expect(try TextDetector(.quick).regions(in: try Samples.file(root), frames: .max).count == 1)
    }

    @Test func `Text in any frame of an image that lies there as it is, is for a person`() throws {
        let outcome = try Samples.deidentifier().deidentify(try Samples.file(loop(of: 40, withTextIn: 23)))
        #expect(outcome.risk == .review("what looks like text in the pixels"))
        #expect(try Samples.deidentifier().deidentify(try Samples.file(loop(of: 40))).risk == .none)
    }

    @Test func `Some frames of a compressed image are searched, the last among them`() throws {
        let rle = try Transcoder(to: TransferSyntax(uid: UID.RLELossless))
        func risk(_ root: DataSet) throws -> BurnedInRisk {
            let native = try Samples.file(root)
            let source = try native.source.read(0..<native.source.count)
            let packed = try rle.transcode(native).encode().materialize(from: source)
            return try Samples.deidentifier().deidentify(try DICOMFile.read(packed)).risk
        }
        #expect(try risk(loop(of: 20)) == .none)
        #expect(try risk(loop(of: 20, withTextIn: 20)) == .review("what looks like text in the pixels"))
    }

    @Test func `An image whose pixels cannot be decoded is for a person, and stands for no other`() throws {
        var short = Samples.ct()
        short.set(.ManufacturerModelName, .LO, "SOMATOM")
        short.set(.Rows, .US, ints: [40])
        var odd = loop(of: 3)
        odd.set(.BitsStored, .US, ints: [0])
        for root in [short, odd] {
            let outcome = try Samples.deidentifier().deidentify(try Samples.file(root))
            #expect(outcome.risk == .review("pixels that cannot be decoded"))
            #expect(!outcome.pixels.isDecidedBySignature && outcome.pixels.found.isEmpty)
        }
    }

    /// An MR image of some frames of 30 rows, 8 bits, one of which may show a name.
    private func loop(of frames: Int, withTextIn number: Int? = nil) -> DataSet {
        let side = Self.side
        var dice = Dice(8)
        var samples = (0..<(side * 30 * frames)).map { _ in UInt8(10 + dice.roll(90)) }
        if let number {
            for dot in Lettering.dots("NOBLE 1962", x: 8, y: 9) {
                samples[((number - 1) * 30 + dot.y) * side + dot.x] = 250
            }
        }
        var root = Samples.ct()
        root.set(.Modality, .CS, "MR")
        root.set(.Rows, .US, ints: [30])
        root.set(.Columns, .US, ints: [side])
        root.set(.NumberOfFrames, .IS, "\(frames)")
        root.set(.BitsAllocated, .US, ints: [8])
        root.set(.BitsStored, .US, ints: [8])
        root.set(.HighBit, .US, ints: [7])
        root.set(.PixelData, .OB, bytes: Bytes(samples))
        return root
    }
}
