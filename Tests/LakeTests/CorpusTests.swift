import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

/// Every file of the developers' corpus through the pipeline. It lies beside the repository and may be absent.
@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is not here"))
struct CorpusTests {
    @Test func everyFileGetsTheVerdictItShouldAndComesBackBitForBit() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let files = try Corpus.rows().compactMap { row in
                row["path"].map { (path: $0, expected: row["expected"] ?? "") }
            }.filter { $0.expected != "sidecar" }
            #expect(files.count > 100)
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            for file in files {
                let part = await batch.part(name: file.path)
                await part.append(try Corpus.bytes(file.path))
                await part.finish()
            }
            let verdicts = await batch.finish()
            try #require(verdicts.count == files.count)
            for (file, verdict) in zip(files, verdicts) {
                switch file.expected {
                case "parse":
                    #expect(
                        verdict.kind != .rejected,
                        "\(file.path): \(verdict.kind.rawValue), \(verdict.reason ?? "")")
                case "reject": #expect(verdict.kind == .rejected, "\(file.path): \(verdict.kind.rawValue)")
                default: break
                }
                #expect(verdict.failure != .unavailable, "\(file.path): \(verdict.reason ?? "")")
            }
            let kinds = Dictionary(grouping: verdicts, by: \.kind).mapValues(\.count)
            print("corpus:", kinds.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", "))
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
            // Conflicts are kept once for the same content.
            #expect(report.instances == kinds[.accepted] ?? 0)
            #expect(report.rebuilt == report.instances + report.held + report.conflicts)
            #expect(report.held <= kinds[.held] ?? 0 && report.conflicts <= kinds[.conflict] ?? 0)
        }
    }
}
