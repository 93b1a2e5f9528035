import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Originals given back: a few alone, more only with a second person's word.
@Suite struct OriginalsTests {
    struct Place: Sendable {
        let test: TestLake
        let people: People
        let physician: Principal
        let other: Principal
        let researcher: Principal
        let images: [SyntheticImage]
        let studies: [String]
        let instances: [String]
        var lake: Lake { test.lake }
        var requests: OriginalsRequests { test.lake.originalsRequests }

        /// - Parameter count: studies of two images, each of a patient of its own.
        init(_ test: TestLake, _ count: Int) async throws {
            self.test = test
            people = try await test.people()
            physician = try await test.person("phil", [.physician])
            other = try await test.person("petra", [.physician])
            researcher = try await test.person("rita", [.researcher])
            var images: [SyntheticImage] = []
            var verdicts: [Verdict] = []
            for number in 0..<count {
                let brought = SyntheticImage.series(2, study: SyntheticImage.uid(), patientID: "PATIENT-\(number)")
                images += brought
                verdicts += try await test.bring(brought)
            }
            self.images = images
            studies = try stride(from: 0, to: count * 2, by: 2).map { try #require(verdicts[$0].study) }
            instances = verdicts.compactMap(\.instance)
        }

        func ask(
            _ studies: [String]?, by principal: Principal? = nil, reason: String = "second reading",
            project: String = "CT"
        ) async throws -> OriginalsRequest {
            var filter = StudyFilter()
            filter.studies = studies
            return try await requests.ask(
                project: project, filter: filter, reason: reason, principal: principal ?? physician)
        }

        func download(_ id: Int64, by principal: Principal? = nil) async throws -> [UInt8] {
            let archive = try await requests.archive(id, principal: principal ?? physician)
            return try await collect { try await archive.forEachRun($0) }.array
        }
    }

    private func with(
        _ count: Int, alone: Int = 10, _ body: (Place) async throws -> Void
    ) async throws {
        let change: (inout LakeConfiguration) -> Void = { $0.site.originalsAlone = alone }
        try await TestLake.with(change: change) { test in try await body(try await Place(test, count)) }
    }

    /// Whether `archive` holds the bytes of every one of `images`.
    private func holds(_ archive: [UInt8], _ images: [SyntheticImage]) -> Bool {
        let data = Data(archive)
        return images.allSatisfy { data.range(of: Data($0.bytes.array)) != nil }
    }

    @Test func `a few studies are given at once, bit for bit, and only once`() async throws {
        try await with(2) { place in
            let request = try await place.ask([place.studies[0]])
            #expect(request.state == .approved && !request.needsSecondPerson && request.mayDownload)
            #expect(request.studies == 1 && request.instances == 2 && request.by == "phil")
            let archive = try await place.download(request.id)
            #expect(holds(archive, Array(place.images.prefix(2))) && !holds(archive, [place.images[2]]))
            // A real reader takes it apart.
            let file = place.test.directory.appendingPathComponent("originals.zip")
            try Data(archive).write(to: file)
            let unzip = Process()
            unzip.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            unzip.arguments = [
                "-c",
                """
                import hashlib, json, sys, zipfile
                z = zipfile.ZipFile(sys.argv[1])
                assert z.testzip() is None
                files = json.loads(z.read("manifest.json"))["files"]
                assert len(files) == 2 and len(z.namelist()) == 3
                for f in files: assert hashlib.sha256(z.read(f["path"])).hexdigest() == f["sha256"], f
                """, file.path,
            ]
            try unzip.run()
            unzip.waitUntilExit()
            #expect(unzip.terminationStatus == 0)

            #expect(await refusalCode { _ = try await place.download(request.id) } == .gone)
            let done = try await place.requests.detail(request.id, principal: place.other)
            #expect(done.request.state == .downloaded && done.uids == [place.studies[0]])
            let events = try await place.lake.accessLog.accesses(
                study: place.studies[0], principal: place.people.custodian)
            let taken = events.first { $0.kind == .originalsDownload }
            #expect(taken?.account == "phil" && taken?.purpose == "second reading" && taken?.count == 2)
        }
    }

    @Test func `more than that waits for a second person, who is not the one who asks`() async throws {
        try await with(3, alone: 2) { place in
            let request = try await place.ask(nil)
            #expect(request.state == .waiting && request.needsSecondPerson && request.studies == 3)
            #expect(!request.mayDecide && !request.mayDownload && request.mayWithdraw)
            #expect(await refusalCode { _ = try await place.download(request.id) } == .conflict)
            #expect(
                await refusalCode {
                    _ = try await place.requests.approve(request.id, principal: place.physician)
                } == .conflict)
            // Another token of the same person is the same person; the database says so, too.
            let again = try await place.lake.accounts.createToken(
                name: "phil", label: "other", principal: place.people.operator)
            let same = try #require(try await place.lake.accounts.principal(bearer: again))
            #expect(
                await refusalCode { _ = try await place.requests.approve(request.id, principal: same) } == .conflict)
            let database = try #require(place.test.database)
            await #expect(throws: PostgresError.self) {
                try await database.query(
                    "UPDATE originals_request SET state = 'approved', decided_by = asked_by, decided_at = now()")
            }
            for principal in [place.researcher, place.people.auditor, place.people.stranger, place.people.operator] {
                #expect(
                    await refusalCode { _ = try await place.requests.approve(request.id, principal: principal) }
                        == .notFound)
                #expect(try await place.requests.list(principal: principal).isEmpty)
            }
            let seen = try await place.requests.list(principal: place.other)
            #expect(seen.count == 1 && seen[0].mayDecide && !seen[0].mayDownload)
            let approved = try await place.requests.approve(request.id, principal: place.other)
            #expect(approved.state == .approved && approved.decidedBy == "petra" && !approved.mayDownload)
            #expect(
                await refusalCode {
                    _ = try await place.requests.approve(request.id, principal: place.people.custodian)
                } == .conflict)
            // Only who asked takes it.
            #expect(await refusalCode { _ = try await place.download(request.id, by: place.other) } == .conflict)
            let archive = try await place.download(request.id)
            #expect(holds(archive, place.images))
            let words = ["originals.ask", "originals.approve", "originals.download"]
            for word in words {
                #expect(try await place.test.count("SELECT count(*) FROM access_event WHERE kind = '\(word)'") > 0)
            }
        }
    }

    @Test func `many small requests, or single files, are as much as a large one`() async throws {
        try await with(4, alone: 2) { place in
            for study in place.studies.prefix(2) {
                #expect(try await place.ask([study]).state == .approved)
            }
            // The same once more is no more.
            #expect(try await place.ask([place.studies[0]]).state == .approved)
            #expect(try await place.ask([place.studies[2]]).state == .waiting)
            #expect(
                await refusalCode {
                    _ = try await place.lake.originals.original(
                        place.instances[4], reason: "check", principal: place.physician)
                } == .forbidden)
            _ = try await place.lake.originals.original(place.instances[0], reason: "check", principal: place.physician)
            // Somebody else counts for themselves, by files as by lists.
            for index in [0, 1, 2] {
                _ = try await place.lake.originals.original(
                    place.instances[index], reason: "check", principal: place.other)
            }
            #expect(try await place.ask([place.studies[2]], by: place.other).state == .waiting)
        }
    }

    @Test func `what is declined, withdrawn or too old is not given`() async throws {
        try await with(2, alone: 0) { place in
            let database = try #require(place.test.database)
            let declined = try await place.ask(nil)
            #expect(
                await refusalCode {
                    _ = try await place.requests.decline(declined.id, reason: " ", principal: place.other)
                } == .invalid)
            let no = try await place.requests.decline(declined.id, reason: "no need", principal: place.other)
            #expect(no.state == .declined && no.decisionReason == "no need")
            #expect(await refusalCode { _ = try await place.download(declined.id) } == .conflict)

            let withdrawn = try await place.ask(nil)
            #expect(
                await refusalCode { _ = try await place.requests.withdraw(withdrawn.id, principal: place.other) }
                    == .conflict)
            _ = try await place.requests.withdraw(withdrawn.id, principal: place.physician)
            #expect(
                await refusalCode { _ = try await place.requests.approve(withdrawn.id, principal: place.other) }
                    == .conflict)

            let old = try await place.ask(nil)
            _ = try await database.query(
                "UPDATE originals_request SET ends_at = now() - interval '1 second' WHERE id = $1", [old.id])
            #expect(
                await refusalCode { _ = try await place.requests.approve(old.id, principal: place.other) } == .conflict)

            let late = try await place.ask(nil)
            _ = try await place.requests.approve(late.id, principal: place.other)
            _ = try await database.query(
                "UPDATE originals_request SET ends_at = now() - interval '1 second' WHERE id = $1", [late.id])
            #expect(await refusalCode { _ = try await place.download(late.id) } == .gone)

            // Who loses the role between asking and taking loses the files.
            let lost = try await place.ask(nil)
            _ = try await place.requests.approve(lost.id, principal: place.other)
            try await place.lake.projects.setMember(
                "CT", name: "phil", roles: [.researcher], principal: place.people.operator)
            let token = try await place.lake.accounts.createToken(
                name: "phil", label: "later", principal: place.people.operator)
            let now = try #require(try await place.lake.accounts.principal(bearer: token))
            #expect(await refusalCode { _ = try await place.download(lost.id, by: now) } == .notFound)
        }
    }

    @Test func `a download that breaks off can be begun again, three times`() async throws {
        try await with(1) { place in
            let request = try await place.ask(nil)
            struct Broken: Error {}
            for _ in 0..<2 {
                let archive = try await place.requests.archive(request.id, principal: place.physician)
                await #expect(throws: Broken.self) { try await archive.forEachRun { _ in throw Broken() } }
            }
            #expect(holds(try await place.download(request.id), place.images))
            #expect(await refusalCode { _ = try await place.download(request.id) } == .gone)
        }
    }

    @Test func `who may not learns nothing, and what makes no sense is said`() async throws {
        try await with(2) { place in
            for principal in [
                place.researcher, place.people.technologist, place.people.auditor, place.people.stranger,
                place.people.operator,
            ] {
                #expect(await refusalCode { _ = try await place.ask(nil, by: principal) } == .notFound)
            }
            #expect(await refusalCode { _ = try await place.ask(nil, project: "OTHER") } == .notFound)
            #expect(await refusalCode { _ = try await place.ask(["1.2.3"]) } == .invalid)
            #expect(await refusalCode { _ = try await place.ask([place.studies[0], "1.2.3"]) } == .notFound)
            #expect(await refusalCode { _ = try await place.ask(nil, reason: "") } == .invalid)
            #expect(
                await refusalCode { _ = try await place.requests.detail(99, principal: place.physician) } == .notFound)

            // Where nobody else may know, nobody can approve: that is said at once.
            let boss = place.people.operator
            for name in ["petra", "cuno"] {
                try await place.lake.projects.setMember("CT", name: name, roles: [.researcher], principal: boss)
            }
            let code = try await place.lake.catalog.study(place.studies[0], principal: place.physician).study.subject
            #expect(try await place.ask([place.studies[0]]).state == .approved)
            try await place.lake.projects.setMember("CT", name: "cuno", roles: [.custodian], principal: boss)
            _ = try await place.lake.anonymisations.anonymise(
                subject: code, project: "CT", reason: "end", confirmation: code, principal: place.people.custodian)
            #expect(await refusalCode { _ = try await place.ask([place.studies[0]]) } == .conflict)
        }
        try await with(1, alone: 0) { place in
            for name in ["petra", "cuno"] {
                try await place.lake.projects.setMember(
                    "CT", name: name, roles: [.researcher], principal: place.people.operator)
            }
            #expect(await refusalCode { _ = try await place.ask(nil) } == .conflict)
        }
    }
}
