import ByteIO
import DICOM
import Foundation
import Lake
import TestMaterial
import Testing

/// Figures for `make bench`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct IngestSpeedTests {
    /// 2,000 CT slices of 532 KB with real headers where the corpus is there, each with UIDs of its own.
    @Test(arguments: [1, 4]) func instancesASecond(uploads: Int) async throws {
        try await TestLake.with(ownServer: true) { test in
            let people = try await test.people()
            let templates = try Self.templates()
            let clock = ContinuousClock()
            let each = 2000 / uploads
            let start = clock.now
            try await withThrowingTaskGroup(of: Int.self) { group in
                for upload in 0..<uploads {
                    group.addTask {
                        var accepted = 0
                        for first in stride(from: 0, to: each, by: 20) {
                            let batch = try await test.lake.ingest.batch(
                                project: people.project, principal: people.technologist)
                            for number in first..<(first + 20) {
                                let part = await batch.part()
                                await part.append(templates[number % templates.count].copy(upload * each + number))
                                await part.finish()
                            }
                            accepted += await batch.finish().count { $0.kind == .accepted }
                        }
                        return accepted
                    }
                }
                let accepted = try await group.reduce(0, +)
                #expect(accepted == 2000)
            }
            let time = clock.now - start
            print("\(uploads) uploads: \(Int(2000 / (time / .seconds(1)))) instances of 532 KB a second, durable")
        }
    }

    /// A file and where its SOP Instance UID stands.
    struct Template: Sendable {
        let bytes: [UInt8]
        let places: [Int]

        /// The file with other digits at the end of its SOP Instance UID.
        func copy(_ number: Int) -> Bytes {
            var copy = bytes
            let digits = Array(String(100_000 + number).utf8)
            for place in places { copy.replaceSubrange(place..<(place + 6), with: digits) }
            return Bytes(copy)
        }
    }

    static func templates() throws -> [Template] {
        guard let corpus = Corpus.directory else {
            return (1...20).map { number in
                var image = SyntheticImage()
                image.side = 512
                image.seed = UInt8(number)
                return template(image.bytes)
            }
        }
        let series = corpus.appendingPathComponent("01_series_ct/philips_phantom_1mm_100of140")
        return try FileManager.default.contentsOfDirectory(atPath: series.path).sorted().map {
            template(Bytes([UInt8](try Data(contentsOf: series.appendingPathComponent($0)))))
        }
    }

    private static func template(_ bytes: Bytes) -> Template {
        let file = try? DICOMFile.read(bytes)
        let uid = Array((file?.dataSet.string(.SOPInstanceUID) ?? "").utf8)
        let head = bytes.prefix(4096).map { $0 }
        let places = (0..<(head.count - uid.count)).filter { head[$0..<($0 + uid.count)].elementsEqual(uid) }
        return Template(bytes: bytes.array, places: places.map { $0 + uid.count - 6 })
    }
}
