import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// Two numbers that are one patient, one number that is two; and back.
@Suite struct SubjectChangeTests {
    struct Place: Sendable {
        let test: TestLake
        let people: People
        let physician: Principal
        var lake: Lake { test.lake }
        var changes: SubjectChanges { test.lake.subjectChanges }
        var custodian: Principal { people.custodian }

        init(_ test: TestLake) async throws {
            self.test = test
            people = try await test.people()
            physician = try await test.person("phil", [.physician])
        }

        struct Study: Sendable {
            let uid: String
            let instance: String
            let image: SyntheticImage
        }

        /// A study of one image.
        func study(_ patient: String, name: String = "Plantedname^Quirin") async throws -> Study {
            var image = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: patient)[0]
            image.patientName = name
            let verdict = try await test.bring([image])[0]
            return Study(uid: try #require(verdict.study), instance: try #require(verdict.instance), image: image)
        }

        func code(_ study: Study) async throws -> String {
            try await lake.catalog.study(study.uid, principal: physician).study.subject
        }

        func studies(of code: String) async throws -> Set<String> {
            Set(try await lake.catalog.subject(code, project: "CT", principal: physician).studies.map(\.uid))
        }

        func merge(_ one: String, _ two: String, by principal: Principal? = nil) async throws -> SubjectChange {
            try await changes.merge(
                one, into: two, project: "CT", reason: "two numbers", principal: principal ?? custodian)
        }

        /// Every image is shown, every original comes back bit for bit, every count is right.
        func check(_ studies: [Study]) async throws {
            for study in studies {
                _ = try await lake.viewing.frame(study.instance, 1, principal: physician)
                let back = try await lake.originals.original(study.instance, reason: "check", principal: physician)
                #expect(try back.read(0..<back.count) == study.image.bytes)
            }
            let report = try await lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.isSound && report.rebuilt == studies.count, "\(report.problems)")
        }
    }

    private func with(_ body: (Place) async throws -> Void) async throws {
        let change: (inout LakeConfiguration) -> Void = { $0.site.originalsAlone = 1000 }
        try await TestLake.with(change: change) { test in try await body(try await Place(test)) }
    }

    @Test func `a merge re-wraps what there is, and later studies of either number land there`() async throws {
        try await with { place in
            var all = [try await place.study("A-1"), try await place.study("B-1"), try await place.study("A-1")]
            let (one, two) = (try await place.code(all[0]), try await place.code(all[1]))
            #expect(one != two)
            try await place.check(all)
            let segments = place.test.storedBytes()
            let merged = try await place.merge(one, two)
            #expect(merged.kind == .merge && merged.studies == 2 && merged.subject == one && merged.other == two)
            #expect(merged.canBeUndone && merged.by == "cuno" && merged.reason == "two numbers")
            // Keys only: not a byte of an image was written.
            #expect(place.test.storedBytes() == segments)
            #expect(try await place.studies(of: two) == Set(all.map(\.uid)))
            // The former code still leads there.
            #expect(try await place.studies(of: one) == Set(all.map(\.uid)))
            var filter = StudyFilter()
            filter.subject = one
            #expect(
                try await place.lake.catalog.studies(filter, principal: place.physician).studies.count == 3)
            all += [try await place.study("A-1"), try await place.study("B-1")]
            for study in all { #expect(try await place.code(study) == two) }
            try await place.check(all)
            #expect(await refusalCode { _ = try await place.merge(one, two) } == .conflict)
            #expect(await refusalCode { _ = try await place.merge(two, one) } == .conflict)
            // More of a study that moved comes to it, too.
            var more = all[0].image
            more.instance = SyntheticImage.uid()
            more.seed = 9
            #expect(try await place.test.bring([more])[0].study == all[0].uid)
        }
    }

    @Test func `a merge is taken back with what came since, and the versions say all of it`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1")
            let (one, two) = (try await place.code(a), try await place.code(b))
            let merged = try await place.merge(one, two)
            let since = try await place.study("A-1")
            let other = try await place.study("B-1")
            let undone = try await place.changes.undo(merged.id, reason: "they are two", principal: place.custodian)
            #expect(undone.kind == .split && undone.undoes == merged.id && undone.studies == 2)
            #expect(try await place.studies(of: one) == [a.uid, since.uid])
            #expect(try await place.studies(of: two) == [b.uid, other.uid])
            let last = try await place.study("A-1")
            #expect(try await place.code(last) == one)
            try await place.check([a, b, since, other, last])
            #expect(
                await refusalCode {
                    _ = try await place.changes.undo(merged.id, reason: "again", principal: place.custodian)
                } == .conflict)
            let versions = try await place.changes.list(principal: place.custodian)
            #expect(versions.map(\.kind) == [.split, .merge] && versions.allSatisfy { !$0.canBeUndone })
            let database = try #require(place.test.database)
            for statement in ["DELETE FROM subject_change", "UPDATE subject_change SET reason = 'x'"] {
                await #expect(throws: PostgresError.self) { try await database.query(statement) }
            }
            let events = try await place.lake.accessLog.accesses(study: a.uid, principal: place.custodian).map(\.kind)
            #expect(events.contains(.subjectMerge) && events.contains(.subjectSplit))
            try await place.lake.ledger.sequence()
        }
    }

    @Test func `a chain of merges is taken back from its end`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1")
            let c = try await place.study("C-1")
            let codes = [try await place.code(a), try await place.code(b), try await place.code(c)]
            let first = try await place.merge(codes[0], codes[1])
            let second = try await place.merge(codes[1], codes[2])
            #expect(try await place.studies(of: codes[0]) == [a.uid, b.uid, c.uid])
            let since = try await place.study("A-1")
            #expect(try await place.code(since) == codes[2])
            #expect(
                await refusalCode {
                    _ = try await place.changes.undo(first.id, reason: "x", principal: place.custodian)
                } == .conflict)
            _ = try await place.changes.undo(second.id, reason: "x", principal: place.custodian)
            #expect(try await place.studies(of: codes[1]) == [a.uid, b.uid, since.uid])
            #expect(try await place.studies(of: codes[2]) == [c.uid])
            _ = try await place.changes.undo(first.id, reason: "x", principal: place.custodian)
            #expect(try await place.studies(of: codes[0]) == [a.uid, since.uid])
            try await place.check([a, b, c, since])
        }
    }

    @Test func `studies are taken out of a number that two people share`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("A-1")
            let c = try await place.study("C-1")
            let code = try await place.code(a)
            func split(_ studies: [String]) async throws -> SubjectChange {
                try await place.changes.split(
                    code, studies: studies, project: "CT", reason: "shared number", principal: place.custodian)
            }
            for studies in [[], [c.uid], ["1.2.3"], [a.uid, b.uid], ["1\0"]] {
                #expect(await refusalCode { _ = try await split(studies) } == .invalid, "\(studies)")
            }
            let change = try await split([b.uid])
            let new = try #require(change.subject)
            #expect(new != code && change.other == code && change.studies == 1)
            #expect(try await place.studies(of: code) == [a.uid])
            #expect(try await place.studies(of: new) == [b.uid])
            // A number leads to one subject: to the one that keeps it.
            #expect(try await place.code(try await place.study("A-1")) == code)
            // And back, as a merge.
            let back = try await place.merge(new, code)
            #expect(try await place.studies(of: code).count == 3)
            _ = try await place.changes.undo(back.id, reason: "x", principal: place.custodian)
            #expect(try await place.studies(of: new) == [b.uid])
            #expect(try await place.lake.fsck.run(deep: true, principal: place.people.operator).isSound)
        }
    }

    @Test func `who may not learns nothing, and what makes no sense is said`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1")
            let (one, two) = (try await place.code(a), try await place.code(b))
            let auditor = place.people.auditor
            for principal in [place.physician, auditor, place.people.technologist, place.people.stranger] {
                #expect(await refusalCode { _ = try await place.merge(one, two, by: principal) } == .notFound)
                #expect(try await place.changes.list(principal: principal).isEmpty)
                #expect(try await place.changes.suggestions(principal: principal).isEmpty)
                #expect(
                    await refusalCode {
                        _ = try await place.changes.compare([one], project: "CT", reason: "x", principal: principal)
                    } == .notFound)
            }
            #expect(await refusalCode { _ = try await place.merge(one, one) } == .invalid)
            #expect(await refusalCode { _ = try await place.merge(one, "NOBODY") } == .notFound)
            #expect(
                await refusalCode {
                    _ = try await place.changes.merge(
                        one, into: two, project: "CT", reason: "\n", principal: place.custodian)
                } == .invalid)
            #expect(
                await refusalCode {
                    _ = try await place.changes.undo(99, reason: "x", principal: place.custodian)
                } == .notFound)
            // Whose identity was destroyed is nobody's any more.
            _ = try await place.lake.anonymisations.anonymise(
                subject: one, project: "CT", reason: "end", confirmation: one, principal: place.custodian)
            #expect(await refusalCode { _ = try await place.merge(one, two) } == .conflict)
            #expect(await refusalCode { _ = try await place.merge(two, one) } == .conflict)
            // The operator may merge, and learns of nobody who looks like whom.
            #expect(try await place.changes.suggestions(principal: place.people.operator).isEmpty)
        }
    }

    @Test func `a hold goes along, and erasing takes the merged one with it`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1")
            let (one, two) = (try await place.code(a), try await place.code(b))
            _ = try await place.lake.retention.setHold(
                a.uid, scope: .subject, reason: "lawsuit", principal: place.custodian)
            let merged = try await place.merge(one, two)
            func erase(_ code: String) async throws -> Tombstone {
                try await place.lake.erasures.erase(
                    code, project: "CT", reason: "consent", confirmation: code, principal: place.custodian)
            }
            #expect(await refusalCode { _ = try await erase(two) } == .conflict)
            #expect(await refusalCode { _ = try await erase(one) } == .conflict)
            _ = try await place.lake.retention.setHold(
                b.uid, scope: .subject, reason: nil, principal: place.custodian)
            let stone = try await erase(two)
            #expect(stone.counts.studies == 2)
            #expect(try await place.test.count("SELECT count(*) FROM subject") == 0)
            let left = try await place.changes.list(principal: place.custodian)
            #expect(left.count == 1 && left[0].subject == nil && left[0].reason == "erased" && !left[0].canBeUndone)
            #expect(
                await refusalCode {
                    _ = try await place.changes.undo(merged.id, reason: "x", principal: place.custodian)
                } == .conflict)
            // Both numbers begin anew, each for itself.
            let again = [try await place.study("A-1"), try await place.study("B-1")]
            let codes = [try await place.code(again[0]), try await place.code(again[1])]
            #expect(codes[0] != codes[1])
            try await place.check(again)
        }
    }

    @Test func `merging while images come in loses none and splits no study`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1")
            let (one, two) = (try await place.code(a), try await place.code(b))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for turn in 0..<8 {
                            let patient = (lane + turn) % 2 == 0 ? "A-1" : "B-1"
                            let image = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: patient)[0]
                            let verdict = try await place.lake.ingest.instance(
                                image.bytes, project: "CT", principal: place.people.technologist)
                            #expect(verdict.kind == .accepted, "\(verdict)")
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        let merged = try await place.merge(one, two)
                        try await Task.sleep(for: .milliseconds(20))
                        _ = try await place.changes.undo(merged.id, reason: "x", principal: place.custodian)
                    }
                }
                try await group.waitForAll()
            }
            let report = try await place.lake.fsck.run(deep: true, principal: place.people.operator)
            #expect(report.isSound && report.rebuilt == 34, "\(report.problems.prefix(3))")
            #expect(try await place.studies(of: one).count == 17)
            #expect(try await place.studies(of: two).count == 17)
        }
    }

    // MARK: Suggestions

    @Test func `the same name, birth date and sex under two numbers is only ever suggested`() async throws {
        try await with { place in
            let a = try await place.study("A-1")
            let b = try await place.study("B-1", name: "QUIRIN^plantedname")
            let c = try await place.study("C-1", name: "Somebody^Else")
            let (one, two) = (try await place.code(a), try await place.code(b))
            #expect(one != two)
            let suggested = try await place.changes.suggestions(principal: place.custodian)
            #expect(suggested.count == 1 && suggested[0].subjects.map(\.code) == [one, two])
            #expect(suggested[0].project == "CT" && suggested[0].subjects.map(\.studies) == [1, 1])
            // To tell, one looks at both; that is recorded.
            let seen = try await place.changes.compare(
                [one, two], project: "CT", reason: "duplicates", principal: place.custodian)
            #expect(
                seen.map(\.code) == [one, two] && seen.map { $0.identities.map(\.patientID) } == [["A-1"], ["B-1"]])
            #expect(seen[0].identities[0].birthDate == "19511123" && seen[0].unread == 0)
            let events = try await place.lake.accessLog.accesses(study: a.uid, principal: place.custodian)
            #expect(events.contains { $0.kind == .subjectCompare && $0.purpose == "duplicates" })
            for codes in [[], Array(repeating: one, count: 5)] {
                #expect(
                    await refusalCode {
                        _ = try await place.changes.compare(
                            codes, project: "CT", reason: "x", principal: place.custodian)
                    } == .invalid)
            }
            // Once said to be two, they are suggested no more.
            _ = try await place.changes.apart(
                two, from: one, project: "CT", reason: "twins", principal: place.custodian)
            #expect(try await place.changes.suggestions(principal: place.custodian).isEmpty)
            // Once merged, they are one.
            let d = try await place.study("D-1", name: "Else Somebody")
            #expect(try await place.changes.suggestions(principal: place.custodian).count == 1)
            _ = try await place.merge(try await place.code(d), try await place.code(c))
            #expect(try await place.changes.suggestions(principal: place.custodian).isEmpty)
        }
    }

    @Test func `identities that were compared count as originals that one person had alone`() async throws {
        let change: (inout LakeConfiguration) -> Void = { $0.site.originalsAlone = 3 }
        try await TestLake.with(change: change) { test in
            let place = try await Place(test)
            var studies: [Place.Study] = []
            for number in 1...5 { studies.append(try await place.study("N-\(number)")) }
            let codes = [
                try await place.code(studies[0]), try await place.code(studies[1]), try await place.code(studies[2]),
                try await place.code(studies[3]),
            ]
            func compare(_ chosen: [String], by principal: Principal) async -> LakeError.Code? {
                await refusalCode {
                    _ = try await place.changes.compare(chosen, project: "CT", reason: "twins", principal: principal)
                }
            }
            // Too many at once are not half shown.
            #expect(await compare(codes, by: place.custodian) == .forbidden)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'subject.compare'") == 0)
            // The same two again are the same two.
            for _ in 0..<3 { #expect(await compare(Array(codes.prefix(2)), by: place.custodian) == nil) }
            #expect(await compare(Array(codes.suffix(2)), by: place.custodian) == .forbidden)
            // A file is the third; the fourth patient, and a fourth study, are too many.
            _ = try await place.lake.originals.original(
                studies[4].instance, reason: "check", principal: place.custodian)
            #expect(await compare([codes[3]], by: place.custodian) == .forbidden)
            #expect(
                await refusalCode {
                    _ = try await place.lake.originals.original(
                        studies[3].instance, reason: "check", principal: place.custodian)
                } == .forbidden)
            // Whom one knows already one may see, and somebody else has a count of their own.
            #expect(await compare([codes[0]], by: place.custodian) == nil)
            let other = try await test.person("otto", [.custodian])
            #expect(await compare(Array(codes.prefix(3)), by: other) == nil)
            // A day later it begins anew.
            _ = try await test.database?.query("UPDATE identity_look SET at = at - interval '25 hours'")
            #expect(await compare([codes[3]], by: place.custodian) == nil)
        }
    }

    @Test func `who came before there were suggestions is suggested after the next start`() async throws {
        try await with { place in
            let studies = [
                try await place.study("A-1"), try await place.study("B-1", name: "QUIRIN^plantedname"),
                try await place.study("C-1", name: ""),
            ]
            let uid = studies[2].uid
            #expect(try await place.changes.suggestions(principal: place.custodian).count == 1)
            let torn = try await place.study("D-1", name: "Somebody^Else").uid
            await place.lake.close()
            // As migration 0017 leaves a lake that is older than 0013; one record cannot be opened.
            _ = try await place.test.database?.query("UPDATE study_key SET person_token = NULL, person_pending = true")
            _ = try await place.test.database?.query(
                "UPDATE study_key SET identity_record = '\\x00'::bytea WHERE study_uid = $1", [torn])
            var configuration = place.test.configuration
            configuration.doesRecurringWork = true
            let lake = try await Lake.open(configuration)
            for _ in 0..<100 {
                let waiting = try await place.test.count("SELECT count(*) FROM study_key WHERE person_pending")
                if waiting == 1 { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            let suggested = try await lake.subjectChanges.suggestions(principal: place.custodian)
            #expect(suggested.count == 1 && suggested[0].subjects.map(\.studies) == [1, 1])
            // Who has no name has no token, and is done all the same.
            #expect(
                try await place.test.count(
                    "SELECT count(*) FROM study_key WHERE study_uid = '\(uid)' AND NOT person_pending "
                        + "AND person_token IS NULL") == 1)
            #expect(
                try await place.test.count(
                    "SELECT count(*) FROM study_key WHERE study_uid = '\(torn)' AND person_pending") == 1)
            await lake.close()
        }
    }
}
