import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Headers that promise what their length cannot hold: refused before anything is reserved.
@Suite struct JPEG2000LimitTests {
    /// A codestream with one empty tile-part: SIZ and COD as given.
    struct Forged {
        var width = 64
        var height = 64
        var tileWidth = 64
        var tileHeight = 64
        var components = 1
        var depth: UInt8 = 7
        var step: UInt8 = 1
        var layers = 1
        var decompositions: UInt8 = 2
        var precincts: [UInt8] = []
        var tileHeader: [UInt8] = []
        var body = [UInt8](repeating: 0, count: 16)

        var bytes: Bytes {
            func number(_ value: Int, _ width: Int) -> [UInt8] {
                (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            }
            var size = number(0, 2)
            for value in [width, height, 0, 0, tileWidth, tileHeight, 0, 0] { size += number(value, 4) }
            size += number(components, 2)
            for _ in 0..<components { size += [depth, step, step] }
            let style =
                [precincts.isEmpty ? 0 : 1, 0] + number(layers, 2) + [0, decompositions, 4, 4, 0, 1] + precincts
            let quantisation = [0x40] + [UInt8](repeating: 0x48, count: 3 * Int(decompositions) + 1)
            var all: [UInt8] = [0xFF, 0x4F]
            for (marker, segment) in [(UInt8(0x51), size), (0x52, style), (0x5C, quantisation)] {
                all += [0xFF, marker] + number(segment.count + 2, 2) + segment
            }
            let tilePart = 12 + tileHeader.count + 2 + body.count
            all += [0xFF, 0x90, 0, 10, 0, 0] + number(tilePart, 4) + [0, 1] + tileHeader + [0xFF, 0x93] + body
            return Bytes(all + [0xFF, 0xD9])
        }
    }

    private func error(_ forged: Forged, samples: Int = 1) -> ImagingError? {
        do {
            let dataSet = Fixture.dataSet(rows: forged.height, columns: forged.width, samples: samples)
            let description = try PixelDescription(
                dataSet, transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.90"), isWordEncoded: false)
            _ = try FrameDecoder(description).decode(forged.bytes)
            return nil
        } catch { return error }
    }

    @Test func `the forged codestream itself is one`() {
        #expect(error(Forged()) == nil)
    }

    @Test func `more tiles than the data can hold are refused`() {
        #expect(error(Forged(tileWidth: 1, tileHeight: 1))?.code == .truncated)
        #expect(error(Forged(width: 65535, height: 2000, tileWidth: 1, tileHeight: 1))?.code == .truncated)
    }

    @Test func `more packets than the data can hold are refused`() {
        #expect(error(Forged(layers: 65535))?.code == .truncated)
        #expect(error(Forged(precincts: [0, 0, 0]))?.code == .truncated)
        #expect(
            error(Forged(width: 16384, height: 8192, tileWidth: 16384, tileHeight: 8192, precincts: [0, 1, 1]))?.code
                == .truncated)
    }

    @Test func `tiles that are not there are missed`() {
        #expect(error(Forged(width: 128, tileWidth: 64))?.code == .truncated)
        #expect(error(Forged(height: 65, tileHeight: 64))?.code == .truncated)
    }

    @Test func `precincts and layers of a tile's own header count too`() {
        let style: [UInt8] = [0xFF, 0x52, 0, 15, 1, 0, 0, 1, 0, 2, 4, 4, 0, 1, 0, 0, 0]
        #expect(error(Forged(tileHeader: style))?.code == .truncated)
        let component: [UInt8] = [0xFF, 0x53, 0, 12, 0, 1, 2, 4, 4, 0, 1, 0, 0, 0]
        #expect(error(Forged(tileHeader: component))?.code == .truncated)
    }

    @Test func `what the data set does not describe is refused`() {
        #expect(error(Forged(components: 4))?.code == .corrupt)
        #expect(error(Forged(components: 3), samples: 3)?.code != .unsupported)
        #expect(error(Forged(components: 5))?.code == .unsupported)
        #expect(error(Forged(components: 16384))?.code == .unsupported)
        #expect(error(Forged(depth: 15))?.code == .corrupt)
    }

    @Test func `what is not supported is refused by name`() {
        #expect(error(Forged(step: 2))?.reason.contains("subsampled") == true)
        #expect(error(Forged(depth: 37))?.reason.contains("38 bits") == true)
        #expect(error(Forged(depth: 63))?.code == .corrupt)
        #expect(error(Forged(step: 0))?.code == .corrupt)
    }

    @Test func `impossible headers are refused`() {
        #expect(error(Forged(tileWidth: 0))?.code == .corrupt)
        #expect(error(Forged(layers: 0))?.code == .corrupt)
        #expect(error(Forged(decompositions: 33))?.code == .corrupt)
        #expect(error(Forged(components: 0))?.code == .corrupt)
    }
}
