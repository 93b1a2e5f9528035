import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// A project with two patients of whom there is everything that a lake can have.
struct ErasurePlace: Sendable {
    let test: TestLake
    let people: People
    let physician: Principal
    let annie: Principal
    let set: String
    /// Of the patient who is erased; then of the one who stays.
    let subjects: [String]
    let studies: [String]
    let instances: [String]
    let export: String
    let otherExport: String
    var lake: Lake { test.lake }
    /// Words that are no name, so that reports keep them, and that stand nowhere else.
    static let findings = ["concertmaster", "droughtmaster"]

    init(_ test: TestLake) async throws {
        self.test = test
        let lake = test.lake
        people = try await test.people()
        physician = try await test.person("phil", [.physician, .researcher])
        annie = try await test.person("annie", [.annotator])
        var studies: [String] = []
        var instances: [String] = []
        for patient in ["PLANTED-ID-4711", "STAYS-1"] {
            let images = SyntheticImage.series(3, study: SyntheticImage.uid(), patientID: patient)
            let verdicts = try await test.bring(images)
            studies.append(try #require(verdicts[0].study))
            instances += verdicts.compactMap(\.instance)
            var other = images[0]
            other.seed = 77
            let conflict = try await lake.ingest.instance(other.bytes, project: "CT", principal: people.technologist)
            try #require(conflict.kind == .conflict)
            var capture = SyntheticImage.capture(SyntheticImage.uid())
            capture.patientID = patient
            capture.study = images[0].study
            capture.series = images[0].study + ".9"
            let held = try await lake.ingest.instance(capture.bytes, project: "CT", principal: people.technologist)
            try #require(held.kind == .held)
        }
        (self.studies, self.instances) = (studies, instances)
        let boss = people.operator
        subjects = try await studies.asyncMap { try await lake.catalog.study($0, principal: boss).study.subject }
        set = try await lake.labels.create(project: "CT", name: "Nodules", principal: annie).id
        for (index, study) in studies.enumerated() {
            let mark = Annotation(
                id: UUID().uuidString.lowercased(), type: .rectangle, label: "Finding", note: "wordofannie\(index)",
                instance: instances[index * 3], points: [[1, 1], [9, 9]])
            _ = try await lake.labels.save(
                [mark], of: study, in: set, message: "messageofannie\(index)", ifMatch: "0", principal: annie)
            _ = try await lake.reports.write(
                study: study, text: "Normal chest. \(Self.findings[index]) Plantedname", status: .preliminary,
                principal: physician)
            _ = try await lake.catalog.study(study, principal: physician)
        }
        let choice = LabelChoice(set: set)
        export = try await lake.exports.create(
            project: "CT", filter: StudyFilter(), labels: [choice], principal: physician
        ).id
        var filter = StudyFilter()
        filter.subject = subjects[1]
        otherExport = try await lake.exports.create(project: "CT", filter: filter, principal: physician).id
    }

    func erase(
        _ code: String? = nil, reason: String = "consent withdrawn", confirm: String? = nil,
        by principal: Principal? = nil,
        project: String = "CT"
    ) async throws -> Tombstone {
        let code = code ?? subjects[0]
        return try await lake.erasures.erase(
            code, project: project, reason: reason, confirmation: confirm ?? code,
            principal: principal ?? people.custodian)
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async throws -> [T] {
        var result: [T] = []
        for element in self { result.append(try await body(element)) }
        return result
    }
}

@Suite struct ErasureTests {
    @Test func nothingOfThePatientCanBeHadAndTheOtherIsUntouched() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            let lake = test.lake
            // What is in memory must go, too.
            for instance in place.instances {
                _ = try await lake.viewing.frame(instance, 1, principal: place.physician)
            }
            let tombstone = try await place.erase()
            let counts = tombstone.counts
            #expect(tombstone.state == .done && tombstone.unswept == [] && tombstone.by == "cuno")
            #expect(tombstone.reason == "consent withdrawn" && tombstone.project == "CT")
            #expect(counts.studies == 1 && counts.instances == 3 && counts.held == 1 && counts.conflicts == 1)
            #expect(counts.reports == 1 && counts.labelCommits == 1 && counts.exports == 1 && counts.blobs == 10)

            let boss = place.people.operator
            for instance in place.instances.prefix(3) {
                #expect(
                    await refusalCode { _ = try await lake.viewing.frame(instance, 1, principal: place.physician) }
                        == .notFound)
                #expect(
                    await refusalCode { _ = try await lake.viewing.object(instance, principal: place.physician) }
                        == .notFound)
            }
            #expect(
                await refusalCode { _ = try await lake.catalog.study(place.studies[0], principal: boss) } == .notFound)
            #expect(
                await refusalCode {
                    _ = try await lake.catalog.subject(place.subjects[0], project: "CT", principal: boss)
                } == .notFound)
            #expect(
                await refusalCode {
                    _ = try await lake.labels.study(place.studies[0], in: place.set, principal: place.annie)
                } == .notFound)
            #expect(
                await refusalCode {
                    _ = try await lake.reports.list(study: place.studies[0], principal: place.physician)
                } == .notFound)

            // The history is one chain still, with a link that says nothing.
            let commits = try await lake.labels.commits(of: place.set, principal: place.annie).commits
            #expect(commits.map(\.version) == [2, 1] && commits.map(\.erased) == [false, true])
            #expect(commits[1].study == "" && commits[1].message == "" && commits[1].changes.added.isEmpty)
            let file = try await lake.labels.file(.json, of: place.set, principal: place.annie).bytes
            let text = String(decoding: file.array, as: UTF8.self)
            #expect(text.contains("wordofannie1") && !text.contains("wordofannie0") && text.contains(commits[1].digest))
            let set = try await lake.labels.set(place.set, principal: place.annie)
            #expect(set.studies == 1 && set.annotations == 1)

            // Exports that held it say so.
            let export = try await lake.exports.export(place.export, principal: place.physician)
            #expect(export.erased == 3 && export.instances == 6)
            for refusal in [
                await refusalCode { _ = try await lake.exports.archive(place.export, principal: place.physician) },
                await refusalCode { _ = try await lake.exports.manifest(place.export, principal: place.physician) },
            ] { #expect(refusal == .gone) }

            // The other one.
            for instance in place.instances.suffix(3) {
                _ = try await lake.viewing.frame(instance, 1, principal: place.physician)
            }
            let other = try await lake.exports.archive(place.otherExport, principal: place.physician)
            let archive = try await collect { try await other.forEachRun(nil, $0) }
            #expect(Int64(archive.count) == other.count && other.export.erased == 0)
            #expect(try await place.lake.reports.list(study: place.studies[1], principal: place.physician).count == 1)
            let report = try await lake.fsck.run(deep: true, principal: boss)
            #expect(report.isSound && report.erased == 10 && report.instances == 3, "\(report.problems)")

            // Once more is no error and the same tombstone; it is listed.
            #expect(try await place.erase(reason: "again") == tombstone)
            #expect(try await lake.erasures.list(principal: place.people.custodian) == [tombstone])
            #expect(try await lake.erasures.list(principal: place.people.auditor) == [])
            try await lake.ledger.sequence()
        }
    }

    @Test func whoMayNotEraseLearnsNothingAndConfirmationIsWanted() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            for principal in [
                place.physician, place.annie, place.people.auditor, place.people.technologist, place.people.stranger,
            ] {
                #expect(await refusalCode { _ = try await place.erase(by: principal) } == .notFound)
            }
            #expect(await refusalCode { _ = try await place.erase("NOBODY") } == .notFound)
            #expect(await refusalCode { _ = try await place.erase(project: "OTHER") } == .notFound)
            #expect(await refusalCode { _ = try await place.erase(confirm: place.subjects[1]) } == .invalid)
            #expect(await refusalCode { _ = try await place.erase(confirm: "") } == .invalid)
            #expect(await refusalCode { _ = try await place.erase(reason: " ") } == .invalid)
            #expect(
                await refusalCode { _ = try await place.erase(reason: String(repeating: "x", count: 501)) } == .invalid)
            #expect(try await test.count("SELECT count(*) FROM subject") == 2)
            #expect(try await test.count("SELECT count(*) FROM subject_tombstone") == 0)
            // The database does not let anybody else take rows out of what is append-only.
            let database = try #require(test.database)
            for table in ["access_event", "label_commit", "report_version"] {
                await #expect(throws: PostgresError.self) { try await database.query("DELETE FROM \(table)") }
            }
        }
    }

    @Test(arguments: ["study", "subject", "project"]) func aLegalHoldForbidsItUntilItEnds(scope: String) async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            let database = try #require(test.database)
            let covers = scope == "study" ? "study s WHERE s.uid = $2" : "subject s WHERE s.code = $2"
            let named = scope == "study" ? place.studies[0] : place.subjects[0]
            _ = try await database.query(
                """
                INSERT INTO legal_hold (scope, covers, reason, set_by)
                SELECT $1, \(scope == "project" ? "s.project_id" : "s.id"), 'lawsuit', 1 FROM \(covers)
                """, [scope, named])
            do {
                _ = try await place.erase()
                Issue.record("a hold did not forbid it")
            } catch let error as LakeError {
                #expect(error.code == .conflict && error.reason.contains("hold"), "\(error)")
            }
            // Nothing was touched.
            let report = try await test.lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(report.isSound && report.erased == 0 && report.instances == 6)
            _ = try await database.query("UPDATE legal_hold SET ended_at = now(), ended_by = 1")
            #expect(try await place.erase().state == .done)
        }
    }

    /// What a crash leaves: the rows are gone, some bytes are not.
    @Test(arguments: ["bytes", "copies", "traces"]) func whatACrashLeftIsEnded(state: String) async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            let database = try #require(test.database)
            let row = try await database.single(
                "SELECT object_segment, object_offset, object_length FROM instance ORDER BY id LIMIT 1")
            let done = try await place.erase()
            _ = try await database.query("UPDATE subject_tombstone SET state = $1, done_at = NULL", [state])
            if state == "bytes" {
                _ = try await database.query(
                    "INSERT INTO erasure_blob VALUES ($1, $2, $3, $4)",
                    [
                        done.id, try row.decode("object_segment", as: Int64.self),
                        try row.decode("object_offset", as: Int64.self),
                        try row.decode("object_length", as: Int64.self),
                    ])
            }
            #expect(try await place.erase() == done)
            #expect(try await test.count("SELECT count(*) FROM erasure_blob") == 0)
        }
    }

    @Test func whileSomebodyViewsAndIngests() async throws {
        try await TestLake.with { test in
            let place = try await ErasurePlace(test)
            let lake = test.lake
            let study = SyntheticImage.uid()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<2 {
                    group.addTask {
                        for turn in 0..<40 {
                            let instance = place.instances[(turn + lane) % 6]
                            let code = await refusalCode {
                                _ = try await lake.viewing.frame(instance, 1, principal: place.physician)
                            }
                            #expect(code == nil || code == .notFound || code == .gone, "\(String(describing: code))")
                            if (turn + lane) % 6 > 2 { #expect(code == nil) }
                        }
                    }
                }
                for lane in 0..<3 {
                    group.addTask {
                        for turn in 0..<12 {
                            var image = SyntheticImage.series(
                                1, study: "\(study).\(turn % 3)", patientID: "PLANTED-ID-4711")[0]
                            image.instance = SyntheticImage.uid()
                            image.seed = UInt8(turn * 3 + lane)
                            let verdict = try await lake.ingest.instance(
                                image.bytes, project: "CT", principal: place.people.technologist)
                            // Before: gone with the rest. After: a new subject. In between: told to send it again.
                            #expect(
                                verdict.kind == .accepted || verdict.reason?.contains("erased") == true,
                                "\(verdict.reason ?? "")")
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        _ = try await place.erase()
                        try await Task.sleep(for: .milliseconds(30))
                    }
                }
                try await group.waitForAll()
            }
            let report = try await lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(report.isSound, "\(report.problems.prefix(3))")
            _ = try await place.erase()
            #expect(try await test.count("SELECT count(*) FROM subject") == 1)
            let last = try await lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(last.isSound && last.instances == 3 && last.unreferenced == 0, "\(last)")
        }
    }
}

extension PlantedWordsTests {
    @Test func afterErasingNoByteOfAnyFileNamesThePatientNorTheStudyNorTheSubject() async throws {
        let test = try await TestLake(ownServer: true)
        let place = try await ErasurePlace(test)
        await test.lake.accessLog.flush()
        try await test.lake.ledger.sequence()
        let gone =
            [place.subjects[0], place.studies[0], "wordofannie0", "messageofannie0", ErasurePlace.findings[0]]
            + Array(place.instances.prefix(3))
        let kept = [place.subjects[1], place.studies[1], "wordofannie1", "messageofannie1", ErasurePlace.findings[1]]
        // It is there before, once the database has written its files: the search can find it.
        await test.lake.close()
        #expect(Set(gone).subtracting(try test.found(gone)) == [])
        #expect(try test.found(Self.words).isEmpty)
        let lake = try await Lake.open(test.configuration)
        let tombstone = try await lake.erasures.erase(
            place.subjects[0], project: "CT", reason: "consent withdrawn", confirmation: place.subjects[0],
            principal: place.people.custodian)
        #expect(tombstone.state == .done)
        // While the server runs, its write-ahead log and all.
        #expect(try test.found(gone + Self.words) == [])
        #expect(Set(kept).subtracting(try test.found(kept)) == [])
        let report = try await lake.fsck.run(deep: true, principal: place.people.operator)
        #expect(report.isSound)
        await lake.close()
        #expect(try test.found(gone + Self.words) == [])
        await test.remove()
    }
}

extension TestLake {
    /// Those of `words` that some file shows: segments, spool, and the database wherever it lies.
    func found(_ words: [String]) throws -> Set<String> {
        var found: Set<String> = []
        for root in [directory] + databaseHomes.map({ URL(fileURLWithPath: $0) }) {
            let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
            while let url = files.nextObject() as? URL {
                guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else { continue }
                for word in words where data.range(of: Data(word.utf8)) != nil { found.insert(word) }
            }
        }
        return found
    }
}
