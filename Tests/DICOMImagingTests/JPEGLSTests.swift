import ByteIO
import DICOM
import DICOMImaging
import Testing

/// JPEG-LS: what is written reads back, and what others wrote is read as they read it.
@Suite struct JPEGLSTests {
    static func decoder(
        rows: Int, columns: Int, samples: Int = 1, precision: Int, signed: Bool = false
    ) throws -> FrameDecoder {
        let bits = precision <= 8 ? 8 : 16
        let dataSet = Fixture.dataSet(
            rows: rows, columns: columns, samples: samples, bits: bits, stored: precision, signed: signed)
        return try FrameDecoder(
            PixelDescription(
                dataSet, transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.81"), isWordEncoded: false))
    }

    static func frame(
        _ values: [Int], rows: Int, columns: Int, samples: Int = 1, precision: Int, signed: Bool = false
    ) throws -> StoredFrame {
        let width = precision <= 8 ? 1 : 2
        let bytes = values.flatMap { value in
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return try StoredFrame(
            rows: rows, columns: columns, samplesPerPixel: samples, bytesPerSample: width, bitsStored: precision,
            isSigned: signed, photometric: samples == 3 ? .rgb : .monochrome2, samples: Bytes(bytes))
    }

    static func values(_ frame: StoredFrame) -> [Int] {
        let bytes = frame.samples.array
        guard frame.bytesPerSample == 2 else { return bytes.map(Int.init) }
        return stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }

    /// Pictures in which regular mode, run mode and their borders come up: flat, noise, blocks, a slope, speckles.
    static func pictures(rows: Int, columns: Int, samples: Int, maximum: Int) -> [[Int]] {
        var noise = Noise(seed: UInt64(rows * 1000 + columns + maximum))
        let count = rows * columns * samples
        var speckles: [Int] = []
        for index in 0..<count {
            let before = index >= samples ? speckles[index - samples] : 0
            speckles.append(noise.next() % 20 == 0 ? noise.next() & maximum : before)
        }
        func place(_ index: Int) -> (x: Int, y: Int) { (index / samples % columns, index / samples / columns) }
        return [
            [Int](repeating: maximum / 2, count: count),
            (0..<count).map { _ in noise.next() & maximum },
            (0..<count).map { (place($0).x / 7 + place($0).y / 5) & 1 == 0 ? 0 : maximum },
            (0..<count).map { min(maximum, (place($0).x * 3 + place($0).y * 2 + noise.next() % 3) % (maximum + 1)) },
            speckles,
        ]
    }

    @Test func `the standard's own example is read and written`() throws {
        let example = try JPEGLSVector.example()
        let frame = try Self.decoder(rows: 4, columns: 4, precision: 8).decode(example.codestream)
        #expect(frame.samples == example.decoded)
        #expect(try JPEGLSEncoder.encode(frame) == example.codestream)
    }

    @Test(arguments: try JPEGLSVector.others()) func `what others wrote is read`(_ vector: JPEGLSVector) throws {
        let decoder = try Self.decoder(
            rows: vector.rows, columns: vector.columns, samples: vector.samples, precision: vector.precision)
        #expect(try decoder.decode(vector.codestream).samples == vector.decoded)
    }

    @Test(arguments: Array(2...16), JPEGLSEncoder.Interleave.allCases)
    func `every precision and interleave comes back, within NEAR`(
        _ precision: Int, _ interleave: JPEGLSEncoder.Interleave
    ) throws {
        let maximum = 1 << precision - 1
        for samples in [1, 2, 3, 4] where samples > 1 || interleave == .line {
            for (rows, columns) in [(1, 1), (1, 70), (33, 1), (11, 30)] {
                let decoder = try Self.decoder(rows: rows, columns: columns, samples: samples, precision: precision)
                for picture in Self.pictures(rows: rows, columns: columns, samples: samples, maximum: maximum - 1) {
                    let frame = try Self.frame(
                        picture, rows: rows, columns: columns, samples: samples, precision: precision)
                    for near in [0, 2, 255] where near <= (maximum - 1) / 2 {
                        let coded = try JPEGLSEncoder.encode(
                            frame, near: near, interleave: interleave, precision: precision)
                        let decoded = Self.values(try decoder.decode(coded))
                        let worst = zip(decoded, picture).map { abs($0 - $1) }.max() ?? 0
                        #expect(worst <= near && decoded.count == picture.count)
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 7, 16, 17, 100_000]) func `coding starts anew after each restart interval`(
        _ interval: Int
    ) throws {
        let picture = Self.pictures(rows: 17, columns: 23, samples: 3, maximum: 255)[3]
        let frame = try Self.frame(picture, rows: 17, columns: 23, samples: 3, precision: 8)
        let decoder = try Self.decoder(rows: 17, columns: 23, samples: 3, precision: 8)
        for interleave in JPEGLSEncoder.Interleave.allCases {
            let coded = try JPEGLSEncoder.encode(frame, interleave: interleave, restartInterval: interval)
            #expect(try decoder.decode(coded).samples == frame.samples)
        }
    }

    @Test func `signed samples come back with their sign`() throws {
        for (precision, values) in [
            (16, [-32768, 32767, -1, 0]), (12, [-2048, 2047, -1, 0]), (8, [-128, 127, -1, 0]),
        ] {
            let frame = try Self.frame(values, rows: 2, columns: 2, precision: precision, signed: true)
            let decoder = try Self.decoder(rows: 2, columns: 2, precision: precision, signed: true)
            #expect(try decoder.decode(try JPEGLSEncoder.encode(frame)).samples == frame.samples)
        }
    }

    @Test func `signed samples at the ends of their range are not changed`() throws {
        let inner = try Self.frame([-2045, 2044, -1, 0], rows: 2, columns: 2, precision: 12, signed: true)
        let decoder = try Self.decoder(rows: 2, columns: 2, precision: 12, signed: true)
        let decoded = Self.values(try decoder.decode(try JPEGLSEncoder.encode(inner, near: 3)))
            .map { Int(Int16(truncatingIfNeeded: $0)) }
        #expect(zip(decoded, [-2045, 2044, -1, 0]).allSatisfy { abs($0 - $1) <= 3 })
        for end in [-2046, 2045] {
            let frame = try Self.frame([end, 0, 0, 0], rows: 2, columns: 2, precision: 12, signed: true)
            #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, near: 3) }
        }
    }

    @Test func `the precision is one that decoders know, and Bits Stored where samples change`() throws {
        func precision(_ stored: Int, bytes: Int, near: Int = 0, signed: Bool = false) throws -> Int {
            let frame = try StoredFrame(
                rows: 1, columns: 1, bytesPerSample: bytes, bitsStored: stored, isSigned: signed,
                samples: Bytes([UInt8](repeating: 0, count: bytes)))
            return Int(try JPEGLSEncoder.encode(frame, near: near).array[6])
        }
        #expect(try precision(1, bytes: 1) == 8)
        #expect(try precision(7, bytes: 1) == 8)
        #expect(try precision(7, bytes: 1, near: 2) == 7)
        #expect(try precision(8, bytes: 2) == 9)
        #expect(try precision(12, bytes: 2) == 12)
        #expect(try precision(12, bytes: 2, signed: true) == 16)
    }

    @Test func `a large blank picture takes a bit a line`() throws {
        let frame = try StoredFrame(
            rows: 800, columns: 16000, bytesPerSample: 2, bitsStored: 12,
            samples: Bytes([UInt8](repeating: 0, count: 800 * 16000 * 2)))
        let coded = try JPEGLSEncoder.encode(frame)
        #expect(coded.count < 180)
        #expect(try Self.decoder(rows: 800, columns: 16000, precision: 12).decode(coded).samples == frame.samples)
    }

    @Test func `impossible requests are refused`() throws {
        let frame = try Self.frame([1, 2, 3, 4], rows: 2, columns: 2, precision: 2)
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, near: 2) }
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, near: -1) }
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, restartInterval: -1) }
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, precision: 1) }
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(frame, precision: 9) }
        let wide = try StoredFrame(rows: 1, columns: 1, bytesPerSample: 4, bitsStored: 32, samples: [1, 2, 3, 4])
        #expect(throws: ImagingError.self) { try JPEGLSEncoder.encode(wide) }
    }
}
