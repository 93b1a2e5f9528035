import ByteIO
import DICOM
import DICOMImaging
import Testing

/// What stands in the files that are written, beyond what EncoderTests look at.
@Suite struct PNGTests {
    /// Type and data of each chunk.
    private func chunks(_ png: Bytes) -> [(type: String, data: [UInt8])] {
        var found: [(String, [UInt8])] = []
        var offset = 8
        while offset + 12 <= png.count {
            let count = (0..<4).reduce(0) { $0 << 8 | Int(png[offset + $1]) }
            let type = String(decoding: png[clamping: (offset + 4)..<(offset + 8)].array, as: UTF8.self)
            found.append((type, png[clamping: (offset + 8)..<(offset + 8 + count)].array))
            offset += 12 + count
        }
        return found
    }

    /// Depth, colour type and the filtered rows.
    private func read(_ png: Bytes) throws -> (depth: UInt8, colourType: UInt8, rows: [UInt8], types: [String]) {
        let chunks = chunks(png)
        let header = try #require(chunks.first { $0.type == "IHDR" }).data
        let data = try #require(chunks.first { $0.type == "IDAT" }).data
        return (header[8], header[9], try Inflate.zlib(data), chunks.map(\.type))
    }

    private func image(_ rows: Int, _ columns: Int, channels: Int = 1, _ pixels: [UInt8]) throws -> RenderedImage {
        try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: Bytes(pixels))
    }

    @Test func `black and white take one bit a pixel, rows padded to bytes`() throws {
        let read = try read(
            PNGEncoder.encode(
                image(2, 9, [255, 0, 255, 0, 0, 0, 0, 255, 255] + [UInt8](repeating: 0, count: 8) + [255])))
        #expect(read.depth == 1)
        #expect(read.colourType == 0)
        #expect(read.rows == [0, 0b1010_0001, 0x80, 0, 0, 0x80])
        #expect(try self.read(PNGEncoder.encode(image(1, 2, [0, 254]))).depth == 8)
        #expect(try self.read(PNGEncoder.encode(image(1, 2, [0, 1]))).depth == 8)
    }

    @Test func `few colours have a palette, greys need none`() throws {
        let few = try PNGEncoder.encode(image(1, 3, channels: 3, [1, 2, 3, 9, 9, 9, 1, 2, 3]))
        let read = try read(few)
        #expect(read.colourType == 3)
        #expect(read.rows == [0, 0, 1, 0])
        #expect(chunks(few).first { $0.type == "PLTE" }?.data == [1, 2, 3, 9, 9, 9])
        let grey = try self.read(PNGEncoder.encode(image(1, 2, channels: 3, [7, 7, 7, 9, 9, 9])))
        #expect(grey.colourType == 0)
        #expect(grey.rows == [0, 7, 9])
    }

    @Test func `256 colours fit, 257 do not`() throws {
        func colours(_ count: Int) -> [UInt8] { (0..<count).flatMap { [UInt8($0 & 255), UInt8($0 >> 8), 77] } }
        let most = try read(PNGEncoder.encode(image(1, 256, channels: 3, colours(256))))
        #expect(most.colourType == 3)
        #expect(most.rows == [0] + (0...255).map { UInt8($0) })
        let many = try read(PNGEncoder.encode(image(1, 257, channels: 3, colours(257))))
        #expect(many.colourType == 2)
        #expect(many.rows == [0] + colours(257))
    }

    @Test func `stored values are 16 bits, signed ones raised by half of them`() throws {
        func stored(_ bytes: [UInt8], width: Int, signed: Bool) throws -> [UInt8] {
            let frame = try StoredFrame(
                rows: 1, columns: bytes.count / width, bytesPerSample: width, bitsStored: width * 8, isSigned: signed,
                samples: Bytes(bytes))
            let read = try read(PNGEncoder.encode(stored: frame))
            #expect(read.depth == 16)
            return read.rows
        }
        #expect(try stored([0x34, 0x12, 0xFF, 0xFF], width: 2, signed: false) == [0, 0x12, 0x34, 0xFF, 0xFF])
        #expect(
            try stored([0, 0x80, 0xFF, 0x7F, 0xFF, 0xFF], width: 2, signed: true) == [0, 0, 0, 0xFF, 0xFF, 0x7F, 0xFF])
        #expect(try stored([0, 200], width: 1, signed: false) == [0, 0, 0, 0, 200])
        #expect(try stored([0, 0xFF], width: 1, signed: true) == [0, 0x80, 0, 0x7F, 0xFF])
    }

    /// A header that says it is a profile, and nothing more.
    private func profile(_ space: String, size: Int = 300, signature: String = "acsp") -> [UInt8] {
        var bytes = [UInt8](repeating: 5, count: size)
        bytes.replaceSubrange(0..<4, with: [0, 0, UInt8(size >> 8 & 255), UInt8(size & 255)])
        if size > 65535 { bytes[1] = UInt8(size >> 16) }
        bytes.replaceSubrange(16..<20, with: Array(space.utf8))
        bytes.replaceSubrange(36..<40, with: Array(signature.utf8))
        return bytes
    }

    private func colour(_ profile: [UInt8]) -> DICOMFile {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, samples: 3)
        dataSet.set(.ICCProfile, .OB, bytes: Bytes(profile))
        return Fixture.file(dataSet, pixels: [1, 1, 1, 2, 2, 2])
    }

    private func shown(_ file: DICOMFile) throws -> RenderedImage {
        try Renderer.render(try PixelData(file).frame(1), DisplayParameters(file, frame: 1))
    }

    @Test func `an ICC profile comes along into PNG`() throws {
        let png = try PNGEncoder.encode(shown(colour(profile("RGB "))))
        let data = try #require(chunks(png).first { $0.type == "iCCP" }?.data)
        #expect(data.prefix(13).elementsEqual("ICC Profile\0\0".utf8))
        #expect(try Inflate.zlib(Array(data.dropFirst(13))) == profile("RGB "))
        // Chunks have their order (§5.6), and a grey image would contradict a profile of RGB.
        #expect(chunks(png).map(\.type) == ["IHDR", "iCCP", "PLTE", "IDAT", "IEND"])
    }

    @Test func `an ICC profile comes along into JPEG, in parts where it is long`() throws {
        for (size, count) in [(300, 1), (140_000, 3)] {
            let jpeg = try JPEGEncoder.encode(shown(colour(profile("RGB ", size: size)))).array
            var offset = 2
            var joined: [UInt8] = []
            var parts = 0
            while offset + 4 < jpeg.count, jpeg[offset] == 0xFF, jpeg[offset + 1] != 0xDA {
                let length = Int(jpeg[offset + 2]) << 8 | Int(jpeg[offset + 3])
                if jpeg[offset + 1] == 0xE2 {
                    parts += 1
                    #expect(jpeg[(offset + 4)..<(offset + 16)].elementsEqual("ICC_PROFILE\0".utf8))
                    #expect(jpeg[offset + 16] == UInt8(parts))
                    #expect(jpeg[offset + 17] == UInt8(count))
                    joined += jpeg[(offset + 18)..<(offset + 2 + length)]
                }
                offset += 2 + length
            }
            #expect(parts == count)
            #expect(joined == profile("RGB ", size: size))
            // It still is an image.
            let description = try Fixture.description(
                rows: 1, columns: 2, samples: 3, photometric: "YBR_FULL_422", syntax: "1.2.840.10008.1.2.4.50")
            #expect(try FrameDecoder(description).decode(Bytes(jpeg)).sampleCount == 6)
        }
    }

    @Test func `what is no profile, or one of other colours, is left out`() throws {
        for wrong in [
            profile("GRAY"), profile("CMYK"), profile("RGB ", signature: "abcd"), Array(profile("RGB ").prefix(299)),
            Array(profile("RGB ").prefix(127)), [], [1],
        ] {
            #expect(try chunks(PNGEncoder.encode(shown(colour(wrong)))).allSatisfy { $0.type != "iCCP" })
        }
    }

    @Test func `a microscope's profile stands in its optical path`() throws {
        var path = DataSet()
        path.set(.ICCProfile, .OB, bytes: Bytes(profile("RGB ")))
        var dataSet = Fixture.dataSet(rows: 1, columns: 1, samples: 3)
        dataSet.set(.OpticalPathSequence, items: [path])
        #expect(try shown(Fixture.file(dataSet, pixels: [1, 2, 3])).colourProfile == profile("RGB "))
    }
}
