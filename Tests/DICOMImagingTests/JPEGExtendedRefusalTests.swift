import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Damaged and hostile codestreams of DCT JPEG, ours and those that libjpeg gets.
struct JPEGExtendedRefusalTests {
    private func code(_ image: TransformJPEG, _ bytes: [UInt8]) throws -> ImagingError.Code? {
        let description = try Fixture.description(
            rows: image.rows, columns: image.columns, samples: image.factors.count,
            bits: image.precision == 8 ? 8 : 16, syntax: "1.2.840.10008.1.2.4.55")
        do {
            _ = try FrameDecoder(description).decode(Bytes(bytes))
            return nil
        } catch { return error.code }
    }

    private static let images: [TransformJPEG] = [8, 12].flatMap { precision in
        [[], JPEGExtendedTests.scripts[2]].flatMap { scans in
            [true, false].map { isInterleaved in
                TransformJPEG(
                    factors: [(2, 1), (1, 1), (1, 1)], precision: precision, scans: scans,
                    isInterleaved: isInterleaved, restartInterval: isInterleaved ? 2 : 0)
            }
        }
    }

    @Test(arguments: images.indices) func `a codestream cut short anywhere is an error, one without its EOI is not`(
        _ index: Int
    ) throws {
        let image = Self.images[index]
        let coded = image.encoded(image.coefficients())
        #expect(try code(image, coded + coded) == nil)
        for count in Array(stride(from: 0, to: coded.count, by: 3)) + Array((coded.count - 40)..<coded.count) {
            let code = try code(image, Array(coded.prefix(count)))
            // The last bits of the last byte are padding.
            if count < coded.count - 3 { #expect(code != nil, "\(count) of \(coded.count) bytes of \(image)") }
            if count >= coded.count - 2 { #expect(code == nil, "\(count) of \(coded.count) bytes of \(image)") }
        }
    }

    @Test(arguments: images.indices) func `any byte changed gives samples or an error`(_ index: Int) throws {
        let image = Self.images[index]
        let coded = image.encoded(image.coefficients())
        var failures = 0
        for index in coded.indices {
            for change in [UInt8(0xFF), 0x01, 0x90] {
                var broken = coded
                broken[index] ^= change
                if try code(image, broken) != nil { failures += 1 }
            }
        }
        #expect(failures > 300)
    }

    @Test func `scans that do not follow from those before are errors`() throws {
        let bad: [[TransformJPEG.Scan]] = [
            [([0], 0, 0, 0, 0), ([0], 0, 0, 0, 0)], [([0], 0, 0, 1, 0)], [([0], 0, 0, 0, 2), ([0], 0, 0, 1, 0)],
            [([0], 0, 5, 0, 0)], [([0], 5, 4, 0, 0)], [([0], 1, 63, 0, 0)], [([0], 0, 0, 0, 14)],
            [([0], 0, 0, 0, 0), ([0], 1, 63, 0, 0), ([0], 5, 5, 0, 0)], [([0], 0, 0, 0, 0), ([0], 1, 63, 1, 0)],
        ]
        for precision in [8, 12] {
            for scans in bad {
                var image = TransformJPEG(precision: precision)
                // What is written is of no matter, but there has to be something.
                image.scans = [([0], 0, 0, 0, 0)]
                var bytes = Array(image.encoded(image.coefficients()).dropLast(2))
                let start = try #require(
                    bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
                let data = Array(bytes[(start + 10)...])
                bytes.removeSubrange(start...)
                for scan in scans {
                    var writer = JPEGWriter()
                    writer.scan([(1, 0)], scan.start, scan.end, high: scan.high, low: scan.low)
                    bytes += writer.bytes.dropFirst(2) + data
                }
                #expect(try code(image, bytes + [0xFF, 0xD9]) != nil, "\(precision) bits, \(scans)")
            }
        }
    }

    @Test func `an image may end without its finer bits where an EOI says so`() throws {
        for precision in [8, 12] {
            var image = TransformJPEG(precision: precision)
            image.scans = [([0], 0, 0, 0, 1), ([0], 1, 8, 0, 1)]
            let coded = image.encoded(image.coefficients())
            #expect(try code(image, coded) == nil)
            #expect(try code(image, coded.dropLast(2)) == .truncated)
        }
    }

    @Test func `tables that are missing, or of other things, are errors`() throws {
        let image = TransformJPEG()
        let coded = image.encoded(image.coefficients())
        for marker in [UInt8(0xDB), 0xC4] {
            var broken = coded
            let place = try #require(
                broken.indices.dropLast().first { broken[$0] == 0xFF && broken[$0 + 1] == marker })
            broken[place + 1] = 0xFE
            #expect(try code(image, broken) == .corrupt)
        }
    }

    @Test func `a large frame with next to no data is refused before memory is taken`() throws {
        for (precision, scans) in [(8, []), (12, []), (8, [([0], 0, 0, 0, 0)]), (12, [([0], 0, 0, 0, 0)])]
            as [(Int, [TransformJPEG.Scan])]
        {
            let small = TransformJPEG(rows: 8, columns: 8, precision: precision, scans: scans)
            let coded = small.encoded(small.coefficients())
            let frame = try #require(
                coded.indices.dropLast().first { coded[$0] == 0xFF && 0xC1...0xC2 ~= coded[$0 + 1] })
            let large = TransformJPEG(rows: 0x2FFF, columns: 0x2FFF, precision: precision)
            var broken = coded
            broken.replaceSubrange((frame + 5)..<(frame + 9), with: [0x2F, 0xFF, 0x2F, 0xFF])
            #expect(try code(large, broken) == .truncated)
        }
    }

    @Test func `thousands of empty scans are refused, not decoded`() throws {
        for precision in [8, 12] {
            // A scan of one coefficient of 65536 empty blocks takes ten bytes of header and three codes.
            var image = TransformJPEG(rows: 2048, columns: 2048, precision: precision)
            image.scans = [([0], 0, 0, 0, 0)]
            let blank = [Int](repeating: 0, count: 64)
            var bytes = Array(image.encoded([Array(repeating: blank, count: 65536)]).dropLast(2))
            var empty = TransformCoder(scan: ([0], 1, 1, 0, 0), isProgressive: true, components: 1)
            for _ in 0..<65536 { empty.put(blank, 0) }
            let data = empty.finished()
            for place in 1...63 {
                for low in (0...13).reversed() {
                    var writer = JPEGWriter()
                    writer.scan([(1, 0)], place, place, high: low == 13 ? 0 : low + 1, low: low)
                    bytes += writer.bytes.dropFirst(2) + data
                }
            }
            #expect(try code(image, bytes + [0xFF, 0xD9]) == .corrupt)
        }
    }
}
