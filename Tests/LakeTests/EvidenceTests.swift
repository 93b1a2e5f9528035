import ByteIO
import Deidentification
import Foundation
import Lake
import TestMaterial
import Testing

/// The record of uploads: what was done to which attribute, why files did not get in, and who may read it.
@Suite(.serialized) struct EvidenceTests {
    /// What no report may hold.
    private static let planted = [
        "PLANTED", "Plantedname", "Plantedhospital", "Plantedreferrer", "19511123", "20210304",
    ]

    private static func image(_ instance: String, seed: UInt8 = 1) -> SyntheticImage {
        var image = SyntheticImage()
        image.instance = instance
        image.seed = seed
        return image
    }

    private func bring(_ batch: IngestBatch, _ files: [Bytes]) async -> [Verdict] {
        for file in files {
            let part = await batch.part()
            await part.append(file)
            await part.finish()
        }
        return await batch.finish()
    }

    @Test func `an upload of several requests has one report with counts and reasons and no values`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let name = UUID().uuidString
            let first = Self.image(SyntheticImage.uid())
            let capture = SyntheticImage.capture(SyntheticImage.uid())
            for files in [[first.bytes, Bytes(utf8: "no image")], [first.bytes, capture.bytes]] {
                let batch = try await test.lake.ingest.batch(
                    project: people.project, upload: name, principal: people.technologist)
                _ = await bring(batch, files)
            }
            let upload = try await test.lake.uploads.upload(name, principal: people.technologist)
            #expect(upload.accepted == 1 && upload.alreadyThere == 1 && upload.held == 1 && upload.rejected == 1)
            #expect(upload.finishedAt != nil && upload.profileVersions == [1] && upload.project == people.project)
            let report = try #require(upload.report)
            #expect(report.verdicts == ["accepted": 1, "alreadyThere": 1, "held": 1, "rejected": 1])
            #expect(Set(report.reasons.map(\.verdict)) == ["held", "rejected"])
            #expect(report.reasons.allSatisfy { $0.count == 1 && !$0.reason.isEmpty })
            // What was there already was not touched again.
            #expect(report.files == 2)
            let attributes = report.actions.attributes
            let patient = attributes.filter { $0.key.attribute == "PatientName" }
            #expect(patient.values.reduce(0, +) == 2 && patient.keys.allSatisfy { $0.action == .replaced })
            #expect(attributes.contains { $0.key.action == .mapped && $0.key.attribute == "StudyInstanceUID" })
            let text = String(decoding: try JSONEncoder().encode(upload), as: UTF8.self)
            for value in Self.planted + [first.instance, capture.instance] { #expect(!text.contains(value)) }
        }
    }

    @Test func `uploads are listed newest first, by project, to who uploads, reviews or audits there`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            var names: [String] = []
            for _ in 0..<3 {
                let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
                _ = await bring(batch, [Self.image(SyntheticImage.uid()).bytes])
                names.append(
                    try #require(
                        try await test.lake.uploads.list(principal: people.technologist).uploads.first?.id))
            }
            #expect(Set(names).count == 3)
            let page = try await test.lake.uploads.list(limit: 2, principal: people.reviewer)
            #expect(page.uploads.map(\.id) == [names[2], names[1]])
            let rest = try await test.lake.uploads.list(cursor: page.next, limit: 2, principal: people.reviewer)
            #expect(rest.uploads.map(\.id) == [names[0]] && rest.next == nil)
            #expect(try await test.lake.uploads.list(project: "OTHER", principal: people.reviewer).uploads.isEmpty)
            #expect(try await test.lake.uploads.list(principal: people.stranger).uploads.isEmpty)
            let hidden = await #expect(throws: LakeError.self) {
                try await test.lake.uploads.upload(names[0], principal: people.stranger)
            }
            #expect(hidden?.code == .notFound)
            let cursor = await #expect(throws: LakeError.self) {
                try await test.lake.uploads.list(cursor: "x", principal: people.reviewer)
            }
            #expect(cursor?.code == .invalid)
        }
    }

    @Test func `the name of an upload is checked and belongs to who drew it`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            for name in ["short", "with a blank", "../../../etc", String(repeating: "a", count: 65)] {
                let refused = await #expect(throws: LakeError.self) {
                    try await test.lake.ingest.batch(
                        project: people.project, upload: name, principal: people.technologist)
                }
                #expect(refused?.code == .invalid)
            }
            let name = UUID().uuidString
            let batch = try await test.lake.ingest.batch(
                project: people.project, upload: name, principal: people.technologist)
            await batch.finish()
            let taken = await #expect(throws: LakeError.self) {
                try await test.lake.ingest.batch(project: people.project, upload: name, principal: people.operator)
            }
            #expect(taken?.code == .conflict)
        }
    }

    @Test func `a batch that never ended is shown as not finished`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let name = UUID().uuidString
            let batch = try await test.lake.ingest.batch(
                project: people.project, upload: name, principal: people.technologist)
            let upload = try await test.lake.uploads.upload(name, principal: people.technologist)
            #expect(upload.finishedAt == nil && upload.accepted == 0 && upload.report == BatchReport())
            await batch.finish()
        }
    }

    // MARK: Quarantine

    @Test func `what did not get in stands in one place with its reason`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let lake = test.lake
            let uid = SyntheticImage.uid()
            let image = Self.image(uid)
            for file in [
                image.bytes, Self.image(uid, seed: 9).bytes, SyntheticImage.capture(SyntheticImage.uid()).bytes,
                SyntheticImage.capture(SyntheticImage.uid()).bytes, image.bytes[clamping: 0..<400],
            ] {
                _ = try await lake.ingest.instance(file, project: people.project, principal: people.technologist)
            }
            let held = try await lake.review.list(principal: people.reviewer)
            _ = try await lake.review.reject(held[0].id, reason: "a name", principal: people.reviewer)
            let overview = try await lake.quarantine.overview(principal: people.reviewer)
            #expect(overview.held.map(\.count) == [1] && overview.held.allSatisfy { !$0.reason.isEmpty })
            #expect(overview.conflicts.count == 1 && overview.refused.map(\.id) == [held[0].id])
            #expect(overview.notStored.count == 1 && overview.notStored[0].reasons.map(\.count) == [1])
            #expect(overview.notStored[0].reasons[0].reason.hasPrefix("unreadable"))
            let none = try await lake.quarantine.overview(project: "OTHER", principal: people.reviewer)
            #expect(none.held.isEmpty && none.conflicts.isEmpty && none.refused.isEmpty && none.notStored.isEmpty)
            let stranger = try await lake.quarantine.overview(principal: people.stranger)
            #expect(stranger.held.isEmpty && stranger.conflicts.isEmpty && stranger.notStored.isEmpty)
        }
    }

    @Test func `a conflict is compared after de-identification, dismissed once, and stays sealed`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let lake = test.lake
            let uid = SyntheticImage.uid()
            let files = [Self.image(uid).bytes, Self.image(uid, seed: 9).bytes]
            for file in files {
                _ = try await lake.ingest.instance(file, project: people.project, principal: people.technologist)
            }
            let item = try #require(
                try await lake.quarantine.overview(principal: people.reviewer).conflicts.first)
            #expect(item.state == .waiting && !item.reason.isEmpty)
            let comparison = try await lake.quarantine.comparison(item.id, principal: people.reviewer)
            #expect(comparison.standing == "published" && comparison.hasSamePixels == false)
            let text = String(decoding: try JSONEncoder().encode(comparison), as: UTF8.self)
            for value in Self.planted { #expect(!text.contains(value)) }
            let unreasoned = await #expect(throws: LakeError.self) {
                try await lake.quarantine.dismiss(item.id, reason: " ", principal: people.reviewer)
            }
            #expect(unreasoned?.code == .invalid)
            let hidden = await #expect(throws: LakeError.self) {
                try await lake.quarantine.dismiss(item.id, reason: "x", principal: people.stranger)
            }
            #expect(hidden?.code == .notFound)
            let dismissed = try await lake.quarantine.dismiss(item.id, reason: "sent twice", principal: people.reviewer)
            #expect(dismissed.state == .dismissed && dismissed.decisionReason == "sent twice")
            let again = await #expect(throws: LakeError.self) {
                try await lake.quarantine.dismiss(item.id, reason: "again", principal: people.reviewer)
            }
            #expect(again?.code == .conflict)
            #expect(try await lake.quarantine.overview(principal: people.reviewer).conflicts.isEmpty)
            #expect(try await test.count("SELECT count(*) FROM instance") == 1)
            #expect(
                try await test.count("SELECT count(*) FROM access_event WHERE kind = 'conflict.dismiss'") == 1)
            let report = try await lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.conflicts == 1, "\(report.problems)")
        }
    }

    // MARK: Numbers

    @Test func `reports add up, and what differs only in an offset counts together`() {
        var report = BatchReport()
        report.add(verdict: "rejected", reason: "truncated at offset 1234: the value")
        report.add(verdict: "rejected", reason: "truncated at offset 99: the value")
        report.add(verdict: "held", reason: "ultrasound")
        report.add(verdict: "accepted")
        #expect(report.count == 4 && report.verdicts["rejected"] == 2)
        #expect(report.reasons.map(\.count) == [2, 1])
        #expect(report.reasons[0].reason == "truncated: the value")
        var sum = report
        sum.add(report)
        #expect(sum.count == 8 && sum.reasons.map(\.count) == [4, 2])
    }

    @Test func `a flood of different reasons is cut and its number kept`() {
        var report = BatchReport()
        for index in 0..<1000 { report.add(verdict: "rejected", reason: "reason \(index)") }
        #expect(report.reasons.count <= BatchReport.maximumReasons + 1)
        #expect(report.reasons.map(\.count).reduce(0, +) == 1000)
    }
}
