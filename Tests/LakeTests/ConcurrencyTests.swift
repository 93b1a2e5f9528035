import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

/// Many uploads at once.
@Suite(.serialized) struct ConcurrencyTests {
    @Test func theSameStudyFromEightSidesGivesNoDuplicatesAndNoErrors() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let images = SyntheticImage.series(25, study: SyntheticImage.uid()).map(\.bytes)
            let kinds = try await withThrowingTaskGroup(of: [Verdict].self) { group in
                for side in 0..<8 {
                    group.addTask {
                        let batch = try await test.lake.ingest.batch(
                            project: people.project, principal: people.technologist)
                        // Each in another order.
                        for index in images.indices {
                            let part = await batch.part()
                            await part.append(images[(index * 7 + side * 3) % images.count])
                            await part.finish()
                        }
                        return await batch.finish()
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(kinds.count { $0.kind == .accepted } == 25)
            #expect(kinds.count { $0.kind == .alreadyThere } == 25 * 7)
            #expect(try await test.count("SELECT count(*) FROM subject") == 1)
            #expect(try await test.count("SELECT count(*) FROM study") == 1)
            #expect(try await test.count("SELECT instance_count::bigint FROM study") == 25)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
            #expect(report.instances == 25 && report.unreferenced == 0)
        }
    }

    @Test func manyStudiesOfOnePatientAtOnceMakeOneSubject() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            try await withThrowingTaskGroup(of: Verdict.Kind.self) { group in
                for _ in 0..<16 {
                    let image = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "ONE-AND-THE-SAME")[0]
                    group.addTask {
                        try await test.lake.ingest.instance(
                            image.bytes, project: people.project, principal: people.technologist
                        ).kind
                    }
                }
                for try await kind in group { #expect(kind == .accepted) }
            }
            #expect(try await test.count("SELECT count(*) FROM subject") == 1)
            #expect(try await test.count("SELECT study_count::bigint FROM subject") == 16)
        }
    }

    @Test func verdictsComeInTheOrderOfTheParts() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let images = SyntheticImage.series(40, study: SyntheticImage.uid())
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            let stream = Task {
                var kinds: [Verdict.Kind] = []
                for await verdict in batch.verdicts { kinds.append(verdict.kind) }
                return kinds
            }
            var expected: [Verdict.Kind] = []
            for (index, image) in images.enumerated() {
                let part = await batch.part()
                let isBad = index % 5 == 2
                await part.append(isBad ? Bytes(utf8: "no DICOM") : image.bytes)
                await part.finish()
                expected.append(isBad ? .rejected : .accepted)
            }
            #expect(await batch.finish().map(\.kind) == expected)
            #expect(await stream.value == expected)
        }
    }
}
