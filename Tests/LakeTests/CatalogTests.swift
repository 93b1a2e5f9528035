import ByteIO
import DICOM
import Foundation
import Lake
import TestMaterial
import Testing

/// What is found, by whom, on a real PostgreSQL.
@Suite(.serialized) struct CatalogTests {
    @Test func studiesAreListedInPagesWithoutGapsOrRepetition() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let brought = try await test.bringStudies(7)
            for order in [StudyOrder.date, .added] {
                var uids: [String] = []
                var cursor: String?
                repeat {
                    let page = try await test.lake.catalog.studies(
                        StudyFilter(), order: order, cursor: cursor, limit: 3, principal: reader)
                    #expect(page.studies.count <= 3)
                    uids += page.studies.map(\.uid)
                    cursor = page.next
                } while cursor != nil
                #expect(uids.count == 7 && Set(uids) == Set(brought.compactMap(\.study)), "\(order)")
                if order == .added { #expect(uids == brought.reversed().compactMap(\.study)) }
            }
            let wrong = await #expect(throws: LakeError.self) {
                try await test.lake.catalog.studies(StudyFilter(), cursor: "d20200131", principal: reader)
            }
            #expect(wrong?.code == .invalid)
        }
    }

    @Test func everyFilterNarrows() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let brought = try await test.bringStudies(4) { $0 == 0 ? "MR" : "CT" }
            let all = try await test.lake.catalog.studies(StudyFilter(), principal: reader).studies
            let first = try #require(all.first { $0.uid == brought[0].study })
            let date = try #require(first.date)
            func count(_ change: (inout StudyFilter) -> Void) async throws -> Int {
                var filter = StudyFilter()
                change(&filter)
                return try await test.lake.catalog.studies(filter, principal: reader).studies.count
            }
            #expect(try await count { $0.modalities = ["mr"] } == 1)
            #expect(try await count { $0.modalities = ["MR", "CT"] } == 4)
            #expect(try await count { $0.modalities = ["US"] } == 0)
            #expect(try await count { $0.bodyPart = "head" } == 4)
            #expect(try await count { $0.bodyPart = "FOOT" } == 0)
            #expect(
                try await count {
                    $0.from = date
                    $0.to = date
                } >= 1)
            #expect(try await count { $0.to = "1900-01-01" } == 0)
            #expect(try await count { $0.from = "2100-01-01" } == 0)
            #expect(first.age == 69)
            #expect(
                try await count {
                    $0.ageFrom = 69
                    $0.ageTo = 69
                } == 4)
            #expect(try await count { $0.ageFrom = 70 } == 0)
            #expect(try await count { $0.ageTo = 68 } == 0)
            #expect(try await count { $0.sex = "F" } == 4)
            #expect(try await count { $0.sex = "M" } == 0)
            #expect(try await count { $0.subject = first.subject } == 1)
            #expect(try await count { $0.studies = [first.uid, "1.2.3"] } == 1)
            #expect(try await count { $0.project = "CT" } == 4)
            #expect(try await count { $0.project = "NONE" } == 0)
            if let text = first.description {
                #expect(try await count { $0.description = String(text.prefix(6)).uppercased() } == 4)
            }
            #expect(try await count { $0.description = "100%_" } == 0)
            for change: (inout StudyFilter) -> Void in [
                { $0.from = "2020-02-30" }, { $0.ageFrom = -1 }, { $0.sex = "a\0" },
            ] {
                let wrong = await #expect(throws: LakeError.self) { try await count(change) }
                #expect(wrong?.code == .invalid)
            }
        }
    }

    @Test func aStudyHasItsSeriesAndPriors() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let now = try await test.bring(SyntheticImage.series(3, study: SyntheticImage.uid()))
            let prior = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
            let uid = try #require(now[0].study)
            let detail = try await test.lake.catalog.study(uid, principal: reader)
            #expect(detail.study.instanceCount == 3 && detail.study.seriesCount == 1)
            #expect(detail.series.map(\.firstInstance) == [now[0].instance])
            #expect(detail.series[0].frames == 3 && detail.series[0].rows == 32)
            #expect(detail.priors.map(\.uid) == [prior[0].study])
            let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(detail)) as? [String: Any]
            #expect(json?["uid"] as? String == uid && json?["series"] is [Any] && json?["priors"] is [Any])
            #expect(try JSONDecoder().decode(StudyDetail.self, from: JSONEncoder().encode(detail)) == detail)
            let series = detail.series[0].uid
            #expect(try await test.lake.catalog.series(series, principal: reader).study == uid)
            #expect(
                try await test.lake.catalog.instances(series: series, principal: reader).map(\.number) == [1, 2, 3])
            let subjects = try await test.lake.catalog.subjects(principal: reader).subjects
            #expect(subjects.map(\.studyCount) == [2])
            let subject = try await test.lake.catalog.subject(subjects[0].code, project: "CT", principal: reader)
            #expect(Set(subject.studies.map(\.uid)) == [uid, prior[0].study])
        }
    }

    @Test func whatOneMayNotSeeIsNotThere() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let other = try await test.lake.projects.create(code: "OTHER", name: "Another", principal: people.operator)
            _ = other
            let outsider = try await test.person("otto", [.physician], project: "OTHER")
            let verdict = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))[0]
            let (study, series, instance) = (verdict.study ?? "", verdict.series ?? "", verdict.instance ?? "")
            for principal in [outsider, people.stranger, people.technologist, people.auditor] {
                #expect(try await test.lake.catalog.studies(StudyFilter(), principal: principal).studies.isEmpty)
                #expect(try await test.lake.catalog.subjects(principal: principal).subjects.isEmpty)
                #expect(try await test.lake.catalog.search(AttributeQuery(.studies), principal: principal).count == 0)
                #expect(try await test.lake.exports.list(principal: principal).isEmpty)
                let scope = RetrieveScope(study: study)
                let tries: [() async throws -> Void] = [
                    { _ = try await test.lake.catalog.study(study, principal: principal) },
                    { _ = try await test.lake.catalog.series(series, principal: principal) },
                    { _ = try await test.lake.catalog.instances(series: series, principal: principal) },
                    {
                        _ = try await test.lake.catalog.search(
                            AttributeQuery(.series, study: study), principal: principal)
                    },
                    { _ = try await test.lake.viewing.instances(scope, principal: principal) },
                    { _ = try await test.lake.viewing.metadata(scope, baseURL: "", principal: principal) },
                    { _ = try await test.lake.viewing.object(instance, principal: principal) },
                    { _ = try await test.lake.viewing.frame(instance, 1, principal: principal) },
                    { _ = try await test.lake.viewing.transport(instance, 1, gzip: true, principal: principal) },
                    {
                        _ = try await test.lake.viewing.rendered(
                            instance, frame: 1, PictureRequest(), principal: principal)
                    },
                    { _ = try await test.lake.viewing.thumbnail(scope, principal: principal) },
                    { _ = try await test.lake.viewing.seriesDisplay(series, principal: principal) },
                    {
                        _ = try await test.lake.exports.create(
                            project: "CT", filter: StudyFilter(), principal: principal)
                    },
                ]
                for (index, attempt) in tries.enumerated() {
                    let error = await #expect(throws: LakeError.self, "\(principal.name) \(index)") {
                        try await attempt()
                    }
                    #expect(error?.code == .notFound, "\(principal.name) \(index)")
                }
            }
        }
    }

    @Test func attributesAreMatchedAsTheStandardSays() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let brought = try await test.bringStudies(3) { $0 == 0 ? "MR" : "CT" }
            let three = try await test.bring(SyntheticImage.series(3, study: SyntheticImage.uid(), patientID: "P"))
            func search(
                _ level: AttributeQuery.Level, _ matches: [DICOM.Tag: String] = [:], study: String? = nil,
                _ change: (inout AttributeQuery) -> Void = { _ in }
            ) async throws -> (objects: [[String: [String: Any]]], results: AttributeResults) {
                var query = AttributeQuery(level, study: study)
                query.matches = matches
                query.baseURL = "http://host/dicom-web"
                change(&query)
                let results = try await test.lake.catalog.search(query, principal: reader)
                let json = try JSONSerialization.jsonObject(with: Data(results.json.array))
                let objects = try #require(json as? [[String: [String: Any]]])
                #expect(objects.count == results.count)
                return (objects, results)
            }
            let all = try await search(.studies).objects
            #expect(all.count == 4)
            let uid = try #require(three[0].study)
            let one = try await search(.studies, [.StudyInstanceUID: uid]).objects
            let object = try #require(one.first)
            #expect(one.count == 1)
            #expect(object["00201208"]?["Value"] as? [Int] == [3])
            #expect(object["00080061"]?["Value"] as? [String] == ["CT"])
            #expect(object["00081190"]?["Value"] as? [String] == ["http://host/dicom-web/studies/\(uid)"])
            let code = try #require((object["00100020"]?["Value"] as? [String])?.first)
            #expect((object["00100010"]?["Value"] as? [[String: String]])?.first?["Alphabetic"] == code)
            let date = (object["00080020"]?["Value"] as? [String])?.first ?? ""
            for (matches, count) in [
                ([.StudyInstanceUID: "\(uid)\\\(brought[0].study ?? "")"], 2), ([.PatientID: code], 1),
                ([.PatientID: code.prefix(4) + "*"], 1), ([.PatientName: code.lowercased()], 1),
                ([.PatientName: "DOE*"], 0),
                ([.ModalitiesInStudy: "MR"], 1), ([.StudyDate: date, .StudyInstanceUID: uid], 1),
                ([.StudyDate: "19000101-19000102"], 0), ([.StudyDate: "19000101-"], 4), ([.StudyDate: "-19000101"], 0),
                ([.PatientSex: "F"], 4), ([.AccessionNumber: "1"], 0), ([.BodyPartExamined: "HEAD"], 4),
                ([.StudyTime: "1011"], 4), ([.StudyTime: "1012-"], 0), ([.StudyDescription: "*zzz*"], 0),
            ] as [([DICOM.Tag: String], Int)] {
                #expect(try await search(.studies, matches).objects.count == count, "\(matches)")
            }
            #expect(try await search(.series, study: uid).objects.count == 1)
            #expect(try await search(.series, [.Modality: "CT"]).objects.count == 3)
            let instances = try await search(.instances, study: uid).objects
            #expect(instances.compactMap { ($0["00200013"]?["Value"] as? [Int])?.first } == [1, 2, 3])
            #expect(try await search(.instances, [.InstanceNumber: "2"], study: uid).objects.count == 1)
            #expect(try await search(.instances, [.SOPInstanceUID: three[2].instance ?? ""]).objects.count == 1)
            let paged = try await search(.studies) {
                $0.limit = 2
                $0.offset = 1
            }
            #expect(paged.objects.count == 2 && paged.results.isPartial)
            #expect(
                try await search(.studies) {
                    $0.limit = 2
                    $0.offset = 3
                }.objects.count == 1)
            let included = try await search(.instances, study: uid) { $0.included = [.BitsStored] }.objects
            #expect(included[0]["00280101"]?["Value"] as? [Int] == [12])
            let warned = try await search(.studies, [.Rows: "5"]) { $0.isFuzzy = true }.results
            #expect(warned.warnings.count == 2 && warned.warnings[1].contains("Rows"))
            for matches in [
                [DICOM.Tag.StudyDate: "2020"], [.StudyDate: "-"], [.StudyTime: "x"], [.NumberOfStudyRelatedSeries: "x"],
            ] {
                let wrong = await #expect(throws: LakeError.self) { try await search(.studies, matches) }
                #expect(wrong?.code == .invalid)
            }
        }
    }
}
