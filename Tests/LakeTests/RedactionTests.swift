import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Boxes that a person draws over a held image, from the release to what is stored.
@Suite(.serialized) struct RedactionTests {
    /// A smooth picture of three frames that is held.
    private static func capture(model: String = "Tester 1", side: Int = 32) -> SyntheticImage {
        var image = SyntheticImage.capture(SyntheticImage.uid())
        image.model = model
        image.side = side
        image.frames = 3
        image.picture = { frame, row, column in UInt16(200 + 40 * frame + row + column) }
        return image
    }

    private static let box = PixelRegion(x: 3, y: 5, width: 12, height: 4)

    /// The item that waits of an image that was brought.
    private func hold(_ image: SyntheticImage, _ test: TestLake, _ people: People) async throws -> HeldItem {
        let verdict = try await test.lake.ingest.instance(
            image.bytes, project: people.project, principal: people.technologist)
        try #require(verdict.kind == .held, "\(verdict)")
        return try #require(
            try await test.lake.review.list(principal: people.reviewer).first { $0.instance == verdict.instance })
    }

    private func file(_ instance: String, _ test: TestLake, _ reader: Principal) async throws -> DICOMFile {
        let object = try await test.lake.viewing.object(instance, principal: reader)
        return try DICOMFile.read(try await object.read(0..<object.count))
    }

    /// Every pixel of every frame: within the boxes the darkest of its frame, outside as it was.
    private func check(_ file: DICOMFile, against image: SyntheticImage, boxes: [PixelRegion]) throws {
        let picture = try #require(image.picture)
        guard case .raw(let raw)? = file.dataSet[.PixelData]?.value else {
            Issue.record("no native pixels")
            return
        }
        let bytes = try file.bytes(of: raw)
        try #require(bytes.count == image.side * image.side * image.frames * 2)
        var wrong = 0
        for frame in 0..<image.frames {
            for row in 0..<image.side {
                for column in 0..<image.side {
                    let at = 2 * ((frame * image.side + row) * image.side + column)
                    let value = UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
                    let isBlack = boxes.contains { $0.rows.contains(row) && $0.columns.contains(column) }
                    if value != (isBlack ? picture(frame, 0, 0) : picture(frame, row, column)) { wrong += 1 }
                }
            }
        }
        #expect(wrong == 0, "\(wrong) pixels are not what they should be")
    }

    @Test func `a box is black in every frame, nothing else changes, and the original comes back bit for bit`()
        async throws
    {
        try await TestLake.with { test in
            let people = try await test.people()
            let box = try #require(Self.box)
            let image = Self.capture()
            let item = try await hold(image, test, people)
            #expect(item.rows == 32 && item.columns == 32 && item.frames == 3 && item.redacted == nil)
            let before = test.storedBytes()
            let released = try await test.lake.review.release(item.id, redacting: [box], principal: people.reviewer)
            #expect(released.state == .released && released.redacted == [box] && released.approval == nil)
            #expect(test.storedBytes() > before)
            let file = try await file(item.instance, test, people.custodian)
            try check(file, against: image, boxes: [box])
            #expect(file.dataSet.string(.BurnedInAnnotation) == "NO")
            let original = try await test.lake.originals.original(
                item.instance, reason: "test", principal: people.custodian)
            #expect(try original.read(0..<original.count) == image.bytes)
            // What it took the place of is erased, object and patch, and nothing is left to do.
            #expect(try await test.count("SELECT count(*) FROM superseded_blob") == 0)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.instances == 1 && report.rebuilt == 1, "\(report.problems)")
            #expect(report.erased == 2 && report.unreferenced == 0)
            // The same file again is known.
            let again = try await test.lake.ingest.instance(
                image.bytes, project: people.project, principal: people.technologist)
            #expect(again.kind == .alreadyThere)
            let events = try await test.count(
                "SELECT count(*) FROM access_event WHERE kind = 'release' AND detail = '1 regions blacked out'")
            #expect(events == 1)
        }
    }

    @Test func `an image is made anew under the profile that it came in under`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let item = try await hold(Self.capture(), test, people)
            let rule = #"{"attribute": "SeriesDescription", "action": "replace", "value": "OURS"}"#
            _ = try await test.lake.projects.setProfile(
                people.project,
                document: Data(#"{"format": "tarn-profile/1", "options": [], "rules": [\#(rule)]}"#.utf8), note: "",
                after: 1, principal: people.custodian)
            _ = try await test.lake.review.release(
                item.id, redacting: [try #require(Self.box)], principal: people.reviewer)
            #expect(try await test.count("SELECT profile_version::bigint FROM instance") == 1)
            #expect(try await test.count("SELECT count(*) FROM series WHERE description = 'OURS'") == 0)
        }
    }

    @Test func `boxes outside of the image, too many of them and a second decision are refused`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let item = try await hold(Self.capture(), test, people)
            func refusal(_ regions: [PixelRegion?], _ principal: Principal) async -> LakeError.Code? {
                do {
                    try await test.lake.review.release(
                        item.id, redacting: regions.compactMap(\.self), principal: principal)
                    return nil
                } catch { return error.code }
            }
            let box = PixelRegion(x: 0, y: 0, width: 1, height: 1)
            #expect(await refusal([PixelRegion(x: 30, y: 0, width: 3, height: 1)], people.reviewer) == .invalid)
            #expect(await refusal([PixelRegion(x: 0, y: 32, width: 1, height: 1)], people.reviewer) == .invalid)
            #expect(await refusal(Array(repeating: box, count: 201), people.reviewer) == .invalid)
            for person in [people.technologist, people.auditor, people.stranger] {
                #expect(await refusal([box], person) == .notFound)
            }
            #expect(try await test.lake.review.held(item.id, principal: people.reviewer).state == .waiting)
            #expect(try await test.count("SELECT count(*) FROM instance") == 0)
            // Of two that decide at once one is the first.
            async let one = refusal([box], people.reviewer)
            async let other = refusal([], people.reviewer)
            let answers = await [one, other]
            #expect(answers.count { $0 == nil } == 1 && answers.contains(.conflict), "\(answers)")
            #expect(await refusal([box], people.reviewer) == .conflict)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.instances == 1 && report.unreferenced == 0, "\(report)")
        }
    }

    @Test func `what was decided for one is done to those that wait and to those that come, until it is withdrawn`()
        async throws
    {
        try await TestLake.with { test in
            let people = try await test.people()
            let review = test.lake.review
            let box = try #require(Self.box)
            let images = (0..<4).map { _ in Self.capture() }
            var items: [HeldItem] = []
            for image in images.prefix(3) { items.append(try await hold(image, test, people)) }
            let other = try await hold(Self.capture(model: "Tester 2"), test, people)
            let shown = try await review.held(items[0].id, principal: people.reviewer)
            #expect(shown.waitingAlike == 3 && !shown.alike.isEmpty && shown.alike != other.alike)
            #expect(shown.device.contains("TESTER 1"))
            let approved = try await review.approve(
                items[0].id, redacting: [box], note: "the name stands there", principal: people.reviewer)
            #expect(approved.state == .released && approved.redacted == [box])
            await review.settle()
            let waiting = try await review.list(principal: people.reviewer)
            #expect(waiting.map(\.id) == [other.id])
            for (image, item) in zip(images, items) {
                try check(try await file(item.instance, test, people.custodian), against: image, boxes: [box])
                let original = try await test.lake.originals.original(
                    item.instance, reason: "test", principal: people.custodian)
                #expect(try original.read(0..<original.count) == image.bytes)
            }
            // One that comes later is not even held.
            let late = try await test.lake.ingest.instance(
                images[3].bytes, project: people.project, principal: people.technologist)
            try #require(late.kind == .accepted, "\(late)")
            let lateFile = try await file(try #require(late.instance), test, people.custodian)
            try check(lateFile, against: images[3], boxes: [box])
            let version = try #require(
                try await test.lake.pixelApprovals.list(principal: people.reviewer).first)
            #expect(version.version == 1 && version.instances == 3 && version.author == "cuno")
            #expect(version.note == "the name stands there" && version.regions == [box] && !version.isWithdrawn)
            let withdrawn = try await test.lake.pixelApprovals.withdraw(
                version.alike, project: people.project, reason: "another layout", principal: people.reviewer)
            #expect(withdrawn.version == 2 && withdrawn.isWithdrawn)
            _ = try await hold(Self.capture(), test, people)
            let twice = await #expect(throws: LakeError.self) {
                try await test.lake.pixelApprovals.withdraw(
                    version.alike, project: people.project, reason: "again", principal: people.reviewer)
            }
            #expect(twice?.code == .conflict)
            let kinds = try await test.count(
                """
                SELECT count(DISTINCT kind) FROM access_event WHERE kind IN ('pixels.approve', 'pixels.withdraw')
                    AND account_id = \(people.reviewer.accountID)
                """)
            #expect(kinds == 2)
            let byApproval = try await test.count(
                "SELECT count(*) FROM access_event WHERE kind = 'release' AND credential LIKE 'approval %'")
            #expect(byApproval == 2)
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.instances == 4 && report.held == 2, "\(report.problems)")
            #expect(report.unreferenced == 0)
        }
    }

    @Test func `versions of an approval never change, and who may not review sees none`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let item = try await hold(Self.capture(), test, people)
            let approved = try await test.lake.review.approve(item.id, redacting: [], principal: people.reviewer)
            for statement in [
                "UPDATE pixel_approval SET note = 'x'", "DELETE FROM pixel_approval", "TRUNCATE pixel_approval CASCADE",
            ] {
                await #expect(throws: (any Error).self) { try await test.database?.query(statement) }
            }
            for person in [people.technologist, people.auditor, people.stranger] {
                #expect(try await test.lake.pixelApprovals.list(principal: person).isEmpty)
                let hidden = await #expect(throws: LakeError.self) {
                    try await test.lake.pixelApprovals.withdraw(
                        approved.alike, project: people.project, reason: "x", principal: person)
                }
                #expect(hidden?.code == .notFound)
            }
            #expect(try await test.lake.pixelApprovals.list(principal: people.reviewer).count == 1)
        }
    }

    @Test func `an image that does not say which device made it is decided on alone`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let item = try await hold(Self.capture(model: ""), test, people)
            #expect(item.alike.isEmpty && item.device.isEmpty && item.waitingAlike == 0)
            let refused = await #expect(throws: LakeError.self) {
                try await test.lake.review.approve(item.id, redacting: [], principal: people.reviewer)
            }
            #expect(refused?.code == .invalid)
            #expect(try await test.count("SELECT count(*) FROM pixel_approval") == 0)
            #expect(try await test.lake.review.release(item.id, principal: people.reviewer).state == .released)
        }
    }

    @Test func `approvals that a stop came between are applied after the start`() async throws {
        let test = try await TestLake()
        let people = try await test.people()
        let images = (0..<6).map { _ in Self.capture() }
        var items: [HeldItem] = []
        for image in images { items.append(try await hold(image, test, people)) }
        let box = try #require(Self.box)
        try await test.lake.review.approve(items[0].id, redacting: [box], principal: people.reviewer)
        await test.lake.close()
        var configuration = test.configuration
        configuration.doesRecurringWork = true
        let lake = try await Lake.open(configuration)
        var left = 6
        for _ in 0..<300 where left > 0 {
            left = try await test.count("SELECT count(*) FROM held WHERE state = 'waiting'")
            if left > 0 { try await Task.sleep(for: .milliseconds(200)) }
        }
        #expect(left == 0)
        let master = try await lake.accounts.operatorPrincipal()
        let report = try await lake.fsck.run(deep: true, principal: master)
        #expect(report.isSound && report.instances == 6 && report.unreferenced == 0, "\(report.problems)")
        #expect(try await test.count("SELECT count(*) FROM superseded_blob") == 0)
        await lake.close()
        await test.remove()
    }
}
