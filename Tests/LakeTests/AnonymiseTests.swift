import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// The identity goes for good, the images stay.
@Suite struct AnonymiseTests {
    private func anonymise(
        _ place: ErasurePlace, _ code: String? = nil, reason: String = "the project ends", confirm: String? = nil,
        by principal: Principal? = nil, project: String = "CT"
    ) async throws -> Anonymisation {
        let code = code ?? place.subjects[0]
        return try await place.lake.anonymisations.anonymise(
            subject: code, project: project, reason: reason, confirmation: confirm ?? code,
            principal: principal ?? place.people.custodian)
    }

    /// Refuses what is held of the first patient: it stands in the way.
    private func decide(_ place: ErasurePlace) async throws {
        let held = try await place.lake.review.list(principal: place.people.reviewer)
        for item in held where item.study == place.studies[0] {
            _ = try await place.lake.review.reject(item.id, reason: "a name", principal: place.people.reviewer)
        }
    }

    @Test func `no original can be had any more, and every image is as it was`() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            let lake = test.lake
            let before = try await lake.viewing.frame(place.instances[0], 1, principal: place.physician)
            for instance in [place.instances[0], place.instances[3]] {
                _ = try await lake.originals.original(instance, reason: "check", principal: place.physician)
            }
            // What is held may show a name, and what redacts it needs the original.
            do {
                _ = try await anonymise(place)
                Issue.record("held images were forgotten")
            } catch let error as LakeError {
                #expect(error.code == .conflict && error.reason.contains("held"), "\(error)")
            }
            _ = try await lake.originals.original(place.instances[0], reason: "check", principal: place.physician)
            try await decide(place)
            let done = try await anonymise(place)
            let counts = done.counts
            #expect(done.state == .done && done.unswept == [] && done.by == "cuno" && done.study == nil)
            #expect(done.subject == place.subjects[0] && done.reason == "the project ends")
            // Three patches; object and patch of what was refused and of what was in conflict.
            #expect(counts.studies == 1 && counts.instances == 3 && counts.removed == 2 && counts.blobs == 7)
            #expect(counts.reports == 1 && counts.others == 0 && counts.bytes > 0)

            for instance in place.instances.prefix(3) {
                #expect(
                    await refusalCode {
                        _ = try await lake.originals.original(instance, reason: "check", principal: place.physician)
                    } == .notFound)
            }
            let after = try await lake.viewing.frame(place.instances[0], 1, principal: place.physician)
            #expect(before.bytes == after.bytes)
            let study = try await lake.catalog.study(place.studies[0], principal: place.physician).study
            #expect(study.anonymous && study.subject == place.subjects[0])
            #expect(try await !lake.catalog.study(place.studies[1], principal: place.physician).study.anonymous)
            // The report stays without what was taken out of it.
            let reports = try await lake.reports.list(study: place.studies[0], principal: place.physician)
            #expect(reports.count == 1 && !reports[0].text.contains("Plantedname"))
            #expect(try await test.count("SELECT count(*) FROM report_version WHERE as_written IS NOT NULL") == 1)

            // The other patient has everything still, and the store is sound.
            for instance in place.instances.suffix(3) {
                _ = try await lake.originals.original(instance, reason: "check", principal: place.physician)
            }
            let report = try await lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(report.isSound && report.instances == 6 && report.rebuilt == 5 && report.erased == 7)
            let kept = try await lake.exports.archive(place.otherExport, principal: place.physician)
            #expect(try await collect { try await kept.forEachRun(nil, $0) }.count == Int(kept.count))

            // Once more is no error and the same; it is listed, for who may know.
            #expect(try await anonymise(place, reason: "again") == done)
            #expect(try await lake.anonymisations.list(principal: place.people.custodian) == [done])
            #expect(try await lake.anonymisations.list(principal: place.people.auditor) == [])
            let events = try await lake.accessLog.accesses(
                study: place.studies[0], principal: place.people.custodian)
            #expect(events.contains { $0.kind == .anonymise && $0.purpose == "the project ends" })
            // And the patient can still be erased.
            _ = try await place.erase()
            let last = try await lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(last.isSound && last.instances == 3, "\(last.problems)")
        }
    }

    @Test func `nothing is added to who was anonymised, and another patient comes in`() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            try await decide(place)
            _ = try await anonymise(place)
            var image = SyntheticImage.series(1, study: SyntheticImage.uid())[0]
            let new = try await test.lake.ingest.instance(
                image.bytes, project: "CT", principal: place.people.technologist)
            #expect(new.kind == .rejected && new.reason?.contains("destroyed") == true, "\(new)")
            image.patientID = "ANOTHER-ID"
            image.instance = SyntheticImage.uid()
            image.study = SyntheticImage.uid()
            image.series = image.study + ".1"
            #expect(try await test.bring([image])[0].kind == .accepted)
            #expect(try await test.count("SELECT count(*) FROM subject") == 3)
            // Nothing of what was refused stays: no row, no bytes.
            let report = try await test.lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(report.isSound && report.unreferenced == 0, "\(report)")
        }
    }

    @Test func `one study alone says how many others still tell whose it is`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let physician = try await test.person("phil", [.physician])
            let lake = test.lake
            var instances: [String] = []
            var studies: [String] = []
            for _ in 0..<2 {
                let verdicts = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
                instances += verdicts.compactMap(\.instance)
                studies += verdicts.compactMap(\.study)
            }
            let code = try await lake.catalog.study(studies[0], principal: physician).study.subject
            func anonymise(_ study: String, _ confirm: String, _ who: Principal) async throws -> Anonymisation {
                try await lake.anonymisations.anonymise(
                    study: study, reason: "wrong project", confirmation: confirm, principal: who)
            }
            #expect(await refusalCode { _ = try await anonymise(studies[0], "x", people.custodian) } == .invalid)
            #expect(await refusalCode { _ = try await anonymise(studies[0], code, physician) } == .notFound)
            #expect(await refusalCode { _ = try await anonymise("1.2.3\0", code, people.custodian) } == .notFound)
            let done = try await anonymise(studies[0], code, people.custodian)
            #expect(done.study == studies[0] && done.counts.studies == 1 && done.counts.others == 1)
            #expect(
                await refusalCode {
                    _ = try await lake.originals.original(instances[0], reason: "check", principal: physician)
                } == .notFound)
            _ = try await lake.originals.original(instances[1], reason: "check", principal: physician)
            #expect(try await anonymise(studies[0], code, people.custodian) == done)
            // The patient may come again, not to that study.
            #expect(
                try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))[0].kind == .accepted)
            let report = try await lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.rebuilt == 2)
        }
    }

    @Test func `who may not learns nothing, a hold forbids it, and a confirmation is wanted`() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            try await decide(place)
            for principal in [
                place.physician, place.annie, place.people.auditor, place.people.technologist, place.people.stranger,
            ] {
                #expect(await refusalCode { _ = try await anonymise(place, by: principal) } == .notFound)
            }
            #expect(await refusalCode { _ = try await anonymise(place, "NOBODY") } == .notFound)
            #expect(await refusalCode { _ = try await anonymise(place, project: "OTHER") } == .notFound)
            #expect(await refusalCode { _ = try await anonymise(place, confirm: place.subjects[1]) } == .invalid)
            #expect(await refusalCode { _ = try await anonymise(place, reason: " ") } == .invalid)
            _ = try await place.lake.retention.setHold(
                place.studies[0], scope: .subject, reason: "lawsuit", principal: place.people.custodian)
            #expect(await refusalCode { _ = try await anonymise(place) } == .conflict)
            _ = try await place.lake.originals.original(
                place.instances[0], reason: "check", principal: place.physician)
            _ = try await place.lake.retention.setHold(
                place.studies[0], scope: .subject, reason: nil, principal: place.people.custodian)
            #expect(try await anonymise(place).state == .done)
        }
    }

    /// What a crash leaves: the key is gone, patches and traces are not.
    @Test(arguments: ["bytes", "traces"]) func `what a crash left is ended`(state: String) async throws {
        let test = try await TestLake()
        let place = try await ErasurePlace(test)
        let database = try #require(test.database)
        let patch = try await database.single(
            "SELECT patch_segment, patch_offset, patch_length FROM instance ORDER BY id LIMIT 1")
        try await decide(place)
        let done = try await anonymise(place)
        _ = try await database.query("UPDATE anonymisation SET state = $1, ended_at = NULL", [state])
        if state == "bytes" {
            _ = try await database.query(
                "INSERT INTO anonymisation_blob VALUES ($1, $2, $3, $4)",
                [
                    done.id, try patch.decode("patch_segment", as: Int64.self),
                    try patch.decode("patch_offset", as: Int64.self), try patch.decode("patch_length", as: Int64.self),
                ])
        }
        await test.lake.close()
        let again = try await Lake.open(test.configuration)
        #expect(
            try await again.anonymisations.anonymise(
                subject: place.subjects[0], project: "CT", reason: "again", confirmation: place.subjects[0],
                principal: place.people.custodian) == done)
        #expect(try await test.count("SELECT count(*) FROM anonymisation_blob") == 0)
        #expect(
            await refusalCode {
                _ = try await again.originals.original(place.instances[0], reason: "check", principal: place.physician)
            } == .notFound)
        await again.close()
        await test.remove()
    }

    @Test func `while images come in, each is either whole or refused`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let lake = test.lake
            let study = SyntheticImage.uid()
            let first = try await test.bring(SyntheticImage.series(1, study: study))[0]
            let code = try await lake.catalog.study(try #require(first.study), principal: people.custodian).study
                .subject
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 2..<30 {
                    group.addTask {
                        var image = SyntheticImage.series(1, study: "\(study)")[0]
                        image.instance = "\(study).1.\(turn)"
                        image.number = turn
                        image.seed = UInt8(turn)
                        let verdict = try await lake.ingest.instance(
                            image.bytes, project: "CT", principal: people.technologist)
                        #expect(
                            verdict.kind == .accepted || verdict.reason?.contains("destroyed") == true,
                            "\(verdict.reason ?? "")")
                    }
                }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(20))
                    _ = try await lake.anonymisations.anonymise(
                        subject: code, project: "CT", reason: "now", confirmation: code, principal: people.custodian)
                }
                try await group.waitForAll()
            }
            let report = try await lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.rebuilt == 0 && report.unreferenced == 0, "\(report)")
            #expect(
                try await test.count("SELECT count(*) FROM study_key WHERE identity_key_wrapped IS NOT NULL") == 0)
        }
    }
}
