import ByteIO
import DICOM
import DICOMImaging
import Testing

/// DCT JPEG of 12 bits, and the 8 bits that libjpeg does not read.
struct JPEGExtendedTests {
    private func decode(_ image: TransformJPEG, _ bytes: [UInt8]) throws -> StoredFrame {
        let description = try PixelDescription(
            Fixture.dataSet(
                rows: image.rows, columns: image.columns, samples: image.factors.count,
                bits: image.precision == 8 ? 8 : 16, stored: image.precision),
            transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.51"), isWordEncoded: true)
        return try FrameDecoder(description).decode(Bytes(bytes))
    }

    private func samples(_ frame: StoredFrame) -> [Int] {
        let bytes = frame.samples.array.map(Int.init)
        guard frame.bytesPerSample == 2 else { return bytes }
        return stride(from: 0, to: bytes.count, by: 2).map { bytes[$0] | bytes[$0 + 1] << 8 }
    }

    /// Largest difference between a component and the definition of the transform.
    private func difference(_ image: TransformJPEG, _ coefficients: [[[Int]]], _ frame: StoredFrame) -> Double {
        let samples = samples(frame)
        var largest = 0.0
        for component in image.factors.indices {
            let plane = image.plane(component, coefficients)
            let size = image.size(component)
            // Where samples of a smaller plane lie, between its own: centres stay centres.
            func place(_ index: Int, _ count: Int, _ whole: Int) -> (Int, Int, Double) {
                guard count < whole else { return (index, index, 0) }
                let position = max(0, min((Double(index) + 0.5) / 2 - 0.5, Double(count - 1)))
                let first = Int(position)
                return (first, min(first + 1, count - 1), position - Double(first))
            }
            for row in 0..<image.rows {
                let (top, bottom, down) = place(row, size.rows, image.rows)
                for column in 0..<image.columns {
                    let (left, right, across) = place(column, size.columns, image.columns)
                    let above = plane[top][left] * (1 - across) + plane[top][right] * across
                    let below = plane[bottom][left] * (1 - across) + plane[bottom][right] * across
                    let sample = samples[(row * image.columns + column) * image.factors.count + component]
                    largest = max(largest, abs(above * (1 - down) + below * down - Double(sample)))
                }
            }
        }
        return largest
    }

    private func expectTransform(_ image: TransformJPEG, within tolerance: Double = 1) throws {
        let coefficients = image.coefficients()
        let frame = try decode(image, image.encoded(coefficients))
        let difference = difference(image, coefficients, frame)
        #expect(difference < tolerance, "\(image): \(difference)")
    }

    @Test func `12 bits decode to the transform's definition`() throws {
        for (rows, columns) in [(1, 1), (8, 8), (9, 7), (21, 35), (64, 16)] {
            for count in 1...4 {
                for isInterleaved in [true, false] {
                    var image = TransformJPEG(rows: rows, columns: columns)
                    image.factors = Array(repeating: (1, 1), count: count)
                    image.isInterleaved = isInterleaved
                    try expectTransform(image)
                    image.restartInterval = 3
                    try expectTransform(image)
                    image.hasLinesSegment = true
                    try expectTransform(image)
                }
            }
        }
        // Some writers leave the band of a sequential scan out.
        try expectTransform(TransformJPEG(band: (0, 0)))
        try expectTransform(TransformJPEG(precision: 8, step: 5, hasLinesSegment: true))
    }

    @Test func `halved chrominance is interpolated`() throws {
        for (across, down) in [(2, 1), (2, 2)] {
            for (rows, columns) in [(21, 35), (16, 32), (33, 18)] {
                for isInterleaved in [true, false] {
                    var image = TransformJPEG(rows: rows, columns: columns)
                    image.factors = [(across, down), (1, 1), (1, 1)]
                    image.isInterleaved = isInterleaved
                    try expectTransform(image, within: 2)
                }
            }
        }
    }

    @Test func `other sampling factors repeat samples`() throws {
        for factors in [[(1, 2), (1, 1), (1, 1)], [(3, 1), (2, 1), (1, 1)], [(4, 4), (1, 2), (4, 1)]] {
            var image = TransformJPEG()
            image.factors = factors
            let coefficients = image.coefficients()
            let samples = samples(try decode(image, image.encoded(coefficients)))
            for component in 0..<3 {
                let plane = image.plane(component, coefficients)
                for row in 0..<image.rows {
                    for column in 0..<image.columns {
                        let source = plane[row * factors[component].1 / image.down]
                        let expected = source[column * factors[component].0 / image.across]
                        let sample = samples[(row * image.columns + column) * 3 + component]
                        #expect(abs(expected - Double(sample)) < 1)
                    }
                }
            }
        }
    }

    /// Spectral selection, successive approximation, both.
    static let scripts: [[TransformJPEG.Scan]] = [
        [([0, 1, 2], 0, 0, 0, 0), ([0], 1, 63, 0, 0), ([2], 1, 63, 0, 0), ([1], 1, 5, 0, 0), ([1], 6, 63, 0, 0)],
        [
            ([0, 1, 2], 0, 0, 0, 2), ([0], 1, 63, 0, 3), ([1], 1, 63, 0, 1), ([2], 1, 63, 0, 0),
            ([0, 1, 2], 0, 0, 2, 1), ([0], 1, 63, 3, 2), ([0], 1, 63, 2, 1), ([1], 1, 63, 1, 0),
            ([0], 1, 63, 1, 0), ([0, 1, 2], 0, 0, 1, 0),
        ],
        [
            ([0], 0, 0, 0, 1), ([1, 2], 0, 0, 0, 0), ([0], 1, 20, 0, 2), ([0], 21, 63, 0, 1), ([1], 1, 63, 0, 2),
            ([2], 1, 63, 0, 0), ([0], 1, 10, 2, 1), ([0], 11, 20, 2, 1), ([0], 1, 63, 1, 0), ([1], 1, 63, 2, 1),
            ([1], 1, 63, 1, 0), ([0], 0, 0, 1, 0),
        ],
    ]

    @Test(arguments: scripts.indices) func `progressive scans add up to the same samples as one`(
        _ script: Int
    ) throws {
        for factors in [[(1, 1), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 2)]] {
            for precision in [8, 12] {
                for restart in [0, 1, 4] {
                    var image = TransformJPEG(precision: precision)
                    image.factors = factors
                    let coefficients = image.coefficients()
                    // libjpeg decodes those of 8 bits: the same way, whichever process.
                    let sequential = try decode(image, image.encoded(coefficients)).samples
                    image.scans = Self.scripts[script]
                    image.restartInterval = restart
                    #expect(try decode(image, image.encoded(coefficients)).samples == sequential, "\(image)")
                    image.hasLinesSegment = true
                    let own = try decode(image, image.encoded(coefficients))
                    #expect(own.samples == sequential, "\(image)")
                }
            }
        }
    }

    @Test func `our transform of 8 bits equals libjpeg's`() throws {
        for factors in [[(1, 1)], [(1, 1), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)]] {
            for seed in 1...8 as ClosedRange<UInt64> {
                var image = TransformJPEG(rows: 45, columns: 61, precision: 8, step: 4)
                image.factors = factors
                let coefficients = image.coefficients(seed: seed)
                let library = try decode(image, image.encoded(coefficients)).samples
                image.hasLinesSegment = true
                #expect(try decode(image, image.encoded(coefficients)).samples == library)
            }
        }
    }

    @Test func `markers tell what three components mean`() throws {
        let jfif: (UInt8, [UInt8]) = (0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        func adobe(_ transform: UInt8) -> (UInt8, [UInt8]) {
            (0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform])
        }
        let cases: [([(UInt8, [UInt8])], [UInt8]?, String, PhotometricInterpretation)] = [
            ([jfif], nil, "RGB", .ybrFull), ([adobe(1)], nil, "RGB", .ybrFull), ([adobe(0)], nil, "YBR_FULL", .rgb),
            ([], Array("RGB".utf8), "YBR_FULL_422", .rgb), ([], nil, "RGB", .rgb), ([], nil, "YBR_FULL", .ybrFull),
            ([], nil, "YBR_FULL_422", .ybrFull),
        ]
        for precision in [8, 12] {
            for (marks, identifiers, described, expected) in cases {
                var image = TransformJPEG(precision: precision)
                image.factors = [(1, 1), (1, 1), (1, 1)]
                image.marks = marks
                image.identifiers = identifiers
                let description = try PixelDescription(
                    Fixture.dataSet(
                        rows: image.rows, columns: image.columns, samples: 3, bits: precision == 8 ? 8 : 16,
                        stored: precision, photometric: described),
                    transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.50"), isWordEncoded: true)
                let frame = try FrameDecoder(description).decode(Bytes(image.encoded(image.coefficients())))
                #expect(frame.photometric == expected)
            }
        }
    }

    @Test func `a progressive codestream of libjpeg decodes`() throws {
        let progressive = [
            "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b2825",
            "2528513a3d3042605565645f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8ab",
            "a4ffc2000b080008000801011100ffc40014000100000000000000000000000000000004ffda000801010000",
            "000107ffc4001510010100000000000000000000000000000011ffda00080101000105028fffc40014100100",
            "000000000000000000000000000000ffda0008010100063f027fffc400141001000000000000000000000000",
            "00000000ffda0008010100013f217fffda0008010100000010ff00ffc4001610000300000000000000000000",
            "00000000000161ffda0008010100013f10527fffd9",
        ]
        let data = try #require(Bytes(hexadecimal: progressive.joined()))
        let description = try Fixture.description(rows: 8, columns: 8, syntax: "1.2.840.10008.1.2.4.55")
        let samples = try FrameDecoder(description).decode(data).samples.array
        #expect(Array(samples.prefix(16)) == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13])
        #expect(Array(samples.suffix(8)) == [55, 55, 56, 57, 58, 60, 60, 61])
    }
}
