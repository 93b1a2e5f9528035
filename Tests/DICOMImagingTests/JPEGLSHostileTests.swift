import ByteIO
import DICOM
import DICOMImaging
import Testing

/// JPEG-LS codestreams that are odd, damaged or made to do harm.
@Suite struct JPEGLSHostileTests {
    /// The standard's example (4 × 4, 8 bits) taken apart: SOI, frame header, scan header, data, EOI.
    private static let start: [UInt8] = [0xFF, 0xD8]
    private static let frameHeader: [UInt8] = [0xFF, 0xF7, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0]
    private static let scanHeader: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]

    private func data() throws -> [UInt8] {
        let whole = try JPEGLSVector.example().codestream.array
        return Array(whole[25..<(whole.count - 2)])
    }

    private func decode(_ parts: [UInt8]..., rows: Int = 4, columns: Int = 4, samples: Int = 1) throws -> StoredFrame {
        try JPEGLSTests.decoder(rows: rows, columns: columns, samples: samples, precision: 8)
            .decode(Bytes(parts.flatMap { $0 }))
    }

    private func preset(_ maximum: Int, _ t1: Int, _ t2: Int, _ t3: Int, _ reset: Int) -> [UInt8] {
        [0xFF, 0xF8, 0, 13, 1] + [maximum, t1, t2, t3, reset].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }

    // MARK: Odd, but whole

    @Test func `other segments are passed over, filling bytes too, and EOI may be missing`() throws {
        let expected = try JPEGLSVector.example().decoded
        let spiff: [UInt8] = [0xFF, 0xE8, 0, 7] + Array("SPIFF".utf8)
        let comment: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFE, 0, 4, 1, 2]
        let frame = try decode(
            Self.start, spiff, comment, preset(255, 3, 7, 21, 64), Self.frameHeader, comment, preset(0, 0, 0, 0, 0),
            Self.scanHeader, try data())
        #expect(frame.samples == expected)
    }

    @Test func `the number of lines may follow the scan, or an oversize segment tells it`() throws {
        let expected = try JPEGLSVector.example().decoded
        var open = Self.frameHeader
        open[6] = 0
        let lines: [UInt8] = [0xFF, 0xDC, 0, 4, 0, 4]
        #expect(try decode(Self.start, open, Self.scanHeader, data(), lines).samples == expected)
        #expect(throws: ImagingError.self) { try decode(Self.start, open, Self.scanHeader, data()) }
        open[8] = 0
        let oversize: [UInt8] = [0xFF, 0xF8, 0, 8, 4, 2, 0, 4, 0, 4]
        #expect(try decode(Self.start, open, oversize, Self.scanHeader, data()).samples == expected)
    }

    // MARK: Refused by name

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let code: ImagingError.Code
        let parts: [[UInt8]]

        init(_ name: String, _ code: ImagingError.Code, _ parts: [UInt8]...) {
            testDescription = name
            self.code = code
            self.parts = parts
        }

        static let start = JPEGLSHostileTests.start
        static let frame = JPEGLSHostileTests.frameHeader
        static let scan = JPEGLSHostileTests.scanHeader

        static func scan(_ changes: [(Int, UInt8)]) -> [UInt8] {
            var scan = scan
            for (index, value) in changes { scan[index] = value }
            return scan
        }

        static func frame(_ changes: [(Int, UInt8)]) -> [UInt8] {
            var frame = frame
            for (index, value) in changes { frame[index] = value }
            return frame
        }

        static let all: [Refusal] = [
            Refusal("no SOI", .corrupt, frame, scan),
            Refusal("baseline JPEG", .unsupported, start, [0xFF, 0xC0, 0, 2], scan),
            Refusal("JPEG-LS part 2", .unsupported, start, [0xFF, 0xF9, 0, 2], scan),
            Refusal("no frame header", .corrupt, start, scan),
            Refusal("two frame headers", .corrupt, start, frame, frame, scan),
            Refusal("no scan", .truncated, start, frame, [0xFF, 0xD9]),
            Refusal("a precision of 1", .corrupt, start, frame([(4, 1)]), scan),
            Refusal("a precision of 17", .corrupt, start, frame([(4, 17)]), scan),
            Refusal("no columns", .corrupt, start, frame([(8, 0)]), scan),
            Refusal("no components", .corrupt, start, [0xFF, 0xF7, 0, 8, 8, 0, 4, 0, 4, 0], scan),
            Refusal("a frame header of a wrong length", .corrupt, start, frame([(3, 12)]), [0], scan),
            Refusal("a mapping table", .unsupported, start, frame, scan([(6, 1)])),
            Refusal("a point transform", .unsupported, start, frame, scan([(9, 1)])),
            Refusal("an interleave mode of 3", .corrupt, start, frame, scan([(8, 3)])),
            Refusal("an unknown component", .corrupt, start, frame, scan([(5, 9)])),
            Refusal("NEAR over MAXVAL / 2", .corrupt, start, frame, scan([(7, 128)])),
            Refusal("MAXVAL over the precision", .corrupt, start, frame, preset(256, 0, 0, 0, 0), scan),
            Refusal("T1 over T2", .corrupt, start, frame, preset(255, 9, 8, 21, 64), scan),
            Refusal("T3 over MAXVAL", .corrupt, start, frame, preset(255, 3, 7, 256, 64), scan),
            Refusal("T1 not over NEAR", .corrupt, start, frame, preset(255, 3, 7, 21, 64), scan([(7, 3)])),
            Refusal("RESET 2", .corrupt, start, frame, preset(255, 3, 7, 21, 2), scan),
            Refusal("a short LSE", .corrupt, start, frame, [0xFF, 0xF8, 0, 3, 1], scan),
            Refusal("an unknown LSE", .unsupported, start, frame, [0xFF, 0xF8, 0, 3, 5], scan),
            Refusal("a restart interval of 1 byte", .corrupt, start, frame, [0xFF, 0xDD, 0, 3, 1], scan),
            Refusal(
                "HP's colours", .unsupported, start, [0xFF, 0xE8, 0, 7] + Array("mrfx".utf8) + [1], frame, scan),
        ]

        static func preset(_ values: Int...) -> [UInt8] {
            [0xFF, 0xF8, 0, 13, 1] + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        }
    }

    @Test(arguments: Refusal.all) func `what cannot be is refused`(_ refusal: Refusal) throws {
        let codestream = Bytes(refusal.parts.flatMap { $0 } + (try data()))
        let decoder = try JPEGLSTests.decoder(rows: 4, columns: 4, precision: 8)
        let error = #expect(throws: ImagingError.self) { try decoder.decode(codestream) }
        #expect(error?.code == refusal.code, "\(error.map(\.description) ?? "")")
    }

    @Test func `subsampled, too many and repeated components are refused`() throws {
        let subsampled: [UInt8] = [0xFF, 0xF7, 0, 17, 8, 0, 4, 0, 4, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]
        let repeated: [UInt8] = [0xFF, 0xF7, 0, 17, 8, 0, 4, 0, 4, 3, 1, 0x11, 0, 1, 0x11, 0, 3, 0x11, 0]
        let five: [UInt8] =
            [0xFF, 0xF7, 0, 23, 8, 0, 4, 0, 4, 5] + (1...5).flatMap { [UInt8($0), 0x11, 0] }
        for header in [subsampled, repeated, five] {
            #expect(throws: ImagingError.self) {
                try decode(Self.start, header, Self.scanHeader, data(), samples: 3)
            }
        }
        // Three components, of which the first comes twice.
        let three: [UInt8] = [0xFF, 0xF7, 0, 17, 8, 0, 4, 0, 4, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
        let error = #expect(throws: ImagingError.self) {
            try decode(Self.start, three, Self.scanHeader, data(), Self.scanHeader, data(), samples: 3)
        }
        #expect(error?.code == .corrupt)
    }

    @Test func `a missing or wrong restart marker is an error`() throws {
        let picture = JPEGLSTests.pictures(rows: 8, columns: 5, samples: 1, maximum: 255)[1]
        let frame = try JPEGLSTests.frame(picture, rows: 8, columns: 5, precision: 8)
        let coded = try JPEGLSEncoder.encode(frame, restartInterval: 2).array
        let marker = try #require(coded.indices.dropLast().first { coded[$0] == 0xFF && coded[$0 + 1] == 0xD0 })
        for code in [UInt8(0xD1), 0xD9, 0x00, 0x7F] {
            var damaged = coded
            damaged[marker + 1] = code
            #expect(throws: ImagingError.self) {
                try JPEGLSTests.decoder(rows: 8, columns: 5, precision: 8).decode(Bytes(damaged))
            }
        }
    }

    // MARK: Damaged

    @Test func `cut short anywhere it is an error, but for the end marker`() throws {
        for interleave in JPEGLSEncoder.Interleave.allCases {
            let picture = JPEGLSTests.pictures(rows: 9, columns: 14, samples: 3, maximum: 255)[3]
            let frame = try JPEGLSTests.frame(picture, rows: 9, columns: 14, samples: 3, precision: 8)
            let decoder = try JPEGLSTests.decoder(rows: 9, columns: 14, samples: 3, precision: 8)
            let coded = try JPEGLSEncoder.encode(frame, interleave: interleave, restartInterval: 4)
            for count in 0..<(coded.count - 3) {
                #expect(throws: ImagingError.self) { try decoder.decode(coded[clamping: 0..<count]) }
            }
            for count in (coded.count - 2)..<coded.count {
                #expect(try decoder.decode(coded[clamping: 0..<count]).samples == frame.samples)
            }
        }
    }

    @Test(arguments: JPEGLSEncoder.Interleave.allCases, [8, 16])
    func `flipped bits are an error or another picture, never more`(
        _ interleave: JPEGLSEncoder.Interleave, _ precision: Int
    ) throws {
        var noise = Noise(seed: 5)
        let decoder = try JPEGLSTests.decoder(rows: 11, columns: 19, samples: 3, precision: precision)
        let maximum = 1 << precision - 1
        for picture in JPEGLSTests.pictures(rows: 11, columns: 19, samples: 3, maximum: maximum) {
            let frame = try JPEGLSTests.frame(picture, rows: 11, columns: 19, samples: 3, precision: precision)
            for near in [0, 3] {
                let coded = try JPEGLSEncoder.encode(frame, near: near, interleave: interleave).array
                for _ in 0..<500 {
                    var damaged = coded
                    damaged[noise.next() % damaged.count] ^= UInt8(1 << (noise.next() & 7))
                    guard let decoded = try? decoder.decode(Bytes(damaged)) else { continue }
                    #expect(decoded.samples.count == frame.samples.count)
                    let highest = JPEGLSTests.values(decoded).max() ?? 0
                    #expect(highest <= maximum)
                }
            }
        }
    }

    @Test func `noise in place of the data is an error or a picture`() throws {
        var noise = Noise(seed: 77)
        for precision in 2...16 {
            let frame = try JPEGLSTests.frame(
                [Int](repeating: 0, count: 30 * 30), rows: 30, columns: 30, precision: precision)
            let header = try JPEGLSEncoder.encode(frame).array
            let scan = try #require(header.indices.dropLast().first { header[$0] == 0xFF && header[$0 + 1] == 0xDA })
            let decoder = try JPEGLSTests.decoder(rows: 30, columns: 30, precision: precision)
            for reset in [3, 64, 255] {
                let preset: [UInt8] = [0xFF, 0xF8, 0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(reset)]
                for _ in 0..<100 {
                    let junk = (0..<4000).map { _ in UInt8(truncatingIfNeeded: noise.next() & 0x7F) }
                    let coded = header[..<scan] + preset + header[scan..<(scan + 10)] + junk
                    if let decoded = try? decoder.decode(Bytes(Array(coded))) {
                        #expect(decoded.sampleCount == 900)
                    }
                }
            }
        }
    }

    @Test func `a tiny codestream that claims to be huge is refused before memory is taken`() throws {
        var huge = Self.frameHeader
        huge.replaceSubrange(5..<9, with: [0x3F, 0xFF, 0x7F, 0xFF])
        let decoder = try JPEGLSTests.decoder(rows: 0x3FFF, columns: 0x7FFF, precision: 8)
        let codestream = Bytes(Self.start + huge + Self.scanHeader + (try data()))
        let error = #expect(throws: ImagingError.self) { try decoder.decode(codestream) }
        #expect(error?.code == .truncated)
    }
}
