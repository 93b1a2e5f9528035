import ByteIO
import DICOMImaging
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Files in conflict that are taken in beside what stands.
@Suite struct ConflictKeepingTests {
    private struct Place {
        let test: TestLake
        let people: People
        let physician: Principal
        var lake: Lake { test.lake }
        var quarantine: Quarantine { test.lake.quarantine }

        init(_ test: TestLake) async throws {
            self.test = test
            people = try await test.people()
            physician = try await test.person("phil", [.physician])
        }

        func bring(_ image: SyntheticImage) async throws -> Verdict {
            try await lake.ingest.instance(image.bytes, project: people.project, principal: people.technologist)
        }

        /// Brings both and gives what waits of the second.
        func conflict(_ first: SyntheticImage, _ second: SyntheticImage) async throws -> ConflictItem {
            #expect(try await bring(first).kind == .accepted)
            #expect(try await bring(second).kind == .conflict)
            return try #require(try await quarantine.overview(principal: people.reviewer).conflicts.first)
        }

        func keep(_ item: ConflictItem, by principal: Principal? = nil) async throws -> ConflictItem {
            try await quarantine.keep(item.id, reason: "both are real", principal: principal ?? people.reviewer)
        }

        func original(_ uid: String) async throws -> Bytes {
            let source = try await lake.originals.original(uid, reason: "check", principal: physician)
            return try source.read(0..<source.count)
        }

        func check(instances: Int, conflicts: Int = 0) async throws {
            let report = try await lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.unreferenced == 0, "\(report.problems)")
            #expect(report.instances == instances && report.conflicts == conflicts)
        }
    }

    private static func image(_ seed: UInt8) -> SyntheticImage {
        var image = SyntheticImage()
        image.seed = seed
        return image
    }

    @Test func `other content under the same UID becomes an image of its own, and the first stays`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            let (first, second) = (Self.image(1), Self.image(9))
            let item = try await place.conflict(first, second)
            let before = try await place.original(item.instance)
            let kept = try await place.keep(item)
            let uid = try #require(kept.keptAs)
            #expect(kept.state == .kept && kept.decisionReason == "both are real" && uid != item.instance)
            #expect(try await place.original(item.instance) == before && before == first.bytes)
            #expect(try await place.original(uid) == second.bytes)
            #expect(try await test.count("SELECT count(*) FROM series") == 1)
            #expect(try await test.count("SELECT instance_count::bigint FROM study") == 2)
            _ = try await place.lake.viewing.frame(uid, 1, principal: place.physician)
            // What it was sealed in as a conflict is gone.
            #expect(try await test.count("SELECT count(*) FROM superseded_blob") == 0)
            try await place.check(instances: 2)
            // The same file again is there, as what it has become.
            let again = try await place.bring(second)
            #expect(again.kind == .alreadyThere && again.instance == uid)
            let events = try await place.lake.accessLog.accesses(study: item.study, principal: place.people.custodian)
            #expect(events.contains { $0.kind == .conflictKeep && $0.purpose == "both are real" })
        }
    }

    @Test func `it is decided once, with a reason, by who may review`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            let item = try await place.conflict(Self.image(1), Self.image(9))
            #expect(await refusalCode { _ = try await place.keep(item, by: place.people.stranger) } == .notFound)
            #expect(
                await refusalCode {
                    _ = try await place.quarantine.keep(item.id, reason: " ", principal: place.people.reviewer)
                } == .invalid)
            let codes = try await withThrowingTaskGroup(of: LakeError.Code?.self) { group in
                for _ in 0..<4 { group.addTask { await refusalCode { _ = try await place.keep(item) } } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 1 && codes.filter { $0 == .conflict }.count == 3)
            #expect(
                await refusalCode {
                    _ = try await place.quarantine.dismiss(item.id, reason: "x", principal: place.people.reviewer)
                } == .conflict)
            #expect(
                await refusalCode {
                    _ = try await place.quarantine.comparison(item.id, principal: place.people.reviewer)
                } == .conflict)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'conflict.keep'") == 1)
            // What the other three had stored is erased again.
            try await place.check(instances: 2)
        }
    }

    @Test func `a study of another patient becomes a study of that patient`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            var other = Self.image(9)
            other.patientID = "ANOTHER-77"
            other.instance = SyntheticImage.uid()
            let item = try await place.conflict(Self.image(1), other)
            let kept = try await place.keep(item)
            let uid = try #require(kept.keptAs)
            // Nothing has its UID: it keeps it.
            #expect(uid == item.instance)
            #expect(try await test.count("SELECT count(*) FROM study") == 2)
            #expect(try await test.count("SELECT count(DISTINCT subject_id) FROM study") == 2)
            #expect(try await place.original(uid) == other.bytes)
            // The next of that series comes to it when it is kept, too.
            var next = other
            next.instance = SyntheticImage.uid()
            next.number = 2
            #expect(try await place.bring(next).kind == .conflict)
            let second = try #require(
                try await place.quarantine.overview(principal: place.people.reviewer).conflicts.first)
            _ = try await place.keep(second)
            #expect(try await test.count("SELECT count(*) FROM study") == 2)
            #expect(try await test.count("SELECT count(*) FROM series") == 2)
            try await place.check(instances: 3)
        }
    }

    @Test func `a series that stands in another study becomes one of its own`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            var other = Self.image(9)
            other.study = SyntheticImage.uid()
            let item = try await place.conflict(Self.image(1), other)
            _ = try await place.keep(item)
            #expect(try await test.count("SELECT count(*) FROM study") == 2)
            #expect(try await test.count("SELECT count(*) FROM series") == 2)
            try await place.check(instances: 2)
        }
    }

    @Test func `what may show a name waits for a look, and is blacked out as any other`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            var capture = SyntheticImage.capture(Self.image(1).instance)
            capture.series = Self.image(1).series
            let item = try await place.conflict(Self.image(1), capture)
            let uid = try #require(try await place.keep(item).keptAs)
            let held = try #require(try await place.lake.review.list(principal: place.people.reviewer).first)
            #expect(held.instance == uid && held.instance != item.instance)
            #expect(try await test.count("SELECT count(*) FROM instance") == 1)
            let box = try #require(PixelRegion(x: 2, y: 2, width: 10, height: 4))
            try await place.lake.review.release(held.id, redacting: [box], principal: place.people.reviewer)
            #expect(try await place.original(uid) == capture.bytes)
            try await place.check(instances: 2)
        }
    }

    @Test func `what has no identity any more takes nothing in`() async throws {
        try await TestLake.with { test in
            let place = try await Place(test)
            let item = try await place.conflict(Self.image(1), Self.image(9))
            _ = try await test.database?.query("UPDATE study_key SET identity_key_wrapped = NULL")
            let lake = place.lake
            await lake.close()
            let again = try await Lake.open(test.configuration)
            let code = await refusalCode {
                _ = try await again.quarantine.keep(item.id, reason: "x", principal: place.people.reviewer)
            }
            #expect(code == .conflict)
            #expect(try await test.count("SELECT count(*) FROM conflict WHERE state = 'waiting'") == 1)
            await again.close()
        }
    }
}
