import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

/// The way in, on a real PostgreSQL and real segments.
@Suite(.serialized) struct IngestTests {
    @Test func oneInstanceIsAcceptedAndComesBackBitForBit() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let original = SyntheticImage().bytes
            let verdict = try await test.lake.ingest.instance(
                original, name: "Plantedname/scan 1.dcm", project: people.project, principal: people.technologist)
            #expect(verdict.kind == .accepted)
            #expect(verdict.reason == nil)
            let uid = try #require(verdict.instance)
            #expect(uid != SyntheticImage().instance)
            #expect(verdict.study != SyntheticImage().study)
            let back = try await test.lake.originals.original(
                uid, reason: "test of the way back", principal: people.custodian)
            #expect(try back.read(0..<back.count) == original)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
            #expect(report.instances == 1 && report.rebuilt == 1 && report.unreferenced == 0)
        }
    }

    @Test func theSameAgainWritesNothingAndOtherContentIsAConflict() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let image = SyntheticImage()
            var other = image
            other.seed = 77
            func bring(_ image: SyntheticImage) async throws -> Verdict {
                try await test.lake.ingest.instance(
                    image.bytes, project: people.project, principal: people.technologist)
            }
            let first = try await bring(image)
            let before = test.storedBytes()
            let second = try await bring(image)
            #expect(second.kind == .alreadyThere)
            #expect(second.instance == first.instance)
            #expect(test.storedBytes() == before)
            let third = try await bring(other)
            #expect(third.kind == .conflict)
            #expect(third.reason?.contains("(0008,0018)") == true)
            let kept = test.storedBytes()
            #expect(kept > before)
            #expect(try await bring(other).kind == .conflict)
            #expect(test.storedBytes() == kept)
            // The first stands where it stood.
            let back = try await test.lake.originals.original(
                try #require(first.instance), reason: "test", principal: people.custodian)
            #expect(try back.read(0..<back.count) == image.bytes)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
            #expect(report.instances == 1 && report.conflicts == 1 && report.rebuilt == 2)
        }
    }

    @Test func whatIsNotDICOMOrCutShortIsRejectedAndTheRestGoesOn() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            let good = SyntheticImage.series(2, study: SyntheticImage.uid())
            let bad = [Bytes(utf8: "hello"), Bytes(), Bytes([UInt8](repeating: 0xFF, count: 4096))]
            for bytes in [good[0].bytes] + bad + [good[1].bytes] {
                let part = await batch.part()
                // In uneven chunks, as a network brings them.
                var offset = 0
                while offset < bytes.count {
                    await part.append(bytes[clamping: offset..<(offset + 777)])
                    offset += 777
                }
                await part.finish()
            }
            let verdicts = await batch.finish()
            #expect(verdicts.map(\.kind) == [.accepted, .rejected, .rejected, .rejected, .accepted])
            #expect(verdicts[1].failure == .notDICOM)
            for verdict in verdicts where verdict.kind == .rejected { #expect(verdict.reason?.isEmpty == false) }
        }
    }

    @Test func everyTruncationGetsAVerdictAndNothingTraps() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let whole = SyntheticImage().bytes
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            let cuts = stride(from: 0, to: whole.count, by: 37).map { $0 }
            for cut in cuts {
                let part = await batch.part()
                await part.append(whole[clamping: 0..<cut])
                await part.finish()
            }
            let verdicts = await batch.finish()
            #expect(verdicts.count == cuts.count)
            // Cut between two elements a file looks whole: with the same SOP Instance UID at most one can stand, without
            // UIDs or pixels it is held.
            #expect(verdicts.count { $0.kind == .accepted } <= 1)
            #expect(verdicts.contains { $0.kind == .rejected })
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
        }
    }

    @Test func aStrangerLearnsOnlyThatThereIsNoSuchProject() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            for principal in [people.stranger, people.auditor] {
                await #expect(throws: LakeError.self) {
                    try await test.lake.ingest.batch(project: people.project, principal: principal)
                }
            }
            let error = await #expect(throws: LakeError.self) {
                try await test.lake.ingest.batch(project: people.project, principal: people.stranger)
            }
            let unknown = await #expect(throws: LakeError.self) {
                try await test.lake.ingest.batch(project: "NO-SUCH", principal: people.technologist)
            }
            #expect(error?.code == .notFound && unknown?.code == .notFound)
        }
    }

    @Test func studiesWithoutAPatientIDNeverShareASubject() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            var images: [SyntheticImage] = []
            for patient in ["", "", "A-1", " a-1 ", "A-2"] {
                images += SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: patient)
            }
            var studies: [String] = []
            for image in images {
                let verdict = try await test.lake.ingest.instance(
                    image.bytes, project: people.project, principal: people.technologist)
                studies.append(try #require(verdict.study))
            }
            #expect(Set(studies).count == 5)
            // Two that stand alone, A-1 in two spellings, A-2.
            #expect(try await test.count("SELECT count(*) FROM subject") == 4)
            #expect(try await test.count("SELECT count(*) FROM subject WHERE study_count = 2") == 1)
            #expect(try await test.count("SELECT count(*) FROM subject WHERE NOT matched") == 2)
        }
    }

    @Test func anotherPatientInAStudyIsAConflict() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            var images = SyntheticImage.series(3, study: SyntheticImage.uid(), patientID: "P-1")
            images[1].patientID = "P-2"
            images[2].issuer = "HOSPITAL"
            var kinds: [Verdict.Kind] = []
            for image in images {
                kinds.append(
                    try await test.lake.ingest.instance(
                        image.bytes, project: people.project, principal: people.technologist
                    ).kind)
            }
            #expect(kinds == [.accepted, .conflict, .accepted])
        }
    }

    @Test func aSeriesUIDOfAnotherStudyIsAConflict() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let first = SyntheticImage.series(1, study: SyntheticImage.uid())[0]
            var second = SyntheticImage.series(1, study: SyntheticImage.uid())[0]
            second.series = first.series
            for (image, kind) in [(first, Verdict.Kind.accepted), (second, .conflict)] {
                let verdict = try await test.lake.ingest.instance(
                    image.bytes, project: people.project, principal: people.technologist)
                #expect(verdict.kind == kind)
            }
        }
    }

    @Test func largeInstancesGoThroughTheSpool() async throws {
        let change: (inout LakeConfiguration) -> Void = { $0.memoryLimit = 1 << 20 }
        try await TestLake.with(change: change) { test in
            let people = try await test.people()
            var image = SyntheticImage()
            image.side = 512
            image.frames = 12
            let original = image.bytes
            #expect(original.count > 4 << 20)
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            let part = await batch.part()
            var offset = 0
            while offset < original.count {
                await part.append(original[clamping: offset..<(offset + 100_000)])
                offset += 100_000
            }
            await part.finish()
            let verdict = try #require(await batch.finish().first)
            #expect(verdict.kind == .accepted, "\(verdict.reason ?? "")")
            let back = try await test.lake.originals.original(
                try #require(verdict.instance), reason: "test", principal: people.custodian)
            #expect(try back.read(0..<back.count) == original)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound, "\(report.problems)")
            let spool = try FileManager.default.contentsOfDirectory(atPath: test.configuration.dataDirectory + "/spool")
            #expect(spool.isEmpty)
        }
    }

    @Test func whatIsTooLargeIsRefusedWithoutBeingKept() async throws {
        let change: (inout LakeConfiguration) -> Void = { $0.maximumInstanceBytes = 10_000 }
        try await TestLake.with(change: change) { test in
            let people = try await test.people()
            var image = SyntheticImage()
            image.side = 128
            let verdict = try await test.lake.ingest.instance(
                image.bytes, project: people.project, principal: people.technologist)
            #expect(verdict.failure == .tooLarge)
            let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
            let part = await batch.part()
            await part.append(image.bytes)
            await part.finish()
            let gone = await batch.part()
            await gone.append(SyntheticImage().bytes)
            await gone.cancel()
            #expect(await batch.finish().map(\.failure) == [.tooLarge])
        }
    }

    @Test func reopeningFindsEverythingThere() async throws {
        let directory = TestLake.temporary()
        let image = SyntheticImage()
        let first = try await TestLake(ownServer: true, in: directory)
        let people = try await first.people()
        let verdict = try await first.lake.ingest.instance(
            image.bytes, project: people.project, principal: people.technologist)
        await first.close()
        let second = try await TestLake(ownServer: true, in: directory)
        let back = try await second.lake.originals.original(
            try #require(verdict.instance), reason: "test", principal: people.custodian)
        #expect(try back.read(0..<back.count) == image.bytes)
        #expect(
            try await second.lake.ingest.instance(
                image.bytes, project: people.project, principal: people.technologist
            ).kind == .alreadyThere)
        #expect(try await second.lake.fsck.run(deep: true, principal: people.operator).isSound)
        await second.remove()
    }

    @Test func aMasterKeyInsideTheDataDirectoryIsRefused() async throws {
        let directory = TestLake.temporary()
        defer { try? FileManager.default.removeItem(at: directory) }
        let error = await #expect(throws: LakeError.self) {
            try await TestLake(ownServer: true, in: directory) {
                $0.masterKeyFile = $0.dataDirectory + "/run/../master.key"
            }
        }
        #expect(error?.code == .invalid)
    }
}
