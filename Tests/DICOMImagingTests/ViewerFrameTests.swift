import ByteIO
import DICOMImaging
import Foundation
import TestMaterial
import Testing

/// The vectors that the browser's tests read too.
private struct Vectors: Decodable {
    struct Frame: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let rows: Int
        let columns: Int
        let bits: Int
        let bitsStored: Int
        let signed: Bool
        let samples: [Int]
        let body: String

        var testDescription: String { name }
    }

    let frames: [Frame]

    static let all: Vectors = {
        let file = Repository.file("Tests/Vectors/viewer-frame.json")
        guard let data = try? Data(contentsOf: file) else { return Vectors(frames: []) }
        return (try? JSONDecoder().decode(Vectors.self, from: data)) ?? Vectors(frames: [])
    }()
}

@Suite struct ViewerFrameTests {
    @Test func `the vectors are there`() { #expect(Vectors.all.frames.count >= 14) }

    @Test(arguments: Vectors.all.frames)
    private func `a vector's samples encode to its body`(_ vector: Vectors.Frame) throws {
        let samples = vector.samples.flatMap { sample in
            (0..<(vector.bits / 8)).map { UInt8(truncatingIfNeeded: sample >> (8 * $0)) }
        }
        let frame = try StoredFrame(
            rows: vector.rows, columns: vector.columns, bytesPerSample: vector.bits / 8,
            bitsStored: vector.bitsStored, isSigned: vector.signed, samples: Bytes(samples))
        #expect(try SixteenBitTransport.encode(frame).hexadecimal == vector.body)
    }

    @Test func `bits outside Bits Stored are not sent`() throws {
        let clean = try StoredFrame(
            rows: 1, columns: 2, bytesPerSample: 2, bitsStored: 12, samples: [0x34, 0x02, 0x35, 0x02])
        let overlay = try StoredFrame(
            rows: 1, columns: 2, bytesPerSample: 2, bitsStored: 12, samples: [0x34, 0xF2, 0x35, 0x12])
        #expect(try SixteenBitTransport.encode(clean) == SixteenBitTransport.encode(overlay))
    }

    @Test func `a sign that the high bits leave out is extended`() throws {
        let extended = try StoredFrame(
            rows: 1, columns: 1, bytesPerSample: 2, bitsStored: 12, isSigned: true, samples: [0xFF, 0xFF])
        let plain = try StoredFrame(
            rows: 1, columns: 1, bytesPerSample: 2, bitsStored: 12, isSigned: true, samples: [0xFF, 0x0F])
        #expect(try SixteenBitTransport.encode(extended) == SixteenBitTransport.encode(plain))
    }

    @Test func `eight bits in words of sixteen need one plane`() throws {
        let frame = try StoredFrame(
            rows: 1, columns: 2, bytesPerSample: 2, bitsStored: 8, samples: [7, 0, 9, 0])
        let body = try SixteenBitTransport.encode(frame)
        #expect(body.hexadecimal == "54524e46" + "01000808" + "0100" + "0200" + "00000000" + "0e04")
    }

    @Test func `colour and wide samples are refused`() throws {
        let colour = try StoredFrame(
            rows: 1, columns: 1, samplesPerPixel: 3, bytesPerSample: 1, bitsStored: 8, photometric: .rgb,
            samples: [1, 2, 3])
        let dose = try StoredFrame(rows: 1, columns: 1, bytesPerSample: 4, bitsStored: 32, samples: [1, 2, 3, 4])
        for frame in [colour, dose] {
            #expect(!SixteenBitTransport.canEncode(frame))
            #expect(throws: ImagingError.self) { try SixteenBitTransport.encode(frame) }
        }
    }
}
