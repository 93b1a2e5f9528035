import ByteIO
import DICOMImaging
import Synchronization
import Testing

/// The hook through which frames of the C libraries go elsewhere.
@Suite(.serialized) struct SandboxTests {
    /// Carries frames as bytes, as to another process, and keeps count of those with `rows` rows; others are decoded
    /// by tests that run beside this one.
    private final class Carrier: CodecSandbox {
        let rows: Int
        let answer: @Sendable (ForeignFrame) throws(ImagingError) -> Bytes
        let frames = Mutex<[ForeignFrame]>([])

        init(rows: Int, _ answer: @escaping @Sendable (ForeignFrame) throws(ImagingError) -> Bytes) {
            self.rows = rows
            self.answer = answer
        }

        func decode(_ frame: ForeignFrame) throws(ImagingError) -> Bytes {
            let carried = try ForeignFrame(encoded: frame.encoded)
            guard carried == frame, frame.rows == rows else { return try carried.decode() }
            frames.withLock { $0.append(frame) }
            return try answer(carried)
        }
    }

    @Test func `frames go through the sandbox as bytes, and come back`() throws {
        let carrier = Carrier(rows: 43) { (frame) throws(ImagingError) in try frame.decode() }
        ForeignCodecs.sandbox = carrier
        defer { ForeignCodecs.sandbox = nil }
        for bits in [8, 12, 16, 20] {
            let frame = try WaveletFixture.frame(rows: 43, columns: 21, bits: bits, signed: bits > 8)
            for codestream in [try JPEG2000Encoder.encode(frame), try HTJ2KEncoder.encode(frame)] {
                #expect(try WaveletFixture.decode(codestream, as: frame, syntax: "90").samples == frame.samples)
            }
        }
        #expect(carrier.frames.withLock { $0.count } == 8)
    }

    @Test func `what HTJ2K's fast decoder refuses or dies of is decoded by the careful one`() throws {
        let frame = try WaveletFixture.frame(rows: 41, columns: 21, bits: 12)
        let codestream = try HTJ2KEncoder.encode(frame)
        let calls = Mutex(0)
        let carrier = Carrier(rows: 41) { (frame) throws(ImagingError) in
            let number = calls.withLock { count in
                count += 1
                return count
            }
            if number == 1 { throw ImagingError(.corrupt, "died") }
            return try frame.decode()
        }
        ForeignCodecs.sandbox = carrier
        defer { ForeignCodecs.sandbox = nil }
        #expect(try WaveletFixture.decode(codestream, as: frame, syntax: "201").samples == frame.samples)
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `a sandbox that fails or answers too little is an error of the frame`() throws {
        let frame = try WaveletFixture.frame(rows: 42, columns: 21, bits: 12)
        let codestream = try JPEG2000Encoder.encode(frame)
        for answer in [Bytes(), Bytes([1, 2, 3])] {
            ForeignCodecs.sandbox = Carrier(rows: 42) { (_) throws(ImagingError) in answer }
            defer { ForeignCodecs.sandbox = nil }
            let error = #expect(throws: ImagingError.self) {
                try WaveletFixture.decode(codestream, as: frame, syntax: "90")
            }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func `what is no frame is refused`() throws {
        let good: [UInt8] = [1, 1, 8, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0xFF]
        #expect(try ForeignFrame(encoded: Bytes(good)).sampleBytes == 16)
        for (place, value) in [(0, 0), (0, 4), (1, 0), (1, 5), (2, 0), (2, 32), (8, 0), (11, 1), (15, 255)] {
            var other = good
            other[place] = UInt8(value)
            #expect(throws: ImagingError.self) { try ForeignFrame(encoded: Bytes(other)) }
        }
        for count in 0..<16 {
            let short = Bytes(Array(good.prefix(count)))
            #expect(throws: ImagingError.self) { try ForeignFrame(encoded: short) }
        }
    }
}
