import ByteIO
import DICOMImaging
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Patches and keys that were changed or put in another's place: what is asked for is refused with a reason that says
/// so, everything else goes on, and fsck names exactly what is damaged.
@Suite struct PatchIntegrityTests {
    private struct Scene {
        let test: TestLake
        let people: People
        let images: [SyntheticImage]
        let uids: [String]
        /// Of each image.
        let studies: [String]

        func original(_ index: Int, in lake: Lake? = nil) async throws -> Bytes {
            let back = try await (lake ?? test.lake).originals.original(
                uids[index], reason: "a test", principal: people.custodian)
            return try back.read(0..<back.count)
        }

        /// Why the original of `index` is refused.
        func refusal(_ index: Int, in lake: Lake? = nil) async -> LakeError? {
            await #expect(throws: LakeError.self) { _ = try await original(index, in: lake) }
        }

        /// Instances with a problem.
        func damaged(in lake: Lake? = nil) async throws -> Set<String> {
            let report = try await (lake ?? test.lake).fsck.run(deep: true, principal: people.operator)
            return Set(report.problems.filter { $0.kind == "instance" }.map(\.subject))
        }
    }

    /// Two images of one study and one of another patient.
    private func with(_ body: (Scene) async throws -> Void) async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let images =
                SyntheticImage.series(2, study: SyntheticImage.uid(), patientID: "PATIENT-A")
                + SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "PATIENT-B")
            let verdicts = try await test.bring(images)
            try await body(
                Scene(
                    test: test, people: people, images: images, uids: try verdicts.map { try #require($0.instance) },
                    studies: try verdicts.map { try #require($0.study) }))
        }
    }

    /// Changes one bit of the patch at whose address `query` points.
    private static func damage(
        _ test: TestLake, _ query: String, _ values: [any PostgresEncodable], place: Int = 60
    ) async throws {
        let row = try await #require(test.database).single(query, values)
        let segment = String(format: "%010d", try row.decode("patch_segment", as: Int64.self))
        let file = test.configuration.dataDirectory + "/objects/\(segment).segment"
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        let offset = UInt64(try row.decode("patch_offset", as: Int64.self)) + UInt64(place)
        try handle.seek(toOffset: offset)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: [byte ^ 4])
        try handle.close()
    }

    private static let ofInstance = "SELECT patch_segment, patch_offset FROM instance WHERE uid = $1"

    @Test(arguments: [20, 47, 48, 60]) func `A patch of which one bit was changed`(place: Int) async throws {
        try await with { scene in
            try await Self.damage(scene.test, Self.ofInstance, [scene.uids[1]], place: place)
            let error = await scene.refusal(1)
            #expect(error?.code == .unavailable)
            #expect(error?.reason.contains("identity patch") == true && error?.reason.contains("changed") == true)
            #expect(try await scene.original(0) == scene.images[0].bytes)
            #expect(try await scene.damaged() == [scene.uids[1]])
        }
    }

    @Test(arguments: [1, 2]) func `Two patches that changed places`(other: Int) async throws {
        try await with { scene in
            try await scene.test.database?.execute(
                """
                UPDATE instance i
                SET (patch_segment, patch_offset, patch_length) = (o.patch_segment, o.patch_offset, o.patch_length)
                FROM instance o
                WHERE i.uid = ANY($1) AND o.uid = ANY($1) AND i.uid <> o.uid
                """, [[scene.uids[0], scene.uids[other]]])
            for index in [0, other] {
                let error = await scene.refusal(index)
                #expect(error?.reason.contains("identity patch") == true, "\(error?.reason ?? "")")
                #expect(error?.reason.contains("belong to something else") == true)
            }
            #expect(try await scene.original(3 - other) == scene.images[3 - other].bytes)
            #expect(try await scene.damaged() == [scene.uids[0], scene.uids[other]])
        }
    }

    @Test func `Keys of two patients that changed places`() async throws {
        try await with { scene in
            await scene.test.lake.close()
            try await scene.test.database?.execute(
                "UPDATE subject s SET wrapped_key = o.wrapped_key FROM subject o WHERE s.id <> o.id")
            let lake = try await Lake.open(scene.test.configuration)
            for index in scene.uids.indices {
                let error = await scene.refusal(index, in: lake)
                #expect(error?.code == .unavailable && error?.reason.contains("belong to something else") == true)
            }
            #expect(try await scene.damaged(in: lake) == Set(scene.uids))
            await lake.close()
        }
    }

    @Test func `An archive of originals has all but the damaged ones, and says which those are`() async throws {
        try await with { scene in
            let lake = scene.test.lake
            let physician = try await scene.test.person("phil", [.physician])
            try await Self.damage(scene.test, Self.ofInstance, [scene.uids[1]])
            var filter = StudyFilter()
            filter.studies = [scene.studies[0], scene.studies[2]]
            let asked = try await lake.originalsRequests.ask(
                project: "CT", filter: filter, reason: "a test", principal: physician)
            let archive = try await lake.originalsRequests.archive(asked.id, principal: physician)
            let zip = try await collect { try await archive.forEachRun($0) }.array
            // Stored as they are, so that they can be looked for.
            #expect(zip.contains(scene.images[0].bytes.array) && zip.contains(scene.images[2].bytes.array))
            #expect(!zip.contains(scene.images[1].bytes.array))
            let text = String(decoding: zip.suffix(8192), as: UTF8.self)
            #expect(text.contains("damaged.txt") && text.contains("\"damaged\":[{"))
            #expect(text.contains("/\(scene.uids[1]).dcm") && text.contains("identity patch"))
            let manifest = try #require(text.firstRange(of: "\"damaged\":["))
            #expect(!text[manifest.lowerBound...].prefix(600).contains(scene.uids[0]))
            let detail = try await lake.originalsRequests.detail(asked.id, principal: physician)
            #expect(detail.request.state == .downloaded)
        }
    }

    @Test(arguments: ["image_key_wrapped", "identity_key_wrapped"])
    func `Merge and split refuse keys that were changed, and leave everything as it was`(column: String) async throws {
        try await with { scene in
            let (test, lake) = (scene.test, scene.test.lake)
            let custodian = scene.people.custodian
            let more = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "PATIENT-A")
            let later = try #require(try await test.bring(more)[0].study)
            let physician = try await test.person("phil", [.physician])
            let one = try await lake.catalog.study(later, principal: physician).study.subject
            let two = try await lake.catalog.study(scene.studies[2], principal: physician).study.subject
            try await test.database?.execute(
                """
                UPDATE study_key SET \(column) = set_byte(\(column), 40, get_byte(\(column), 40) # 1)
                WHERE study_uid = $1
                """, [later])
            let before = try await test.count("SELECT sum(hashtext(k::text))::bigint FROM study_key k")
            let attempts: [@Sendable () async throws -> SubjectChange] = [
                {
                    try await lake.subjectChanges.merge(
                        one, into: two, project: "CT", reason: "two numbers", principal: custodian)
                },
                {
                    try await lake.subjectChanges.split(
                        one, studies: [later], project: "CT", reason: "one number", principal: custodian)
                },
            ]
            for attempt in attempts {
                await #expect { _ = try await attempt() } throws: { error in
                    let error = error as? LakeError
                    return error?.code == .unavailable && error?.isDamage == true
                        && error?.reason.contains("belong to something else") == true
                }
            }
            #expect(try await test.count("SELECT sum(hashtext(k::text))::bigint FROM study_key k") == before)
            #expect(try await test.count("SELECT count(*) FROM subject") == 2)
            #expect(try await scene.original(0) == scene.images[0].bytes)
        }
    }

    @Test func `Who a patient is does not come from a record that was changed`() async throws {
        try await with { scene in
            let lake = scene.test.lake
            let person = try await scene.test.person("carla", [.custodian, .physician])
            let study = scene.studies[0]
            let code = try await lake.catalog.study(study, principal: person).study.subject
            _ = try await lake.subjectChanges.compare([code], project: "CT", reason: "x", principal: person)
            try await scene.test.database?.execute(
                """
                UPDATE study_key SET identity_record = set_byte(identity_record, 60, get_byte(identity_record, 60) # 1)
                WHERE study_uid = $1
                """, [study])
            await #expect {
                _ = try await lake.subjectChanges.compare([code], project: "CT", reason: "x", principal: person)
            } throws: { ($0 as? LakeError)?.isDamage == true }
        }
    }

    @Test func `A held image whose patch was changed is not made anew, and goes on waiting`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let image = SyntheticImage.capture(SyntheticImage.uid())
            let verdict = try await test.lake.ingest.instance(
                image.bytes, project: people.project, principal: people.technologist)
            let uid = try #require(verdict.instance)
            try await Self.damage(
                test, "SELECT patch_segment, patch_offset FROM held WHERE instance_uid = $1", [uid])
            let item = try #require(try await test.lake.review.list(principal: people.reviewer).first)
            let box = try #require(PixelRegion(x: 1, y: 1, width: 4, height: 4))
            await #expect {
                _ = try await test.lake.review.release(item.id, redacting: [box], principal: people.reviewer)
            } throws: { error in
                let error = error as? LakeError
                return error?.isDamage == true && error?.reason.contains("identity patch") == true
            }
            #expect(try await test.lake.review.list(principal: people.reviewer).map(\.instance) == [uid])
        }
    }

    @Test func `The same file once more is there already, and another of a study whose keys do not open is refused`()
        async throws
    {
        try await with { scene in
            try await Self.damage(scene.test, Self.ofInstance, [scene.uids[0]])
            await scene.test.lake.close()
            try await scene.test.database?.execute(
                "UPDATE subject s SET wrapped_key = o.wrapped_key FROM subject o WHERE s.id <> o.id")
            let lake = try await Lake.open(scene.test.configuration)
            let sender = scene.people.technologist
            let again = try await lake.ingest.instance(scene.images[0].bytes, project: "CT", principal: sender)
            #expect(again.kind == .alreadyThere && again.instance == scene.uids[0])
            var other = scene.images[0]
            other.instance = SyntheticImage.uid()
            let stored = scene.test.storedBytes()
            let refused = try await lake.ingest.instance(other.bytes, project: "CT", principal: sender)
            #expect(refused.kind == .rejected && refused.failure == .unavailable)
            #expect(refused.reason?.contains("belong to something else") == true, "\(refused)")
            #expect(scene.test.storedBytes() == stored)
            await lake.close()
        }
    }
}
