import ByteIO
import DICOMImaging
import Testing

@Suite struct HTJ2KTests {
    @Test(arguments: WaveletFixture.shapes)
    func `a frame that was written is read as it was`(_ shape: WaveletFixture.Shape) throws {
        let frame = try WaveletFixture.frame(
            rows: shape.rows, columns: shape.columns, samples: shape.samples, bits: shape.bits, signed: shape.signed)
        let codestream = try HTJ2KEncoder.encode(frame)
        #expect(try WaveletFixture.decode(codestream, as: frame, syntax: "201").samples == frame.samples)
    }

    @Test func `the codestream is high-throughput, in the order RPCL`() throws {
        let frame = try WaveletFixture.frame(rows: 70, columns: 90, samples: 3, bits: 8)
        let bytes = try HTJ2KEncoder.encode(frame).array
        func segment(_ marker: UInt8) -> ArraySlice<UInt8>? {
            bytes.indices.dropLast(2).first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker }.map { bytes[($0 + 2)...] }
        }
        #expect(bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51]))
        #expect(segment(0x50) != nil, "CAP")
        let style = try #require(segment(0x52))
        // Scod, then the order; block style with the bit of 15444-15 and wavelet 5-3.
        #expect(Array(style.dropFirst(3).prefix(1)) == [2])
        #expect(Array(style.dropFirst(6).prefix(1)) == [1])
        #expect(Array(style.dropFirst(10).prefix(2)) == [0x40, 1])
    }

    @Test func `a flipped bit gives samples or an error`() throws {
        let frame = try WaveletFixture.frame(rows: 16, columns: 16, bits: 12)
        let codestream = try HTJ2KEncoder.encode(frame).array
        var refused = 0
        for bit in 0..<(codestream.count * 8) {
            var other = codestream
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                let decoded = try WaveletFixture.decode(Bytes(other), as: frame, syntax: "201")
                #expect(decoded.samples.count == frame.samples.count)
            } catch is ImagingError { refused += 1 }
        }
        #expect(refused > 200)
    }
}
