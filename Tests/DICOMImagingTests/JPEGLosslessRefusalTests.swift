import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Damaged and hostile codestreams of lossless JPEG.
struct JPEGLosslessRefusalTests {
    private let image = LosslessJPEG(components: 3, precision: 12, predictor: 4, restartRows: 2)

    private func decoder(
        rows: Int = 13, columns: Int = 17, samples: Int = 3, bits: Int = 16
    ) throws -> FrameDecoder {
        try FrameDecoder(
            Fixture.description(
                rows: rows, columns: columns, samples: samples, bits: bits, syntax: "1.2.840.10008.1.2.4.57"))
    }

    private func code(_ bytes: [UInt8], _ decoder: FrameDecoder) -> ImagingError.Code? {
        do {
            _ = try decoder.decode(Bytes(bytes))
            return nil
        } catch { return error.code }
    }

    @Test func `a codestream cut short anywhere is an error, one without its EOI is not`() throws {
        for image in [image, LosslessJPEG(components: 3, precision: 12, isInterleaved: false)] {
            let coded = image.encoded(image.samples())
            let decoder = try decoder()
            let whole = try decoder.decode(Bytes(coded)).samples
            for count in 0..<coded.count {
                let prefix = Array(coded.prefix(count))
                do {
                    #expect(try decoder.decode(Bytes(prefix)).samples == whole)
                    #expect(count >= coded.count - 3, "\(count) of \(coded.count) bytes")
                } catch {
                    #expect(error.code == .truncated, "\(count): \(error)")
                    #expect(count < coded.count - 2, "\(count) of \(coded.count) bytes")
                }
            }
        }
    }

    @Test func `what follows the image, and fill bytes before markers, change nothing`() throws {
        let coded = image.encoded(image.samples())
        let decoder = try decoder()
        let whole = try decoder.decode(Bytes(coded)).samples
        for junk: [UInt8] in [[0], [0xFF], [0xFF, 0xFF, 0, 0], coded, [0xFF, 0xD8], [1, 2, 3, 0xFF, 0xC4, 0, 0]] {
            #expect(try decoder.decode(Bytes(coded + junk)).samples == whole)
            #expect(try decoder.decode(Bytes(coded.dropLast(2) + junk)).samples == whole)
        }
        // §B.1.1.2: any marker may have 0xFF bytes before it.
        var filled: [UInt8] = []
        var index = 0
        while index < coded.count {
            let isMarker = coded[index] == 0xFF && index + 1 < coded.count && coded[index + 1] != 0
            if isMarker, index > 0 { filled += [0xFF, 0xFF] }
            filled.append(coded[index])
            index += 1
        }
        #expect(filled.count > coded.count + 10)
        #expect(try decoder.decode(Bytes(filled)).samples == whole)
    }

    @Test func `any byte changed gives samples or an error`() throws {
        let coded = image.encoded(image.samples())
        let decoder = try decoder()
        var failures = 0
        for index in coded.indices {
            for change in [UInt8(0xFF), 0x01, 0x80, 0x10] {
                var broken = coded
                broken[index] ^= change
                if code(broken, decoder) != nil { failures += 1 }
            }
        }
        #expect(failures > 200)
    }

    @Test func `restart markers have to be there, in order`() throws {
        let coded = image.encoded(image.samples())
        let decoder = try decoder()
        for index in coded.indices.dropLast() where coded[index] == 0xFF && 0xD0...0xD7 ~= coded[index + 1] {
            var broken = coded
            broken[index + 1] ^= 1
            #expect(code(broken, decoder) == .truncated)
        }
        // Six samples are no whole rows; an interval beyond the image never comes.
        for (interval, expected) in [(6, ImagingError.Code.corrupt), (17, nil), (16, nil)] {
            var writer = JPEGWriter()
            writer.frame(0xC3, precision: 8, rows: 4, columns: 4, factors: [(1, 1)])
            writer.segment(0xC4, TestCode.differences().body(0))
            writer.segment(0xDD, JPEGWriter.word(interval))
            writer.scan([(1, 0)], 1, 0)
            writer.append([UInt8](repeating: 0, count: 40))
            let one = try self.decoder(rows: 4, columns: 4, samples: 1, bits: 8)
            #expect(code(writer.bytes, one) == expected)
        }
    }

    /// A codestream of 4 × 4 samples, of which `change` may spoil something before its data.
    private func spoilt(
        frame: [UInt8] = [8, 0, 4, 0, 4, 1, 1, 0x11, 0], table: [UInt8] = TestCode.differences().body(0),
        scan: [UInt8] = [1, 1, 0, 1, 0, 0], frames: Int = 1, start: UInt8 = 0xC3
    ) -> [UInt8] {
        var writer = JPEGWriter()
        for _ in 0..<frames { writer.segment(start, frame) }
        writer.segment(0xC4, table)
        writer.segment(0xDA, scan)
        writer.append([UInt8](repeating: 0, count: 64))
        return writer.bytes
    }

    @Test func `impossible headers are errors`() throws {
        let decoder = try decoder(rows: 4, columns: 4, samples: 1, bits: 8)
        #expect(code(spoilt(), decoder) == nil)
        let bad: [(String, [UInt8])] = [
            ("no components", spoilt(frame: [8, 0, 4, 0, 4, 0])),
            ("no columns", spoilt(frame: [8, 0, 4, 0, 0, 1, 1, 0x11, 0])),
            ("no rows and no DNL", spoilt(frame: [8, 0, 0, 0, 4, 1, 1, 0x11, 0])),
            ("17 bits", spoilt(frame: [17, 0, 4, 0, 4, 1, 1, 0x11, 0])),
            ("1 bit", spoilt(frame: [1, 0, 4, 0, 4, 1, 1, 0x11, 0])),
            ("sampling 0", spoilt(frame: [8, 0, 4, 0, 4, 1, 1, 0x01, 0])),
            ("sampling 5", spoilt(frame: [8, 0, 4, 0, 4, 1, 1, 0x15, 0])),
            ("frame cut", spoilt(frame: [8, 0, 4, 0, 4, 1, 1])),
            ("two frames", spoilt(frames: 2)),
            ("no frame", spoilt(frames: 0)),
            ("scan of nothing", spoilt(scan: [0, 1, 0, 0])),
            ("scan of 5", spoilt(scan: [5, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0])),
            ("other component", spoilt(scan: [1, 2, 0, 1, 0, 0])),
            ("component twice", spoilt(scan: [2, 1, 0, 1, 0, 1, 0, 0])),
            ("table 4", spoilt(scan: [1, 1, 0x40, 1, 0, 0])),
            ("undefined table", spoilt(scan: [1, 1, 0x10, 1, 0, 0])),
            ("predictor 0", spoilt(scan: [1, 1, 0, 0, 0, 0])),
            ("predictor 8", spoilt(scan: [1, 1, 0, 8, 0, 0])),
            ("transform 8", spoilt(scan: [1, 1, 0, 1, 0, 8])),
            ("scan cut", spoilt(scan: [1, 1])),
            ("table of 17", spoilt(table: TestCode.differences([17] + Array(1...16)).body(0))),
            ("too many codes", spoilt(table: [0, 3] + [UInt8](repeating: 0, count: 15) + [0, 1, 2])),
            ("table cut", spoilt(table: [0, 0, 2, 2] + [UInt8](repeating: 0, count: 13) + [0, 1, 2])),
            ("table number 4", spoilt(table: TestCode.differences().body(4))),
            ("no SOI", Array(spoilt().dropFirst(2))),
        ]
        for (name, bytes) in bad {
            let code = code(bytes, decoder)
            #expect(code == .corrupt || code == .truncated, "\(name): \(String(describing: code))")
        }
        // A table without codes: whatever follows is none.
        #expect(code(spoilt(table: [0] + [UInt8](repeating: 0, count: 16)), decoder) == .corrupt)
    }

    @Test func `what is not supported is named`() throws {
        let decoder = try decoder(rows: 4, columns: 4, samples: 1, bits: 8)
        for (marker, name) in [
            (0xC9, "arithmetic"), (0xCA, "arithmetic"), (0xCB, "arithmetic"), (0xC5, "hierarchical"),
            (0xDE, "hierarchical"), (0xCF, "hierarchical"), (0xF7, "JPEG-LS"),
        ] as [(UInt8, String)] {
            let error = #expect(throws: ImagingError.self) { try decoder.decode(Bytes(spoilt(start: marker))) }
            #expect(error?.code == .unsupported && error?.reason.contains(name) == true)
        }
        let subsampled = spoilt(
            frame: [8, 0, 4, 0, 4, 3, 1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0], scan: [3, 1, 0, 2, 0, 3, 0, 1, 0, 0])
        let colour = try self.decoder(rows: 4, columns: 4, samples: 3, bits: 8)
        let error = #expect(throws: ImagingError.self) { try colour.decode(Bytes(subsampled)) }
        #expect(error?.reason.contains("subsampled") == true)
        let five = spoilt(frame: [8, 0, 4, 0, 4, 5] + (1...5).flatMap { [UInt8($0), 0x11, 0] })
        #expect(code(five, decoder) == .unsupported)
    }

    @Test func `a large frame with next to no data is refused before memory is taken`() throws {
        let frame: [UInt8] = [8, 0x3F, 0xFF, 0x3F, 0xFF, 1, 1, 0x11, 0]
        let decoder = try decoder(rows: 0x3FFF, columns: 0x3FFF, samples: 1, bits: 8)
        let bytes = spoilt(frame: frame)
        #expect(code(bytes, decoder) == .truncated)
        // With enough bytes it is decoded until they end: at the marker.
        let padded = bytes + [0xFF, 0xD9] + [UInt8](repeating: 0x55, count: 1 << 20)
        #expect(code(padded, decoder) == .truncated)
    }

    @Test func `components without a scan, and scans of a component twice, are errors`() throws {
        var writer = JPEGWriter()
        writer.frame(0xC3, precision: 8, rows: 4, columns: 4, factors: [(1, 1), (1, 1), (1, 1)])
        writer.segment(0xC4, TestCode.differences().body(0))
        writer.scan([(1, 0)], 1, 0)
        writer.append([UInt8](repeating: 0, count: 16))
        var again = writer
        again.scan([(1, 0)], 1, 0)
        writer.marker(0xD9)
        let decoder = try decoder(rows: 4, columns: 4, samples: 3, bits: 8)
        #expect(code(writer.bytes, decoder) == .truncated)
        #expect(code(again.bytes, decoder) == .corrupt)
    }
}
