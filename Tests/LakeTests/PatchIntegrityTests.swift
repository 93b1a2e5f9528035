import ByteIO
import Foundation
import Lake
import Postgres
import Testing

/// Patches and keys that were changed or put in another's place: what is asked for is refused with a reason that says
/// so, everything else goes on, and fsck names exactly what is damaged.
@Suite struct PatchIntegrityTests {
    private struct Scene {
        let test: TestLake
        let people: People
        let images: [SyntheticImage]
        let uids: [String]

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
            let uids = try await test.bring(images).map { try #require($0.instance) }
            try await body(Scene(test: test, people: people, images: images, uids: uids))
        }
    }

    @Test(arguments: [20, 47, 48, 60]) func `A patch of which one bit was changed`(place: Int) async throws {
        try await with { scene in
            let database = try #require(scene.test.database)
            let row = try await database.single(
                "SELECT patch_segment, patch_offset FROM instance WHERE uid = $1", [scene.uids[1]])
            let segment = String(format: "%010d", try row.decode("patch_segment", as: Int64.self))
            let file = scene.test.configuration.dataDirectory + "/objects/\(segment).segment"
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
            let offset = UInt64(try row.decode("patch_offset", as: Int64.self)) + UInt64(place)
            try handle.seek(toOffset: offset)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: offset)
            try handle.write(contentsOf: [byte ^ 4])
            try handle.close()
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
}
