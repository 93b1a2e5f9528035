import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// A study of one image with people around it.
struct ReportedPlace {
    let test: TestLake
    let study: String
    let physician: Principal
    let root: Principal
    var reports: Reports { test.lake.reports }

    static func with(_ body: (ReportedPlace) async throws -> Void) async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.create(code: "CT", name: "CT", principal: root)
            try await test.lake.projects.create(code: "OTHER", name: "Other", principal: root)
            let verdict = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))[0]
            try await body(
                ReportedPlace(
                    test: test, study: try #require(verdict.study),
                    physician: try await test.person("phil", ["CT": [.physician]]), root: root))
        }
    }

    func write(_ text: String, _ status: Report.Status = .preliminary) async throws -> Report {
        try await reports.write(study: study, text: text, status: status, principal: physician)
    }

    func hits(_ query: String, _ principal: Principal? = nil) async throws -> [String] {
        try await reports.search(query, principal: principal ?? physician).reports.map(\.id)
    }
}

@Suite struct ReportTests {
    /// Names the patient and the referring physician of `SyntheticImage`, and one whom no header knows.
    static let text = """
        Quirin Plantedname, PLANTED-ID-4711, seen on 4.3.2021. Referred by Dr. Odo Plantedreferrer.
        Findings: a nodule of 12–14 mm in the right upper lobe, unchanged. Discussed with Xaver Unheardof.
        """

    @Test func whoWritesReportsReadsThemAsWrittenAndOthersScrubbed() async throws {
        try await ReportedPlace.with { place in
            let written = try await place.write(Self.text)
            #expect(written.text == Self.text && !written.isScrubbed && written.version == 1)
            #expect(try await place.reports.list(study: place.study, principal: place.physician) == [written])
            for role in [Role.annotator, .researcher, .custodian] {
                let reader = try await place.test.person("r-\(role)", ["CT": [role]])
                let read = try #require(try await place.reports.list(study: place.study, principal: reader).first)
                #expect(read.isScrubbed)
                for word in ["Quirin", "Plantedname", "4711", "2021", "Odo", "Plantedreferrer", "Xaver", "Unheardof"] {
                    #expect(!read.text.contains(word), "\(role): \(word)")
                }
                for words in ["a nodule of 12–14 mm in the right upper lobe, unchanged", "Findings:"] {
                    #expect(read.text.contains(words), "\(role): \(read.text)")
                }
                #expect(try await place.reports.report(written.id, principal: reader) == read)
                #expect(try await place.reports.versions(written.id, principal: reader) == [read])
                #expect(
                    await place.test.refusal {
                        _ = try await place.reports.write(
                            study: place.study, text: "x", status: .final, principal: reader)
                    } == .forbidden)
                #expect(
                    await place.test.refusal {
                        _ = try await place.reports.change(
                            written.id, text: "x", status: .final, from: 1, principal: reader)
                    } == .forbidden)
                #expect(
                    await place.test.refusal {
                        _ = try await place.reports.check(study: place.study, text: "x", principal: reader)
                    } == .forbidden)
            }
            let operatorReads = try await place.reports.report(written.id, principal: place.root)
            #expect(operatorReads.isScrubbed && !operatorReads.text.contains("Plantedname"))
            #expect(
                await place.test.refusal {
                    _ = try await place.reports.write(
                        study: place.study, text: "x", status: .final, principal: place.root)
                } == .forbidden)
        }
    }

    @Test func forOthersThereIsNothing() async throws {
        try await ReportedPlace.with { place in
            let written = try await place.write("Normal chest.")
            var others: [Principal] = [try await place.test.person("adm", administrator: true)]
            for role in [Role.technologist, .auditor, .recipient] {
                others.append(try await place.test.person("in-\(role)", ["CT": [role]]))
            }
            for role in Role.allCases { others.append(try await place.test.person("out-\(role)", ["OTHER": [role]])) }
            for other in others {
                let (reports, test, study) = (place.reports, place.test, place.study)
                #expect(await test.refusal { _ = try await reports.list(study: study, principal: other) } == .notFound)
                #expect(await test.refusal { _ = try await reports.report(written.id, principal: other) } == .notFound)
                #expect(
                    await test.refusal { _ = try await reports.versions(written.id, principal: other) } == .notFound)
                #expect(
                    await test.refusal {
                        _ = try await reports.write(study: study, text: "x", status: .final, principal: other)
                    } == .notFound)
                #expect(
                    await test.refusal {
                        _ = try await reports.change(written.id, text: "x", status: .final, from: 1, principal: other)
                    } == .notFound)
                #expect(
                    await test.refusal { _ = try await reports.check(study: study, text: "x", principal: other) }
                        == .notFound)
                #expect(try await place.hits("chest", other) == [])
                #expect(try await place.hits("", other) == [])
                var filter = StudyFilter()
                filter.report = "chest"
                #expect(try await test.lake.catalog.studies(filter, principal: other).studies.isEmpty)
            }
            for id in ["0", "-1", "999999", "x", "1 OR 1=1", "99999999999999999999"] {
                #expect(
                    await place.test.refusal { _ = try await place.reports.report(id, principal: place.physician) }
                        == .notFound)
            }
            for version in [0, 2, Int.max, -1] {
                #expect(
                    await place.test.refusal {
                        _ = try await place.reports.report(written.id, version: version, principal: place.physician)
                    } == .notFound)
            }
        }
    }

    @Test func aReportHasVersionsAndItsStatusFollowsARule() async throws {
        try await ReportedPlace.with { place in
            var report = try await place.write("One.")
            func change(_ text: String, _ status: Report.Status) async -> LakeError.Code? {
                do {
                    report = try await place.reports.change(
                        report.id, text: text, status: status, from: report.version, principal: place.physician)
                    return nil
                } catch { return error.code }
            }
            #expect(await change("x", .amended) == .conflict)
            #expect(await change("Two.", .preliminary) == nil)
            #expect(await change("Three.", .final) == nil)
            #expect(await change("x", .final) == .conflict)
            #expect(await change("x", .preliminary) == .conflict)
            #expect(await change("Four.", .amended) == nil)
            #expect(await change("Four.", .enteredInError) == nil)
            for status in Report.Status.allCases { #expect(await change("x", status) == .conflict) }
            let versions = try await place.reports.versions(report.id, principal: place.physician)
            #expect(versions.map(\.text) == ["One.", "Two.", "Three.", "Four.", "Four."])
            #expect(versions.map(\.status) == [.preliminary, .preliminary, .final, .amended, .enteredInError])
            #expect(versions.map(\.version) == [1, 2, 3, 4, 5])
            let third = try await place.reports.report(report.id, version: 3, principal: place.physician)
            #expect(third == versions[2])
            for status in [Report.Status.amended, .enteredInError] {
                #expect(await place.test.refusal { _ = try await place.write("x", status) } == .invalid)
            }
        }
    }

    @Test func ofManyWhoSaveOnTopOfOneVersionOneDoesAndNothingIsLost() async throws {
        try await ReportedPlace.with { place in
            let first = try await place.write("Begin.")
            let outcomes = await withTaskGroup(of: LakeError.Code?.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        await place.test.refusal {
                            _ = try await place.reports.change(
                                first.id, text: "Text \(index).", status: .preliminary, from: 1,
                                principal: place.physician)
                        }
                    }
                }
                return await group.reduce(into: [LakeError.Code?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1 && outcomes.count { $0 == .stale } == 7)
            #expect(try await place.reports.versions(first.id, principal: place.physician).count == 2)
            for seen in [0, 1, 3, Int.max, -5] {
                #expect(
                    await place.test.refusal {
                        _ = try await place.reports.change(
                            first.id, text: "x", status: .final, from: seen, principal: place.physician)
                    } == .stale)
            }
        }
    }

    @Test func theDatabaseItselfRefusesToChangeWhatWasSaid() async throws {
        try await ReportedPlace.with { place in
            let report = try await place.write("Final words.", .final)
            let database = try #require(place.test.database)
            for statement in [
                "UPDATE report_version SET text = 'other'", "DELETE FROM report_version",
                "TRUNCATE report_version CASCADE",
                "DELETE FROM report", "UPDATE report SET version = 7",
                "UPDATE report SET study_id = study_id + 1, version = 2",
                """
                INSERT INTO report_version (report_id, version, status, author_id, text, is_scrubbed)
                VALUES (\(report.id), 2, 'final', 1, 'x', false)
                """,
                """
                INSERT INTO report_version (report_id, version, status, author_id, text, is_scrubbed)
                VALUES (\(report.id), 3, 'amended', 1, 'x', false)
                """,
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") { try await database.execute(statement) }
            }
        }
    }

    @Test func readingAndWritingIsInTheAccessLog() async throws {
        try await ReportedPlace.with { place in
            let named = try await place.write(Self.text)
            let auditor = try await place.test.person("aude", ["CT": [.auditor]])
            let reader = try await place.test.person("rita", ["CT": [.researcher]])
            _ = try await place.reports.list(study: place.study, principal: place.physician)
            _ = try await place.reports.report(named.id, principal: reader)
            _ = try await place.reports.report(named.id, principal: reader)
            _ = try await place.hits("Plantedname OR nodule", reader)
            let events = try await place.test.lake.accessLog.accesses(study: place.study, principal: auditor)
            let told = events.filter { $0.kind.rawValue.hasPrefix("report.") }.map {
                "\($0.account) \($0.kind.rawValue) \($0.count)"
            }
            #expect(told == ["rita report.read 2", "phil report.as-written 1", "phil report.write 1"])
            let project = try await place.test.lake.projects.project("CT", principal: place.root)
            let all = try await place.test.lake.accessLog.events(project: project, principal: auditor)
            #expect(all.contains { $0.kind == .reportSearch && $0.account == "rita" })
            #expect(!all.contains { "\($0)".contains("Plantedname") })
        }
    }
}
