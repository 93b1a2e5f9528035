import ByteIO
import DICOM
import DICOMImaging
import Testing

@Suite struct JPEG2000Tests {
    @Test(arguments: WaveletFixture.shapes)
    func `a frame that was written without loss is read as it was`(_ shape: WaveletFixture.Shape) throws {
        let frame = try WaveletFixture.frame(
            rows: shape.rows, columns: shape.columns, samples: shape.samples, bits: shape.bits, signed: shape.signed)
        let codestream = try JPEG2000Encoder.encode(frame)
        #expect(try WaveletFixture.decode(codestream, as: frame, syntax: "90").samples == frame.samples)
    }

    @Test func `colour that is no RGB is not transformed, and stays what it is`() throws {
        let frame = try WaveletFixture.frame(rows: 20, columns: 20, samples: 3, bits: 8, photometric: .ybrFull)
        let codestream = try JPEG2000Encoder.encode(frame)
        let decoded = try WaveletFixture.decode(codestream, as: frame, syntax: "91")
        #expect(decoded.photometric == .ybrFull)
        #expect(decoded.samples == frame.samples)
    }

    @Test func `a codestream that transforms its components is RGB, whatever the data set calls it`() throws {
        let frame = try WaveletFixture.frame(rows: 20, columns: 20, samples: 3, bits: 8)
        let codestream = try JPEG2000Encoder.encode(frame)
        for name in [PhotometricInterpretation.ybrReversible, .ybrFull, .rgb] {
            let described = try WaveletFixture.frame(rows: 20, columns: 20, samples: 3, bits: 8, photometric: name)
            let decoded = try WaveletFixture.decode(codestream, as: described, syntax: "90")
            #expect(decoded.photometric == .rgb)
            #expect(decoded.samples == frame.samples)
        }
    }

    @Test func `a ratio is kept, and costs little in a smooth image`() throws {
        let size = 256
        var bytes: [UInt8] = []
        for index in 0..<(size * size) {
            let value = (index % size) * 8 + (index / size) * 6 + (index % 7)
            bytes += [UInt8(value & 255), UInt8(value >> 8)]
        }
        let frame = try StoredFrame(
            rows: size, columns: size, bytesPerSample: 2, bitsStored: 12, samples: Bytes(bytes))
        let codestream = try JPEG2000Encoder.encode(frame, quality: .ratio(10))
        #expect(codestream.count <= size * size * 12 / 8 / 10 + 200)
        let decoded = try WaveletFixture.decode(codestream, as: frame, syntax: "91").samples.array
        var largest = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let one = Int(bytes[index]) | Int(bytes[index + 1]) << 8
            largest = max(largest, abs(one - (Int(decoded[index]) | Int(decoded[index + 1]) << 8)))
        }
        #expect(largest > 0 && largest < 32)
    }

    @Test(arguments: [1.0, 0, -3, .infinity, .nan])
    func `a ratio that is none is refused`(_ ratio: Double) throws {
        let frame = try WaveletFixture.frame(rows: 8, columns: 8, bits: 8)
        let error = #expect(throws: ImagingError.self) { try JPEG2000Encoder.encode(frame, quality: .ratio(ratio)) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func `more than 24 bits are refused, in words of 32 bits narrower samples are not`() throws {
        let wide = try StoredFrame(
            rows: 2, columns: 2, bytesPerSample: 4, bitsStored: 32, samples: Bytes(count: 16) { _ in })
        #expect(throws: ImagingError.self) { try JPEG2000Encoder.encode(wide) }
        #expect(throws: ImagingError.self) { try HTJ2KEncoder.encode(wide) }
        let samples = Bytes([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 250, 0, 0, 0])
        let narrow = try StoredFrame(rows: 2, columns: 2, bytesPerSample: 4, bitsStored: 8, samples: samples)
        for codestream in [try JPEG2000Encoder.encode(narrow), try HTJ2KEncoder.encode(narrow)] {
            #expect(try WaveletFixture.decode(codestream, as: narrow, syntax: "90").samples == samples)
        }
    }

    @Test func `a JP2 file where a codestream belongs is read`() throws {
        let frame = try WaveletFixture.frame(rows: 20, columns: 30, bits: 12)
        let codestream = try JPEG2000Encoder.encode(frame).array
        let signature: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
        let other: [UInt8] = [0, 0, 0, 9, 0x66, 0x72, 0x65, 0x65, 7]
        let box = Array("jp2c".utf8)
        let length = codestream.count + 8
        let counted = [0, 0, UInt8(length >> 8), UInt8(length & 255)] + box
        let long = [0, 0, 0, 1] + box + [0, 0, 0, 0, 0, 0, UInt8((length + 8) >> 8), UInt8((length + 8) & 255)]
        for head in [counted, long, [0, 0, 0, 0] + box] {
            let file = Bytes(signature + other + head + codestream)
            #expect(try WaveletFixture.decode(file, as: frame, syntax: "90").samples == frame.samples)
        }
        for broken in [signature, signature + other, signature + [0, 0, 0, 3] + box, signature + [0, 0, 0, 1] + box] {
            #expect(throws: ImagingError.self) {
                try WaveletFixture.decode(Bytes(broken), as: frame, syntax: "90")
            }
        }
    }

    @Test func `padding behind the codestream and a missing EOC change nothing`() throws {
        let frame = try WaveletFixture.frame(rows: 20, columns: 30, bits: 12)
        let codestream = try JPEG2000Encoder.encode(frame).array
        for other in [
            codestream + [0], codestream + [0, 0, 0, 0], Array(codestream.dropLast(2)), codestream.dropLast(),
        ] {
            #expect(try WaveletFixture.decode(Bytes(other), as: frame, syntax: "90").samples == frame.samples)
        }
    }

    @Test func `every truncation is an error`() throws {
        let frame = try WaveletFixture.frame(rows: 24, columns: 24, samples: 3, bits: 8)
        for codestream in [try JPEG2000Encoder.encode(frame), try HTJ2KEncoder.encode(frame)] {
            // The last two bytes are EOC.
            for count in 0..<(codestream.count - 2) {
                #expect(throws: ImagingError.self, "\(count) of \(codestream.count) bytes") {
                    try WaveletFixture.decode(codestream[clamping: 0..<count], as: frame, syntax: "90")
                }
            }
        }
    }

    @Test func `a flipped bit gives samples or an error`() throws {
        let frame = try WaveletFixture.frame(rows: 16, columns: 16, bits: 12)
        let codestream = try JPEG2000Encoder.encode(frame).array
        var refused = 0
        for bit in 0..<(codestream.count * 8) {
            var other = codestream
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                let decoded = try WaveletFixture.decode(Bytes(other), as: frame, syntax: "90")
                #expect(decoded.samples.count == frame.samples.count)
            } catch is ImagingError { refused += 1 }
        }
        #expect(refused > 200)
    }
}
