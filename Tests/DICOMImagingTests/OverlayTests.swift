import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Overlay planes (PS3.3 C.9.2, PS3.5 §8.1.2).
@Suite struct OverlayTests {
    private func tag(_ element: UInt16, group: UInt16 = 0x6000) -> DICOM.Tag { DICOM.Tag(group, element) }

    /// 2 × 3 black pixels with an overlay.
    private func file(
        rows: Int = 2, columns: Int = 3, origin: [Int] = [1, 1], data: [UInt8]?, frames: Int? = nil,
        change: (inout DataSet) -> Void = { _ in }
    ) -> DICOMFile {
        var dataSet = Fixture.dataSet(rows: 2, columns: 3, frames: frames)
        dataSet.set(.WindowCenter, .DS, "128")
        dataSet.set(.WindowWidth, .DS, "256")
        dataSet.set(tag(0x10), .US, ints: [rows])
        dataSet.set(tag(0x11), .US, ints: [columns])
        dataSet.set(tag(0x40), .CS, "G")
        dataSet.set(tag(0x50), .SS, ints: origin)
        dataSet.set(tag(0x100), .US, ints: [1])
        dataSet.set(tag(0x102), .US, ints: [0])
        if let data { dataSet.set(tag(0x3000), .OW, bytes: Bytes(data)) }
        change(&dataSet)
        return Fixture.file(dataSet, pixels: [UInt8](repeating: 0, count: 6 * (frames ?? 1)))
    }

    private func drawn(_ file: DICOMFile, frame: Int = 1) throws -> [UInt8] {
        var options = RenderOptions()
        options.overlays = try Overlay.bitmaps(of: file, frame: frame)
        return try Renderer.render(try PixelData(file).frame(frame), DisplayParameters(file, frame: frame), options)
            .pixels.array
    }

    @Test func `bits are drawn in white, the least significant first`() throws {
        let file = file(data: [0b0010_1001, 0])
        #expect(try drawn(file) == [255, 0, 0, 255, 0, 255])
        #expect(try Fixture.render(file) == [0, 0, 0, 0, 0, 0])
        let overlay = try #require(Overlay.all(of: file).first)
        #expect(overlay.group == 0x6000)
        #expect(overlay.kind == .graphics)
        #expect(overlay.embeddedBit == nil)
    }

    @Test(
        arguments: [
            ([2, 2], [0, 0, 0, 0, 255, 255]), ([0, 0], [255, 255, 0, 0, 0, 0]), ([-1, 1], [0, 0, 0, 0, 0, 0]),
            ([1, 3], [0, 0, 255, 0, 0, 255]), ([32767, 32767], [0, 0, 0, 0, 0, 0]),
            ([-32768, -32768], [0, 0, 0, 0, 0, 0]),
            ([], [255, 255, 255, 255, 255, 255]),
        ] as [([Int], [UInt8])])
    func `an origin beside the image cuts the overlay off`(_ origin: [Int], _ expected: [UInt8]) throws {
        #expect(try drawn(file(origin: origin, data: [0xFF, 0xFF])) == expected)
    }

    @Test func `frames of an overlay follow one another without padding`() throws {
        let file = file(data: [0b0100_0001, 0], frames: 3) {
            $0.set(tag(0x15), .IS, ints: [2])
            $0.set(tag(0x51), .US, ints: [2])
        }
        #expect(try drawn(file, frame: 1) == [0, 0, 0, 0, 0, 0])
        #expect(try drawn(file, frame: 2) == [255, 0, 0, 0, 0, 0])
        #expect(try drawn(file, frame: 3) == [255, 0, 0, 0, 0, 0])
    }

    @Test func `an overlay without a number of frames belongs to all of them`() throws {
        let file = file(data: [0b10, 0], frames: 2)
        #expect(try drawn(file, frame: 1) == drawn(file, frame: 2))
        #expect(try drawn(file, frame: 2)[1] == 255)
    }

    /// One 16-bit pixel row with an overlay in bit `bit`.
    private func embedded(bit: Int, words: [UInt16]) -> DICOMFile {
        var dataSet = Fixture.dataSet(rows: 1, columns: words.count, bits: 16, stored: 12)
        dataSet.set(.WindowCenter, .DS, "2048")
        dataSet.set(.WindowWidth, .DS, "4096")
        dataSet.set(tag(0x10), .US, ints: [1])
        dataSet.set(tag(0x11), .US, ints: [words.count])
        dataSet.set(tag(0x40), .CS, "R")
        dataSet.set(tag(0x100), .US, ints: [16])
        dataSet.set(tag(0x102), .US, ints: [bit])
        return Fixture.file(
            dataSet, pixels: words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }

    @Test func `an overlay in an unused bit of the pixels is found`() throws {
        let file = embedded(bit: 13, words: [0x2000, 0x1000, 0x2FFF, 0x0FFF])
        let overlay = try #require(Overlay.all(of: file).first)
        #expect(overlay.embeddedBit == 13)
        #expect(overlay.kind == .regionOfInterest)
        #expect(try Overlay.bitmaps(of: file, frame: 1).map(\.bits.array) == [[1, 0, 1, 0]])
        #expect(try drawn(file) == [255, 0, 255, 255])
    }

    @Test func `a bit that the values use is no overlay`() throws {
        #expect(try Overlay.bitmaps(of: embedded(bit: 5, words: [0xFFFF, 0]), frame: 1).isEmpty)
        #expect(Overlay.all(of: embedded(bit: 16, words: [0xFFFF, 0])).isEmpty)
        #expect(Overlay.all(of: embedded(bit: 65535, words: [0xFFFF, 0])).isEmpty)
    }

    @Test func `overlays whose data are too short, or that have no size, are left out`() throws {
        for file in [
            file(rows: 65535, columns: 65535, data: [0xFF, 0xFF]), file(rows: 3, columns: 6, data: [0xFF, 0xFF]),
            file(rows: 0, data: [1, 0]), file(columns: 0, data: [1, 0]), file(data: nil) { $0.remove(tag(0x102)) },
            file(data: [1, 0]) {
                $0.set(tag(0x15), .IS, ints: [.max])
                $0.set(tag(0x51), .IS, ints: [-5])
            },
        ] {
            #expect(try Overlay.bitmaps(of: file, frame: 1).isEmpty)
        }
    }

    @Test func `several groups are drawn together, over colour too`() throws {
        let file = file(data: [1, 0]) {
            for element: UInt16 in [0x10, 0x11, 0x40, 0x50, 0x3000] {
                guard let element = $0[tag(element)] else { continue }
                $0.set(DataElement(tag(element.tag.element, group: 0x601E), element.vr, element.value))
            }
            $0.set(tag(0x3000, group: 0x601E), .OB, bytes: [2, 0])
        }
        #expect(Overlay.all(of: file).map(\.group) == [0x6000, 0x601E])
        #expect(try drawn(file) == [255, 255, 0, 0, 0, 0])
    }
}
