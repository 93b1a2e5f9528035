import ByteIO
import Foundation
import ObjectStorage
import Testing

/// Figures for `make bench`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct AppendSpeedTests {
    @Test(arguments: [1, 4, 16]) func objectsASecond(callers: Int) async throws {
        let directory = TemporaryDirectory()
        let store = try SegmentStore(directory: directory.path)
        let blob = pattern(1, 532_000)
        let patch = pattern(2, 2000)
        let each = 1600 / callers
        let clock = ContinuousClock()
        let time = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<callers {
                    group.addTask { for _ in 0..<each { _ = try await store.append([[blob], [patch]]) } }
                }
                try await group.waitForAll()
            }
        }
        let address = try await store.append([[blob]])[0]
        let reading = try await clock.measure { for _ in 0..<2000 { _ = try await store.read(address) } }
        print(
            "\(callers) callers: \(Double(each * callers) / (time / .seconds(1))) appends of 532 KB a second, durable;",
            "reading from the page cache \(reading / 2000) each")
    }
}
