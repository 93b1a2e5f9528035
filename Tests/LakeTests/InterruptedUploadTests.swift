import ByteIO
import Deidentification
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Uploads that end with the server process: their record is ended by the next one.
@Suite struct InterruptedUploadTests {
    /// Waits until `body` holds, for seconds.
    private func eventually(_ body: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<100 {
            if try await body() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func bring(_ batch: IngestBatch, _ files: [Bytes]) async {
        for file in files {
            let part = await batch.part()
            await part.append(file)
            await part.finish()
        }
    }

    /// A lake that was left in the middle of an upload of six files: accepted twice, there already, held, in conflict,
    /// refused.
    private func leave(_ test: TestLake, _ people: People, _ name: String) async throws {
        let batch = try await test.lake.ingest.batch(
            project: people.project, upload: name, principal: people.technologist)
        let images = SyntheticImage.series(2, study: SyntheticImage.uid())
        await bring(batch, images.map(\.bytes))
        var stored = try await eventually { try await test.count("SELECT count(*) FROM instance") == 2 }
        #expect(stored)
        var other = images[0]
        other.seed = 9
        await bring(
            batch,
            [
                images[1].bytes, SyntheticImage.capture(SyntheticImage.uid()).bytes, other.bytes,
                Bytes(utf8: "no image"),
            ])
        stored = try await eventually {
            let upload = try await test.lake.uploads.upload(name, principal: people.technologist)
            return upload.report?.count == 6
        }
        #expect(stored, "what was decided is not written down while the upload goes on")
        withExtendedLifetime(batch) {}
        await test.lake.close()
    }

    @Test func `numbers and report grow while an upload comes in, and the next start ends it as interrupted`()
        async throws
    {
        try await TestLake.with { test in
            let people = try await test.people()
            let name = UUID().uuidString
            try await leave(test, people, name)
            let lake = try await Lake.open(test.configuration)
            let upload = try await lake.uploads.upload(name, principal: people.technologist)
            #expect(upload.interrupted && upload.finishedAt != nil)
            #expect(upload.accepted == 2 && upload.held == 1 && upload.conflict == 1)
            #expect(upload.alreadyThere == 1 && upload.rejected == 1)
            let report = try #require(upload.report)
            #expect(
                report.verdicts == ["accepted": 2, "held": 1, "conflict": 1, "alreadyThere": 1, "rejected": 1])
            #expect(Set(report.reasons.map(\.verdict)) == ["held", "conflict", "rejected"])
            #expect(report.files == 4 && !report.actions.attributes.isEmpty)
            // Three studies: that of the images, with the one in conflict, and that of the capture.
            let events = try await test.count(
                "SELECT sum(count)::bigint FROM access_event WHERE kind = 'ingest' AND detail <> ''")
            #expect(events == 4)
            // The same name goes on; what is finished is not marked, what was interrupted stays so.
            let batch = try await lake.ingest.batch(
                project: people.project, upload: name, principal: people.technologist)
            await bring(batch, [SyntheticImage().bytes])
            await batch.finish()
            let again = try await lake.uploads.upload(name, principal: people.technologist)
            #expect(again.interrupted && again.accepted == 3)
            await lake.close()
            let third = try await Lake.open(test.configuration)
            #expect(try await third.uploads.upload(name, principal: people.technologist) == again)
            await third.close()
        }
    }

    @Test func `what was stored is counted even where nothing had been written down`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let name = UUID().uuidString
            try await leave(test, people, name)
            _ = try await test.database?.query(
                "UPDATE ingest_batch SET report = NULL, accepted = 0, held = 0, conflicts = 0, rejected = 0")
            let lake = try await Lake.open(test.configuration)
            let upload = try await lake.uploads.upload(name, principal: people.technologist)
            #expect(upload.interrupted && upload.accepted == 2 && upload.held == 1 && upload.conflict == 1)
            #expect(upload.report?.verdicts == ["accepted": 2, "held": 1, "conflict": 1])
            #expect(upload.report?.files == 0)
            let finished = try await test.count(
                "SELECT count(*) FROM ingest_batch WHERE interrupted AND finished_at BETWEEN started_at AND now()")
            #expect(finished == 1)
            await lake.close()
        }
    }

    @Test func `an upload of which nothing was stored is interrupted, too, and one that ended is not`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let (empty, whole) = (UUID().uuidString, UUID().uuidString)
            _ = try await test.lake.ingest.batch(
                project: people.project, upload: empty, principal: people.technologist)
            let batch = try await test.lake.ingest.batch(
                project: people.project, upload: whole, principal: people.technologist)
            await bring(batch, [SyntheticImage().bytes])
            await batch.finish()
            await test.lake.close()
            let lake = try await Lake.open(test.configuration)
            let upload = try await lake.uploads.upload(empty, principal: people.technologist)
            #expect(upload.interrupted && upload.accepted == 0 && upload.report == BatchReport())
            let other = try await lake.uploads.upload(whole, principal: people.technologist)
            #expect(!other.interrupted && other.accepted == 1)
            await lake.close()
        }
    }
}
