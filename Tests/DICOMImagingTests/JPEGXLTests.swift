import ByteIO
import DICOM
import DICOMImaging
import Testing

@Suite struct JPEGXLTests {
    /// A codestream, and what was written into it.
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let columns: Int
        let rows: Int
        let samples: Int
        let bits: Int
        let hex: String

        var testDescription: String { name }
        var bytes: [UInt8] { JPEGXLTests.bytes(hex) }

        /// Sample k of the pixel at (x, y) was made as 37x + 101y + 59k + 7xy, cut to the bits.
        var expected: [Int] {
            (0..<(rows * columns * samples)).map { index in
                let (pixel, k) = index.quotientAndRemainder(dividingBy: samples)
                let (y, x) = pixel.quotientAndRemainder(dividingBy: columns)
                return (x * 37 + y * 101 + k * 59 + x * y * 7) & ((1 << bits) - 1)
            }
        }
    }

    /// Written with libjxl 0.7's encoder, without loss; those of 16 bits are in a container.
    static let vectors = [
        Vector(
            name: "rgb8", columns: 7, rows: 5, samples: 3, bits: 8,
            hex:
                "ff0a204010090802010094014b18938e8383294646ac458cc145458c4180eb0e80c64301803c76a5a10b25fd"
                + "b79630f69de603ddc35b878973b5543cd96647e4254880c009b549875e57000823fbc087ae033ef0815d32e0"
                + "03bf2b0d7cf007e9c17fbb1600e083670ef00100c0c01f800f"),
        Vector(
            name: "grey12", columns: 9, rows: 4, samples: 1, bits: 12,
            hex:
                "ff0a180010c0a0b811080201009c004b188b150a1da37a074cc5e7144551144551bec28c1e100c84929b3228"
                + "c631d4f8386ea228aa59"),
        Vector(
            name: "grey16", columns: 6, rows: 6, samples: 1, bits: 16,
            hex:
                "0000000c4a584c200d0a870a00000014667479706a786c20000000006a786c20000000096a786c6c0a000000"
                + "3b6a786c63ff0a2810fc00c58d0802010094004b188b150a1db732f859a552a9545ec51a3ed0291b09682c8f"
                + "31b1d92eb608c7b39c22df07"),
        Vector(
            name: "rgba8", columns: 5, rows: 3, samples: 4, bits: 8,
            hex:
                "ff0a1050b0120808100010014b2824c64541410a2501f50c28c8e7ed0144b7c562b15c2993759aabc9f974a7"
                + "1be89ffe19c0001800f4ff34003080fe0740fffdf363164bb5966a723e5d76a5d3596606"),
        Vector(
            name: "greyalpha16", columns: 4, rows: 4, samples: 2, bits: 16,
            hex:
                "0000000c4a584c200d0a870a00000014667479706a786c20000000006a786c20000000096a786c6c0a000000"
                + "3b6a786c63ff0a1810fc087e008a1b010808100088004b188b150a1d372bf899a228af3003919b18e26380b4"
                + "154539d02a98ddb50e5e0326"),
    ]

    /// 16 × 16 pixels, sample k about 3x + 2y + 20k, with loss.
    static let lossy =
        "ff0a430600128802001c015de5120000152aa38c1bbc9cebf9f24387c5b48deb0c6db56d6149a2c838364927"
        + "704812894177fb85002948621e1d4d4b958306c4a074029524ce91794bc2c1c7f12050002000"

    /// 6 × 3 grey pixels that are to be shown turned by 90°.
    static let turned =
        "ff0a10700b04c52d010802010080004b188b15525c17ea86969541ba41d2af3286104268b54cf27f6e33ba39"
        + "a75700"

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func decode(
        _ bytes: [UInt8], rows: Int, columns: Int, samples: Int, bits: Int, syntax: String = "110"
    ) throws -> StoredFrame {
        let dataSet = Fixture.dataSet(
            rows: rows, columns: columns, samples: samples, bits: bits <= 8 ? 8 : 16, stored: bits)
        let description = try PixelDescription(
            dataSet, transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.\(syntax)"), isWordEncoded: true)
        return try FrameDecoder(description).decode(Bytes(bytes))
    }

    static func decode(_ bytes: [UInt8], as vector: Vector) throws -> StoredFrame {
        try decode(bytes, rows: vector.rows, columns: vector.columns, samples: vector.samples, bits: vector.bits)
    }

    static func values(_ frame: StoredFrame) -> [Int] {
        let bytes = frame.samples.array
        guard frame.bytesPerSample == 2 else { return bytes.map(Int.init) }
        return stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }

    @Test(arguments: vectors) func `an image without loss is read as it was`(_ vector: Vector) throws {
        let frame = try Self.decode(vector.bytes, as: vector)
        #expect(Self.values(frame) == vector.expected)
        #expect(frame.photometric == (vector.samples == 3 ? .rgb : .monochrome2))
    }

    @Test func `an image with loss is near what it was`() throws {
        let frame = try Self.decode(Self.bytes(Self.lossy), rows: 16, columns: 16, samples: 3, bits: 8, syntax: "112")
        #expect(frame.photometric == .rgb)
        for (index, value) in Self.values(frame).enumerated() {
            let (pixel, k) = index.quotientAndRemainder(dividingBy: 3)
            #expect(abs(value - (pixel % 16 * 3 + pixel / 16 * 2 + k * 20)) < 24, "sample \(index)")
        }
    }

    @Test func `a turned image is refused by name`() throws {
        let error = #expect(throws: ImagingError.self) {
            try Self.decode(Self.bytes(Self.turned), rows: 3, columns: 6, samples: 1, bits: 8)
        }
        #expect(error?.code == .unsupported && error?.reason.contains("turned") == true)
    }

    @Test func `dimensions other than the data set's are refused`() throws {
        let vector = Self.vectors[0]
        for (rows, columns, samples) in [(6, 7, 3), (5, 8, 3), (5, 7, 1), (500, 700, 3)] {
            let error = #expect(throws: ImagingError.self) {
                try Self.decode(vector.bytes, rows: rows, columns: columns, samples: samples, bits: 8)
            }
            #expect(error?.code == .corrupt)
        }
    }

    @Test(arguments: vectors) func `every truncation is an error`(_ vector: Vector) throws {
        for count in 0..<vector.bytes.count {
            #expect(throws: ImagingError.self, "\(count) bytes") {
                try Self.decode(Array(vector.bytes.prefix(count)), as: vector)
            }
        }
    }

    @Test(arguments: vectors) func `a flipped bit gives samples or an error`(_ vector: Vector) throws {
        for bit in 0..<(vector.bytes.count * 8) {
            var other = vector.bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                #expect(try Self.decode(other, as: vector).sampleCount == vector.expected.count)
            } catch is ImagingError {}
        }
    }
}
