import ByteIO
import DICOM
import DICOMImaging
import Testing

struct JPEGLosslessTests {
    private func decoder(
        _ image: LosslessJPEG, bits: Int? = nil, stored: Int? = nil, signed: Bool = false, rows: Int? = nil,
        syntax: String = "1.2.840.10008.1.2.4.57"
    ) throws -> FrameDecoder {
        let allocated = bits ?? (image.precision <= 8 ? 8 : 16)
        return try FrameDecoder(
            PixelDescription(
                Fixture.dataSet(
                    rows: rows ?? image.rows, columns: image.columns, samples: image.components, bits: allocated,
                    stored: stored ?? image.precision, signed: signed),
                transferSyntax: TransferSyntax(uid: syntax), isWordEncoded: true))
    }

    private func samples(_ frame: StoredFrame) -> [Int] {
        let bytes = frame.samples.array
        guard frame.bytesPerSample == 2 else { return bytes.map(Int.init) }
        return (0..<(bytes.count / 2)).map { index in
            let word = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
            return frame.isSigned ? Int(Int16(bitPattern: word)) : Int(word)
        }
    }

    private func expectRoundTrip(_ image: LosslessJPEG) throws {
        let given = image.samples()
        let frame = try decoder(image).decode(Bytes(image.encoded(given)))
        #expect(samples(frame) == given, "\(image)")
    }

    @Test(arguments: 1...7) func `every predictor gives back what was coded, at every precision`(
        _ predictor: Int
    ) throws {
        for precision in 2...16 {
            for components in 1...4 {
                try expectRoundTrip(
                    LosslessJPEG(components: components, precision: precision, predictor: predictor))
            }
        }
    }

    @Test(arguments: 1...7) func `scans may be of one component, tables of their own, restarts after rows`(
        _ predictor: Int
    ) throws {
        for precision in [8, 12, 16] {
            for components in 1...4 {
                for (own, interleaved) in [(true, true), (true, false), (false, false)] {
                    var image = LosslessJPEG(components: components, precision: precision, predictor: predictor)
                    image.hasOwnTables = own
                    image.isInterleaved = interleaved
                    try expectRoundTrip(image)
                    image.restartRows = 1 + predictor % 3
                    try expectRoundTrip(image)
                    image.hasLinesSegment = true
                    try expectRoundTrip(image)
                }
            }
        }
    }

    @Test func `a point transform shifts what is coded`() throws {
        for (precision, transform) in [(8, 1), (12, 4), (16, 15), (16, 3), (5, 4)] {
            for predictor in [1, 4, 7] {
                for components in [1, 3] {
                    try expectRoundTrip(
                        LosslessJPEG(
                            components: components, precision: precision, predictor: predictor,
                            pointTransform: transform))
                }
            }
        }
    }

    @Test func `images of one row, one column and one pixel decode`() throws {
        for (rows, columns) in [(1, 1), (1, 40), (40, 1), (2, 2), (3, 257)] {
            for predictor in 1...7 {
                try expectRoundTrip(LosslessJPEG(rows: rows, columns: columns, predictor: predictor))
                try expectRoundTrip(LosslessJPEG(rows: rows, columns: columns, components: 3, predictor: predictor))
            }
        }
    }

    @Test func `codes longer than the table's index are found`() throws {
        // Small differences have the longest codes.
        try expectRoundTrip(LosslessJPEG(rows: 60, columns: 61, order: (0...16).reversed()))
        try expectRoundTrip(LosslessJPEG(rows: 60, columns: 61, precision: 8, predictor: 4, order: (0...16).reversed()))
    }

    @Test func `the difference 32768 has a length of its own and no bits`() throws {
        let image = LosslessJPEG(rows: 2, columns: 3)
        let given = [0, 32768, 0, 65535, 32767, 32768]
        #expect(samples(try decoder(image).decode(Bytes(image.encoded(given)))) == given)
    }

    @Test func `signed samples are their two's complement bits`() throws {
        let image = LosslessJPEG(rows: 2, columns: 3, precision: 12)
        let given = [-2048, -1, 0, 1, 2047, -5]
        let coded = image.encoded(given.map { $0 & 0xFFF })
        #expect(samples(try decoder(image, signed: true).decode(Bytes(coded))) == given)
        let wide = LosslessJPEG(rows: 2, columns: 3)
        let coded16 = wide.encoded(given.map { $0 & 0xFFFF })
        #expect(samples(try decoder(wide, signed: true).decode(Bytes(coded16))) == given)
        // Precision 16 where Bits Stored is 12: what stands above is not of the sample.
        let loose = wide.encoded([0xF800, 0xFFFF, 0x7000, 0xA001, 0x07FF, 0x0FFB])
        #expect(samples(try decoder(wide, stored: 12, signed: true).decode(Bytes(loose))) == given)
        // A codestream of fewer bits than Bits Allocated has.
        let narrow = LosslessJPEG(rows: 1, columns: 3, precision: 7)
        #expect(samples(try decoder(narrow, bits: 16).decode(Bytes(narrow.encoded([1, 127, 64])))) == [1, 127, 64])
    }

    @Test func `the frame header decides, not the transfer syntax`() throws {
        let image = LosslessJPEG(precision: 12)
        let given = image.samples()
        for syntax in ["4.50", "4.51", "4.53", "4.55", "4.57", "4.58", "4.65", "4.70"] {
            let decoder = try decoder(image, syntax: "1.2.840.10008.1.2." + syntax)
            #expect(samples(try decoder.decode(Bytes(image.encoded(given)))) == given)
        }
    }

    @Test func `colour is what the data set says`() throws {
        let image = LosslessJPEG(components: 3, precision: 8, identifiers: Array("RGB".utf8))
        let coded = Bytes(image.encoded(image.samples()))
        for photometric in ["RGB", "YBR_FULL"] {
            let description = try PixelDescription(
                Fixture.dataSet(rows: image.rows, columns: image.columns, samples: 3, photometric: photometric),
                transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.70"), isWordEncoded: true)
            let frame = try FrameDecoder(description).decode(coded)
            #expect(frame.photometric == PhotometricInterpretation(named: photometric))
        }
    }
}
