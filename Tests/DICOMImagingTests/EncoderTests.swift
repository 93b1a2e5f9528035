import ByteIO
import DICOMImaging
import Foundation
import Testing

@Suite struct EncoderTests {
    private func chunks(of png: Bytes) throws -> [(type: String, data: Bytes)] {
        #expect(Array(png.array.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        func number(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(png[offset + $1]) } }
        var chunks: [(type: String, data: Bytes)] = []
        var offset = 8
        while offset < png.count {
            let length = number(offset)
            let body = try #require(png.slice((offset + 4)..<(offset + 8 + length)))
            #expect(Int(CRC32.of(body)) == number(offset + 8 + length))
            chunks.append((String(decoding: body[clamping: 0..<4], as: UTF8.self), body[clamping: 4..<body.count]))
            offset += 12 + length
        }
        return chunks
    }

    /// Undoes the filters None and Up.
    private func pixels(_ chunks: [(type: String, data: Bytes)], stride: Int) throws -> [UInt8] {
        let data = try #require(chunks.first { $0.type == "IDAT" }).data.array
        let raw = try Inflate.zlib(data)
        var output: [UInt8] = []
        for row in 0..<(raw.count / (stride + 1)) {
            let line = raw[(row * (stride + 1))..<((row + 1) * (stride + 1))]
            let above = row == 0 ? [UInt8](repeating: 0, count: stride) : Array(output.suffix(stride))
            switch line.first {
            case 0: output += line.dropFirst()
            case 2: output += zip(line.dropFirst(), above).map { $0 &+ $1 }
            default: Issue.record("filter \(String(describing: line.first))")
            }
        }
        return output
    }

    private func noise(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 1), (20, 20, 3), (64, 100, 1), (1, 300, 3)])
    func `a PNG holds the pixels it was given`(_ size: (Int, Int, Int)) throws {
        let (rows, columns, channels) = size
        let given = noise(rows * columns * channels)
        let image = try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: Bytes(given))
        let chunks = try chunks(of: try PNGEncoder.encode(image))
        #expect(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
        let header = chunks[0].data.array
        #expect(
            header == [
                0, 0, UInt8(columns >> 8), UInt8(columns & 255), 0, 0, 0, UInt8(rows), 8,
                channels == 1 ? 0 : 2, 0, 0, 0,
            ])
        #expect(try pixels(chunks, stride: columns * channels) == given)
    }

    @Test func `a 16-bit PNG holds the stored samples, most significant byte first`() throws {
        let frame = try StoredFrame(
            rows: 2, columns: 2, bytesPerSample: 2, bitsStored: 16, samples: [1, 2, 3, 4, 5, 6, 7, 8])
        let chunks = try chunks(of: try PNGEncoder.encode(stored: frame))
        #expect(chunks[0].data.array.suffix(5) == [16, 0, 0, 0, 0])
        #expect(try pixels(chunks, stride: 4) == [2, 1, 4, 3, 6, 5, 8, 7])
    }

    @Test func `a JPEG decodes to nearly the same pixels`() throws {
        let given = (0..<4096).map { (index: Int) -> UInt8 in UInt8(index / 64 + index % 64) * 2 }
        let image = try RenderedImage(rows: 64, columns: 64, channels: 1, pixels: Bytes(given))
        let encoded = try JPEGEncoder.encode(image, quality: 95)
        let description = try Fixture.description(rows: 64, columns: 64, syntax: "1.2.840.10008.1.2.4.50")
        let decoded = try FrameDecoder(description).decode(encoded).samples.array
        #expect(zip(given, decoded).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
    }

    @Test func `JPEG data cut short or of other dimensions are an error`() throws {
        let image = try RenderedImage(rows: 64, columns: 64, channels: 3, pixels: Bytes(noise(64 * 64 * 3)))
        let encoded = try JPEGEncoder.encode(image)
        func decoder(rows: Int = 64, columns: Int = 64, samples: Int = 3) throws -> FrameDecoder {
            try FrameDecoder(
                Fixture.description(
                    rows: rows, columns: columns, samples: samples, syntax: "1.2.840.10008.1.2.4.50"))
        }
        #expect(try decoder().decode(encoded).sampleCount == 64 * 64 * 3)
        // The last two bytes are the EOI, which some writers leave out.
        #expect(try decoder().decode(encoded[clamping: 0..<(encoded.count - 2)]).sampleCount == 64 * 64 * 3)
        for count in stride(from: 0, to: encoded.count - 16, by: 37) {
            #expect(throws: ImagingError.self) { try decoder().decode(encoded[clamping: 0..<count]) }
        }
        for other in [try decoder(rows: 65), try decoder(columns: 63), try decoder(samples: 1)] {
            #expect(throws: ImagingError.self) { try other.decode(encoded) }
        }
        #expect(throws: ImagingError.self) { try JPEGEncoder.encode(image, quality: 0) }
    }

    @Test func `a JPEG with any byte changed decodes or fails, and never crashes`() throws {
        let image = try RenderedImage(rows: 16, columns: 16, channels: 3, pixels: Bytes(noise(768)))
        let encoded = try JPEGEncoder.encode(image).array
        let decoder = try FrameDecoder(
            Fixture.description(rows: 16, columns: 16, samples: 3, syntax: "1.2.840.10008.1.2.4.50"))
        var failures = 0
        for index in encoded.indices {
            for change in [UInt8(0xFF), 0x01, 0x80] {
                var broken = encoded
                broken[index] ^= change
                if (try? decoder.decode(Bytes(broken))) == nil { failures += 1 }
            }
        }
        #expect(failures > 100)
    }

    @Test func `gzip of libdeflate inflates to what went in`() throws {
        let given = noise(1000) + [UInt8](repeating: 7, count: 9000)
        let packed = try Deflate.gzip(Bytes(given)).array
        #expect(packed.prefix(2) == [0x1F, 0x8B])
        #expect(try Inflate.raw(Array(packed.dropFirst(10))) == given)
    }
}
