import ByteIO
import ContentAddressing
import Foundation
import Testing

/// Figures for `make measure`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct ContentAddressingSpeedTests {
    let content: Bytes
    let clock = ContinuousClock()

    init() {
        // Chunks that differ, as a file's do.
        content = Bytes((0..<(256 << 20)).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 20) })
    }

    func rate(_ time: Duration) -> Double { Double(content.count) / (time / .seconds(1)) / 1e6 }

    @Test func commitmentsAndArchivesAreMadeFastEnough() throws {
        var hasher = PieceHasher()
        let committing = try clock.measure {
            try hasher.update(content)
            _ = hasher.commitment()
        }
        var written = 0
        var writer = CARWriter()
        var builder = UnixFSBuilder()
        let packing = clock.measure {
            builder.append(content) { block in for run in writer.append(block) { written += run.count } }
            _ = builder.finishFile { block in for run in writer.append(block) { written += run.count } }
        }
        #expect(written > content.count)
        print("piece commitment \(rate(committing)) MB/s, packing in memory \(rate(packing)) MB/s")
        #expect(rate(committing) > 450)
        #expect(rate(packing) > 1000)
    }
}
