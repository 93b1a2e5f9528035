import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Lake
import Testing

/// Figures for `make bench`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct ViewingSpeedTests {
    /// One series of 200 slices: what it costs to look at it, and to take it out.
    @Test func aSeriesSeenAndTakenOut() async throws {
        try await TestLake.with(ownServer: true) { test in
            let people = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let templates = try IngestSpeedTests.templates()
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            for number in 0..<200 {
                let part = await batch.part()
                await part.append(templates[number % templates.count].copy(number))
                await part.finish()
            }
            let verdicts = await batch.finish()
            let uids = verdicts.filter { $0.kind == .accepted }.compactMap(\.instance)
            try #require(uids.count == 200)
            let scope = RetrieveScope(study: verdicts[0].study)
            let viewing = test.lake.viewing

            try await Self.report("display, first", 1) {
                _ = try await viewing.seriesDisplay(verdicts[0].series ?? "", principal: reader)
            }
            try await Self.report("display, again", 200) {
                _ = try await viewing.seriesDisplay(verdicts[0].series ?? "", principal: reader)
            }
            try await Self.report("metadata of 200", 20) {
                var pages = try await viewing.metadata(scope, baseURL: "http://h/dicom-web", principal: reader)
                while try await pages.next() != nil {}
            }
            try await Self.each(uids, "frame", rounds: 20) { _ = try await viewing.frame($0, 1, principal: reader) }
            try await Self.each(uids, "viewer frame, gzip") {
                _ = try await viewing.transport($0, 1, gzip: true, principal: reader)
            }
            var wide = PictureRequest()
            wide.window = try Window(center: 0, width: 2000)
            try await Self.each(uids, "PNG, wide window, first") { [wide] in
                _ = try await viewing.rendered($0, frame: 1, wide, principal: reader)
            }
            try await Self.each(uids, "PNG, again", rounds: 20) { [wide] in
                _ = try await viewing.rendered($0, frame: 1, wide, principal: reader)
            }
            var query = AttributeQuery(.studies)
            query.matches = [.StudyInstanceUID: verdicts[0].study ?? ""]
            try await Self.each(uids, "QIDO by UID", rounds: 10) { [query] _ in
                _ = try await test.lake.catalog.search(query, principal: reader)
            }
            let clock = ContinuousClock()
            let export = try await test.lake.exports.create(project: "CT", filter: StudyFilter(), principal: reader)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            var count = 0
            let time = try await clock.measure {
                for _ in 0..<5 { try await archive.forEachRun(nil) { count += $0.count } }
            }
            print("archive: \(Int(Double(count) / (time / .seconds(1)) / 1e6)) MB/s")
        }
    }

    private static func report(_ name: String, _ rounds: Int, _ body: () async throws -> Void) async throws {
        let time = try await ContinuousClock().measure { for _ in 0..<rounds { try await body() } }
        print("\(name): \(time / rounds)")
    }

    /// Four at a time.
    private static func each(
        _ uids: [String], _ name: String, rounds: Int = 1, _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        for _ in 0..<rounds {
                            for index in stride(from: worker, to: uids.count, by: 4) { try await body(uids[index]) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        print("\(name): \(Int(Double(uids.count * rounds) / (time / .seconds(1)))) a second")
    }
}
