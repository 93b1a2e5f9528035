import ByteIO
import Foundation
import Lake
import Mail
import Postgres
import TestMaterial
import Testing
import Vault

@Suite struct KeyRotationTests {
    private func key(_ test: TestLake, _ suffix: String = "") throws -> MasterKey {
        try MasterKey.load(from: test.configuration.masterKeyFile + suffix)
    }

    private func files(_ test: TestLake) -> [String] {
        let folder = URL(fileURLWithPath: test.configuration.masterKeyFile).deletingLastPathComponent().path
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// That every original can still be had, and that the same patient is still the same subject.
    private func check(
        _ lake: Lake, _ images: [(SyntheticImage, Verdict)], people: People
    ) async throws {
        for (image, verdict) in images {
            let again = try await lake.ingest.instance(image.bytes, project: "CT", principal: people.technologist)
            #expect(again.kind == .alreadyThere && again.instance == verdict.instance)
        }
        let report = try await lake.fsck.run(deep: true, principal: people.operator)
        #expect(report.isSound && report.rebuilt >= images.count, "\(report.problems)")
    }

    @Test func everythingOpensUnderTheNewKeyAndTheOldOneIsKept() async throws {
        let test = try await TestLake()
        let people = try await test.people()
        let images = (0..<3).map {
            SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "PATIENT-\($0)")[0]
        }
        let verdicts = try await test.bring(images)
        try await test.administrator()
        try await test.lake.accounts.signUp(
            name: "late", password: "correct horse battery", email: "late@example.org")
        let old = try key(test)
        let outcome = try await test.lake.keyRotation.rotate(principal: people.operator)
        let new = try key(test)
        #expect(outcome.from == old.id && outcome.to == new.id && old.id != new.id && !outcome.resumed)
        #expect(outcome.kept == test.configuration.masterKeyFile + "." + old.id)
        // A project, three subjects and the lake's own secrets.
        #expect(outcome.rewrapped >= 6)
        #expect(try key(test, "." + old.id).id == old.id)
        #expect(files(test) == ["master.key", "master.key." + old.id])
        try await check(test.lake, Array(zip(images, verdicts)), people: people)
        _ = try await test.bringStudies(2)
        // Mail that waited opens under the same secret as before.
        #expect(try await test.mails().contains { $0.to == "late@example.org" })
        await test.lake.close()
        let lake = try await Lake.open(test.configuration)
        try await check(lake, Array(zip(images, verdicts)), people: people)
        let again = try await lake.keyRotation.rotate(principal: people.operator)
        #expect(again.from == new.id)
        await lake.close()
        // The key before is no key of this lake, and the refusal says which file is.
        var configuration = test.configuration
        configuration.masterKeyFile += "." + old.id
        await #expect { _ = try await Lake.open(configuration) } throws: {
            ($0 as? LakeError)?.reason.contains(again.to) == true
        }
        await test.remove()
    }

    @Test func onlyWhoOperatesMayAndOneAtATime() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            for principal in [people.custodian, people.auditor, people.stranger, people.technologist] {
                #expect(
                    await test.refusal { try await test.lake.keyRotation.rotate(principal: principal) } == .notFound)
            }
            _ = try await test.bringStudies(5)
            let codes = await withTaskGroup(of: LakeError.Code?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await test.refusal { try await test.lake.keyRotation.rotate(principal: people.operator) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.contains(nil) && codes.allSatisfy { $0 == nil || $0 == .conflict })
        }
    }

    @Test func aFolderThatCannotBeWrittenIsSaidAndNothingChanges() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let old = try key(test)
            // A file of that name that is no key stands in for a folder that cannot be written: root may write any.
            try "no key".write(toFile: test.configuration.masterKeyFile + ".next", atomically: true, encoding: .utf8)
            #expect(
                await test.refusal { try await test.lake.keyRotation.rotate(principal: people.operator) }
                    == .unavailable)
            #expect(try key(test).id == old.id)
            #expect(try await test.count("SELECT count(*) FROM lake WHERE next_master_key_id IS NULL") == 1)
            _ = try await test.bringStudies(1)
        }
    }

    @Test func nobodyIsRefusedMeanwhile() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let physician = try await test.person("phil", [.physician])
            let seen = try await test.bringStudies(20)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<3 {
                    group.addTask {
                        for turn in 0..<15 {
                            // New studies of new and of known patients, and what is there already.
                            let patient = "NEW-\(lane)-\(turn / 2)"
                            let image = SyntheticImage.series(
                                1, study: SyntheticImage.uid(), patientID: patient)[0]
                            let verdict = try await test.lake.ingest.instance(
                                image.bytes, project: "CT", principal: people.technologist)
                            #expect(verdict.kind == .accepted, "\(verdict.reason ?? "")")
                            let study = try #require(seen[(turn * 3 + lane) % 20].study)
                            _ = try await test.lake.catalog.study(study, principal: physician)
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<4 { _ = try await test.lake.keyRotation.rotate(principal: people.operator) }
                }
                try await group.waitForAll()
            }
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.rebuilt == 65, "\(report.problems.prefix(3))")
        }
    }

    /// Every state that a crash can leave (the table in LakeKeys), made of the files of a rotation that went through.
    @Test(arguments: ["next made", "half wrapped", "files changed", "file lake written"])
    func aRotationThatWasCutOffIsEnded(_ state: String) async throws {
        let test = try await TestLake()
        let people = try await test.people()
        let images = (0..<2).map {
            SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "PATIENT-\($0)")[0]
        }
        let verdicts = try await test.bring(images)
        let database = try #require(test.database)
        let path = test.configuration.masterKeyFile
        let identity = test.configuration.dataDirectory + "/lake"
        let before = try String(contentsOfFile: identity, encoding: .utf8)
        let wrapped = try await database.query("SELECT id, wrapped_key FROM subject ORDER BY id").map {
            (id: try $0.decode("id", as: Int64.self), key: try $0.decode("wrapped_key", as: [UInt8].self))
        }
        let outcome = try await test.lake.keyRotation.rotate(principal: people.operator)
        let after = try String(contentsOfFile: identity, encoding: .utf8)
        await test.lake.close()

        let manager = FileManager.default
        if state == "next made" || state == "half wrapped" {
            try manager.moveItem(atPath: path, toPath: path + ".next")
            try manager.moveItem(atPath: path + "." + outcome.from, toPath: path)
            try before.write(toFile: identity, atomically: true, encoding: .utf8)
            // The first subject is as it was: wrapped by the former key.
            _ = try await database.query(
                "UPDATE subject SET wrapped_key = $2 WHERE id = $1", [wrapped[0].id, wrapped[0].key])
        }
        if state == "files changed" { try before.write(toFile: identity, atomically: true, encoding: .utf8) }
        if state == "file lake written" { try after.write(toFile: identity, atomically: true, encoding: .utf8) }
        _ = try await database.query(
            "UPDATE lake SET master_key_id = $1, next_master_key_id = $2", [outcome.from, outcome.to])

        if state == "half wrapped" {
            // Without the next key nothing opens, and it is said which file is missing.
            try manager.moveItem(atPath: path + ".next", toPath: path + ".away")
            await #expect { _ = try await Lake.open(test.configuration) } throws: {
                ($0 as? LakeError)?.reason.contains(outcome.to) == true
            }
            try manager.moveItem(atPath: path + ".away", toPath: path + ".next")
        }
        let lake = try await Lake.open(test.configuration)
        try await check(lake, Array(zip(images, verdicts)), people: people)
        let last = try await lake.keyRotation.rotate(principal: people.operator)
        let isHalf = state == "next made" || state == "half wrapped"
        #expect(last.resumed == isHalf)
        #expect(isHalf ? last.to == outcome.to : last.from == outcome.to)
        try await check(lake, Array(zip(images, verdicts)), people: people)
        await lake.close()
        let reopened = try await Lake.open(test.configuration)
        try await check(reopened, Array(zip(images, verdicts)), people: people)
        await reopened.close()
        await test.remove()
    }
}
