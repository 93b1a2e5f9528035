import ByteIO
import DICOM
import DICOMImaging
import TestMaterial
import Testing

/// Frames coded by hand after PS3.5 Annex G.
@Suite struct RLETests {
    /// A description of `rows` × `columns` in RLE Lossless.
    private func decoder(
        rows: Int, columns: Int, samples: Int = 1, bits: Int = 8
    ) throws -> FrameDecoder {
        try FrameDecoder(
            Fixture.description(
                rows: rows, columns: columns, samples: samples, bits: bits, syntax: "1.2.840.10008.1.2.5"))
    }

    private func frame(_ segments: [[UInt8]]) -> Bytes {
        var header = [UInt32](repeating: 0, count: 16)
        header[0] = UInt32(segments.count)
        var offset = 64
        for (index, segment) in segments.enumerated() {
            header[index + 1] = UInt32(offset)
            offset += segment.count
        }
        let bytes = header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return Bytes(bytes + segments.flatMap { $0 })
    }

    @Test func `literal and repeated runs are unpacked`() throws {
        // 3 literal bytes, a no-op, 4 times 9, 1 literal byte
        let data = frame([[2, 1, 2, 3, 128, 253, 9, 0, 5]])
        #expect(try decoder(rows: 2, columns: 4).decode(data).samples.array == [1, 2, 3, 9, 9, 9, 9, 5])
    }

    @Test func `the first segment holds the most significant bytes`() throws {
        let data = frame([[1, 0x12, 0x34], [1, 0x56, 0x78]])
        #expect(try decoder(rows: 1, columns: 2, bits: 16).decode(data).samples.array == [0x56, 0x12, 0x78, 0x34])
    }

    @Test func `colour planes become colour by pixel`() throws {
        let data = frame([[1, 10, 11], [255, 20], [1, 30, 31]])
        let samples = try decoder(rows: 1, columns: 2, samples: 3).decode(data).samples
        #expect(samples.array == [10, 20, 30, 11, 20, 31])
    }

    @Test func `what a segment holds beyond the frame is padding`() throws {
        let data = frame([[1, 1, 2, 0, 0]])
        #expect(try decoder(rows: 1, columns: 2).decode(data).samples.array == [1, 2])
    }

    @Test func `cut short anywhere it is an error`() throws {
        let whole = frame([[1, 0x12, 0x34], [1, 0x56, 0x78]])
        let decoder = try decoder(rows: 1, columns: 2, bits: 16)
        for count in 0..<whole.count {
            #expect(throws: ImagingError.self) { try decoder.decode(whole[clamping: 0..<count]) }
        }
    }

    @Test func `impossible headers are refused`() throws {
        let good = frame([[1, 1, 2]]).array
        let decoder = try decoder(rows: 1, columns: 2)
        for (offset, value) in [(0, 0), (0, 2), (0, 16), (3, 255), (4, 0), (4, 63), (4, 68), (7, 255)] {
            var bad = good
            bad[offset] = UInt8(value)
            #expect(throws: ImagingError.self) { try decoder.decode(Bytes(bad)) }
        }
    }

    @Test func `a tiny frame that claims to be huge is refused before memory is taken`() throws {
        let decoder = try decoder(rows: 16384, columns: 32768)
        let error = #expect(throws: ImagingError.self) { try decoder.decode(frame([[129, 0]])) }
        #expect(error?.code == .truncated)
    }

    @Test func `long runs of both kinds are unpacked, whatever their length`() throws {
        for length in [1, 2, 15, 16, 17, 31, 32, 33, 127, 128] {
            // Far enough from the end that whole blocks are copied, and at the end, where they are not.
            let literal = [UInt8(length - 1)] + (0..<length).map { UInt8($0 + 1) }
            let repeated = length > 1 ? [UInt8(257 - length), 99] : [0, 99]
            let segment = literal + [128] + repeated + [129, 5, 129, 6] + literal + repeated
            let expected =
                (0..<length).map { UInt8($0 + 1) } + [UInt8](repeating: 99, count: length)
                + [UInt8](repeating: 5, count: 128) + [UInt8](repeating: 6, count: 128)
                + (0..<length).map { UInt8($0 + 1) } + [UInt8](repeating: 99, count: length)
            let data = frame([segment])
            #expect(try decoder(rows: 1, columns: expected.count).decode(data).samples.array == expected)
        }
    }

    @Test func `a run that reaches beyond its segment or the frame is cut`() throws {
        let data = frame([[129, 1, 129, 2, 129, 3]])
        let samples = try decoder(rows: 1, columns: 300).decode(data).samples.array
        #expect(
            samples == [UInt8](repeating: 1, count: 128) + [UInt8](repeating: 2, count: 128)
                + [UInt8](repeating: 3, count: 44))
        #expect(throws: ImagingError.self) { try decoder(rows: 1, columns: 400).decode(data) }
        #expect(throws: ImagingError.self) { try decoder(rows: 1, columns: 5).decode(frame([[4, 1, 2, 3, 4]])) }
    }

    @Test func `single bits come out as bytes, the lowest first`() throws {
        // PS3.5 Table 8.2.2-1 allows Bits Allocated 1; the second byte holds one pixel only.
        let data = frame([[1, 0b1010_0110, 0b1]])
        let samples = try decoder(rows: 3, columns: 3, bits: 1).decode(data).samples
        #expect(samples.array == [0, 1, 1, 0, 0, 1, 0, 1, 1])
    }
}

/// Segmentations of one bit a pixel in the corpus, of which the manifest has no digests, against their native twins.
@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is absent")) struct RLEBitTests {
    @Test(arguments: ["liver", "liver_nonbyte_aligned"])
    func `single bits equal the native file's`(_ name: String) throws {
        let folder = "04_transfer_syntax/seg_encodings/"
        let native = try PixelData(try Corpus.file(folder + name + ".dcm"))
        let coded = try PixelData(try Corpus.file(folder + name + "_rle.dcm"))
        #expect(coded.frameCount == native.frameCount)
        for number in 1...native.frameCount {
            #expect(try coded.frame(number).samples == native.frame(number).samples)
        }
    }
}
