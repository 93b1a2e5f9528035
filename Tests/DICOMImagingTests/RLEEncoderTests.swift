import ByteIO
import DICOM
import DICOMImaging
import Testing

/// What `RLEEncoder` writes, and that `FrameDecoder` reads it back.
@Suite struct RLEEncoderTests {
    struct Shape: CustomTestStringConvertible {
        let rows: Int
        let columns: Int
        let samples: Int
        let bytes: Int

        var testDescription: String { "\(rows) × \(columns), \(samples) samples of \(bytes) bytes" }

        static let all: [Shape] = [(1, 1), (1, 300), (300, 1), (3, 127), (3, 128), (3, 129), (40, 61), (200, 200)]
            .flatMap { rows, columns in
                [(1, 1), (1, 2), (1, 4), (3, 1), (3, 2), (3, 4)].map {
                    Shape(rows: rows, columns: columns, samples: $0.0, bytes: $0.1)
                }
            }
    }

    private func decoder(_ shape: Shape) throws -> FrameDecoder {
        try FrameDecoder(
            Fixture.description(
                rows: shape.rows, columns: shape.columns, samples: shape.samples, bits: shape.bytes * 8,
                syntax: "1.2.840.10008.1.2.5"))
    }

    private func frame(_ shape: Shape, _ bytes: [UInt8]) throws -> StoredFrame {
        try StoredFrame(
            rows: shape.rows, columns: shape.columns, samplesPerPixel: shape.samples, bytesPerSample: shape.bytes,
            bitsStored: shape.bytes * 8, photometric: shape.samples == 3 ? .rgb : .monochrome2, samples: Bytes(bytes))
    }

    @Test(arguments: Shape.all) func `what is written reads back the same`(_ shape: Shape) throws {
        let count = shape.rows * shape.columns * shape.samples * shape.bytes
        var noise = Noise(seed: UInt64(count))
        let pictures: [[UInt8]] = [
            [UInt8](repeating: 7, count: count),
            (0..<count).map { _ in UInt8(truncatingIfNeeded: noise.next()) },
            (0..<count).map { _ in noise.next() % 3 == 0 ? UInt8(truncatingIfNeeded: noise.next() & 3) : 0 },
            (0..<count).map { UInt8(truncatingIfNeeded: $0 / 5) },
        ]
        for picture in pictures {
            let frame = try frame(shape, picture)
            let coded = try RLEEncoder.encode(frame)
            #expect(coded.count.isMultiple(of: 2))
            #expect(try decoder(shape).decode(coded).samples == frame.samples)
        }
    }

    @Test func `runs end with their row, pairs stay within literals, segments are even`() throws {
        let shape = Shape(rows: 2, columns: 6, samples: 1, bytes: 1)
        let coded = try RLEEncoder.encode(try frame(shape, [9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 2, 3]))
        // 6 × 9 in the first row; in the second 2 × 9, then the literals 1 2 2 3.
        #expect(Array(coded.array[64...]) == [251, 9, 255, 9, 3, 1, 2, 2, 3, 0])
        #expect(Array(coded.array[..<8]) == [1, 0, 0, 0, 64, 0, 0, 0])
    }

    @Test func `the most significant bytes come first, plane after plane`() throws {
        let shape = Shape(rows: 1, columns: 2, samples: 1, bytes: 2)
        let coded = try RLEEncoder.encode(try frame(shape, [0x34, 0x12, 0x78, 0x56]))
        #expect(Array(coded.array[..<12]) == [2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0])
        #expect(Array(coded.array[64...]) == [1, 0x12, 0x56, 0, 1, 0x34, 0x78, 0])
    }

    @Test(arguments: [(4, 16), (3, 7), (5, 13), (1, 1), (64, 64)])
    func `single bits are packed into one segment and come back`(_ rows: Int, _ columns: Int) throws {
        var noise = Noise(seed: 3)
        let bits = (0..<(rows * columns)).map { _ in UInt8(noise.next() & 1) }
        let frame = try StoredFrame(
            rows: rows, columns: columns, bytesPerSample: 1, bitsStored: 1, samples: Bytes(bits))
        let coded = try RLEEncoder.encode(frame, bitsAllocated: 1)
        let decoder = try FrameDecoder(
            Fixture.description(rows: rows, columns: columns, bits: 1, syntax: "1.2.840.10008.1.2.5"))
        #expect(try decoder.decode(coded).samples.array == bits)
    }

    @Test func `what does not fit is refused`() throws {
        let wide = try StoredFrame(
            rows: 1, columns: 1, samplesPerPixel: 4, bytesPerSample: 4, bitsStored: 32,
            samples: Bytes([UInt8](repeating: 0, count: 16)))
        #expect(throws: ImagingError.self) { try RLEEncoder.encode(wide) }
        let word = try StoredFrame(rows: 1, columns: 1, bytesPerSample: 2, bitsStored: 16, samples: [1, 2])
        #expect(throws: ImagingError.self) { try RLEEncoder.encode(word, bitsAllocated: 8) }
        #expect(throws: ImagingError.self) { try RLEEncoder.encode(word, bitsAllocated: 1) }
    }

    @Test func `flipped bits are an error or another picture, never more`() throws {
        let shape = Shape(rows: 40, columns: 61, samples: 3, bytes: 1)
        var noise = Noise(seed: 11)
        let picture = (0..<(40 * 61 * 3)).map { _ in UInt8(truncatingIfNeeded: noise.next() % 4 == 0 ? 1 : 0) }
        let coded = try RLEEncoder.encode(try frame(shape, picture)).array
        let decoder = try decoder(shape)
        for _ in 0..<2000 {
            var damaged = coded
            damaged[abs(noise.next()) % damaged.count] ^= UInt8(1 << (noise.next() & 7))
            if let frame = try? decoder.decode(Bytes(damaged)) { #expect(frame.samples.count == picture.count) }
        }
    }
}
