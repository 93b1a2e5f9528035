import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation
import Testing

/// Figures for `make measure`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct TextDetectorSpeedTests {
    private static let side = 512

    /// A noisy disc on a dark ground, 16 bits, with a name of a middle grey where `text` says so.
    private func slice(text: Bool) throws -> StoredFrame {
        var dice = Dice(3)
        let side = Self.side
        var values = (0..<(side * side)).map { index in
            let (x, y) = (index % side - side / 2, index / side - side / 2)
            let distance = x * x + y * y
            return UInt16((distance < 9000 ? 1900 : distance < 36000 ? 1040 : 20) + dice.roll(60))
        }
        for dot in Lettering.dots("NOBLE 1962", x: 8, y: 9) where text { values[dot.y * side + dot.x] = 1300 }
        return try StoredFrame(
            rows: side, columns: side, bytesPerSample: 2, bitsStored: 12,
            samples: Bytes(values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }))
    }

    @Test func aQuickSearchTakesAsLongAsReadingASlice() throws {
        let clock = ContinuousClock()
        for (effort, name) in [(TextDetector.Effort.quick, "quick"), (.thorough, "thorough")] {
            for text in [false, true] {
                let frame = try slice(text: text)
                let detector = TextDetector(effort)
                #expect(detector.regions(in: frame).isEmpty != text)
                let rounds = effort == .quick && !text ? 1000 : 20
                let times = (0..<5).map { _ in
                    clock.measure { for _ in 0..<rounds { _ = detector.regions(in: frame) } } / rounds
                }
                let microseconds = (times.min() ?? .zero) / .microseconds(1)
                print("text in 512 × 512, 16 bits: \(name) search \(Int(microseconds)) µs, \(text ? "" : "no ")text")
            }
        }
    }
}
