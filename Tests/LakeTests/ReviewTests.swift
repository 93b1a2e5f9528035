import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

/// What may show burned-in text, from the upload to a person's decision.
@Suite(.serialized) struct ReviewTests {
    @Test func aSecondaryCaptureIsHeldShownToAReviewerAndPublishedAfterRelease() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let capture = SyntheticImage.capture(SyntheticImage.uid())
            let verdict = try await test.lake.ingest.instance(
                capture.bytes, project: people.project, principal: people.technologist)
            #expect(verdict.kind == .held)
            #expect(verdict.reason?.isEmpty == false)
            // Nothing of it is in the catalogue.
            #expect(try await test.count("SELECT count(*) FROM study") == 0)
            #expect(try await test.count("SELECT count(*) FROM instance") == 0)
            await #expect(throws: LakeError.self) {
                try await test.lake.originals.original(
                    verdict.instance ?? "", reason: "test", principal: people.custodian)
            }
            let item = try #require(try await test.lake.review.list(principal: people.reviewer).first)
            #expect(item.instance == verdict.instance && item.rows == 32 && item.frames == 1)
            let png = try await test.lake.review.rendered(item.id, frame: 1, principal: people.reviewer)
            #expect(png.prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]))
            await #expect(throws: LakeError.self) {
                try await test.lake.review.rendered(item.id, frame: 2, principal: people.reviewer)
            }
            #expect(try await test.lake.review.list(principal: people.stranger).isEmpty)
            let hidden = await #expect(throws: LakeError.self) {
                try await test.lake.review.held(item.id, principal: people.stranger)
            }
            #expect(hidden?.code == .notFound)
            // The same again waits with the first.
            #expect(
                try await test.lake.ingest.instance(
                    capture.bytes, project: people.project, principal: people.technologist
                ).kind == .held)
            #expect(try await test.count("SELECT count(*) FROM held") == 1)
            let released = try await test.lake.review.release(item.id, principal: people.reviewer)
            #expect(released.state == .released)
            #expect(try await test.count("SELECT instance_count::bigint FROM study") == 1)
            let again = await #expect(throws: LakeError.self) {
                try await test.lake.review.release(item.id, principal: people.reviewer)
            }
            #expect(again?.code == .conflict)
            #expect(
                try await test.lake.ingest.instance(
                    capture.bytes, project: people.project, principal: people.technologist
                ).kind == .alreadyThere)
            let back = try await test.lake.originals.original(
                try #require(verdict.instance), reason: "test", principal: people.custodian)
            #expect(try back.read(0..<back.count) == capture.bytes)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.instances == 1 && report.held == 0, "\(report.problems)")
        }
    }

    @Test func whatIsRejectedStaysSealedAndIsNeverPublished() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let capture = SyntheticImage.capture(SyntheticImage.uid())
            _ = try await test.lake.ingest.instance(
                capture.bytes, project: people.project, principal: people.technologist)
            let item = try #require(try await test.lake.review.list(principal: people.reviewer).first)
            let empty = await #expect(throws: LakeError.self) {
                try await test.lake.review.reject(item.id, reason: "  ", principal: people.reviewer)
            }
            #expect(empty?.code == .invalid)
            let rejected = try await test.lake.review.reject(
                item.id, reason: "a label shows a name", principal: people.reviewer)
            #expect(rejected.state == .rejected && rejected.decisionReason == "a label shows a name")
            #expect(try await test.lake.review.list(principal: people.reviewer).isEmpty)
            let late = await #expect(throws: LakeError.self) {
                try await test.lake.review.release(item.id, principal: people.reviewer)
            }
            #expect(late?.code == .conflict)
            let again = try await test.lake.ingest.instance(
                capture.bytes, project: people.project, principal: people.technologist)
            #expect(again.kind == .rejected && again.failure == .refused)
            #expect(try await test.count("SELECT count(*) FROM instance") == 0)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.held == 1, "\(report.problems)")
        }
    }
}
