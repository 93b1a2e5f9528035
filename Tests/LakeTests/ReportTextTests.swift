import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// What becomes of the texts of reports.
@Suite struct ReportTextTests {
    @Test func theWriterSeesBeforeSavingWhatOthersWillNotRead() async throws {
        try await ReportedPlace.with { place in
            let text = "Lungs 🫁🫁 are clear. Seen by Plantedname: “nodule” of 5 mm, tel. 555–123–4567."
            let check = try await place.reports.check(study: place.study, text: text, principal: place.physician)
            let units = Array(text.utf16)
            let removed = check.removed.map { String(decoding: units[$0.from..<$0.to], as: UTF16.self) }
            #expect(removed.contains("Plantedname") && removed.contains("555–123–4567"), "\(removed)")
            #expect(check.scrubbed.contains("“nodule” of 5 mm"), "\(check.scrubbed)")
            #expect(try await place.test.count("SELECT count(*) FROM report") == 0)
            let clean = try await place.reports.check(
                study: place.study, text: "Normal chest.\r\n\tNo effusion.", principal: place.physician)
            #expect(clean.removed.isEmpty && clean.scrubbed == "Normal chest.\r\n\tNo effusion.")
        }
    }

    @Test func namesThatAreWordsGoWhereAHeaderOfTheStudyHasThem() async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.create(code: "CT", name: "CT", principal: root)
            var image = SyntheticImage()
            image.patientName = "Rose^Grace"
            image.patientID = "R77001"
            let study = try #require(try await test.bring([image])[0].study)
            let physician = try await test.person("phil", ["CT": [.physician]])
            let check = try await test.lake.reports.check(
                study: study, text: "grace is well, and rose again. R-77001. Sent by plantedreferrer, see hip.",
                principal: physician)
            for word in ["grace", "rose", "77001", "plantedreferrer"] {
                #expect(!check.scrubbed.lowercased().contains(word), "\(check.scrubbed)")
            }
            #expect(check.scrubbed.contains("is well, and") && check.scrubbed.contains("see hip"))
        }
    }

    @Test func datesMoveAsThoseOfTheStudyDo() async throws {
        try await ReportedPlace.with { place in
            let study = try await place.test.lake.catalog.study(place.study, principal: place.physician)
            let moved = try #require(study.study.date)
            let check = try await place.reports.check(
                study: place.study, text: "Compared with 2021-03-04.", principal: place.physician)
            #expect(check.scrubbed == "Compared with \(moved).")
        }
    }

    @Test func theWriterSeesWhereOthersReadSomethingElseAndOthersDoNot() async throws {
        try await ReportedPlace.with { place in
            let written = try await place.write("Seen by Dr. Plantedname on 2021-03-04: a nodule.", .final)
            let places = try #require(written.removed)
            #expect(places.map(\.kind) == ["name", "date"])
            let read = try await place.reports.report(written.id, principal: place.physician)
            #expect(read == written)
            // Both readings from the one text.
            let units = Array(read.text.utf16)
            var others = ""
            var at = 0
            for one in places {
                others += String(decoding: units[at..<one.from], as: UTF16.self) + one.shown
                at = one.to
            }
            others += String(decoding: units[at...], as: UTF16.self)
            let reader = try await place.test.person("rita", ["CT": [.researcher]])
            let scrubbed = try await place.reports.report(written.id, principal: reader)
            #expect(scrubbed.text == others && scrubbed.removed == nil && scrubbed.isScrubbed, "\(others)")
            // Where they lie they say nothing.
            let plain = try await place.test.count(
                "SELECT count(*) FROM report_version WHERE position('name'::bytea IN as_written_places) > 0")
            #expect(plain == 0)
            let clean = try await place.write("Normal chest.", .final)
            #expect(clean.removed == nil)
        }
    }

    @Test func aProjectsWordsAndSurrogatesCountForItsReports() async throws {
        try await ReportedPlace.with { place in
            let root = try await place.test.lake.accounts.operatorPrincipal()
            let document = """
                {"format": "tarn-profile/1", "options": ["clean_descriptors"], "surrogates": "kinds",
                 "words": {"keep": ["Vraxelquon"], "replace": ["nodule"]}}
                """
            _ = try await place.test.lake.projects.setProfile(
                "CT", document: Data(document.utf8), note: "", after: 1, principal: root)
            let check = try await place.reports.check(
                study: place.study, text: "Vraxelquon nodule, Dr. Rose, 2021-03-04.", principal: place.physician)
            #expect(check.scrubbed == "Vraxelquon [name], Dr. [name], [date].")
            #expect(check.removed.map(\.shown) == ["[name]", "[name]", "[date]"])
        }
    }

    @Test func whatCannotBeAReportIsRefused() async throws {
        try await ReportedPlace.with { place in
            for text in ["", " \n\t\r\n ", "a\u{0}b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{2}b", "a\u{85}b"] {
                #expect(
                    await place.test.refusal { _ = try await place.write(text) } == .invalid, "\(text.debugDescription)"
                )
            }
            let long = String(repeating: "é", count: 32 << 10)
            #expect(await place.test.refusal { _ = try await place.write(long + "x") } == .tooLarge)
            let count = try await place.test.count("SELECT count(*) FROM report")
            let longest = try await place.write(long)
            #expect(count == 0 && longest.text == long)
        }
    }

    @Test func hostileTextComesBackAsItWasAndInTime() async throws {
        try await ReportedPlace.with { place in
            let pieces = [
                "<script>alert('x')</script> <img src=x onerror=alert(1)>", "\u{202E}reversed\u{202C} a\u{200B}b",
                "%s%n $1 \\' \" ; --",
                "🧑‍⚕️ \u{FFFD} é e\u{301}",
            ]
            let text = pieces.joined(separator: "\n")
            #expect(try await place.write(text).text == text)
            for unit in ["@", "a@", "1-", "Dr. ", "A ", "1.", "w", "://", "12/", "é", "Mar 1 "] {
                let long = String(repeating: unit, count: (60 << 10) / unit.utf8.count)
                let clock = ContinuousClock()
                let took = try await clock.measure { _ = try await place.write(long) }
                #expect(took < .seconds(20), "\(unit): \(took)")
            }
        }
    }

    @Test func noNameOfAReportIsInTheClearInTheDatabaseOrAnyFile() async throws {
        let test = try await TestLake(ownServer: true)
        let people = try await test.people()
        let images = SyntheticImage.series(1, study: SyntheticImage.uid())
        let study = try #require(try await test.bring(images)[0].study)
        let physician = try await test.person("phil", [.physician])
        let words = PlantedWordsTests.words + ["Unheardof", "Xaver"]
        let report = try await test.lake.reports.write(
            study: study, text: ReportTests.text + " PLANTED-ACC-9", status: .final, principal: physician)
        _ = try await test.lake.reports.change(
            report.id, text: ReportTests.text + " Plantedhospital 1951-11-23", status: .amended, from: 1,
            principal: physician)
        _ = try await test.lake.reports.check(study: study, text: ReportTests.text, principal: physician)
        _ = try await test.lake.reports.search("Plantedname Unheardof", principal: physician)
        let read = try await test.lake.reports.report(report.id, principal: physician)
        #expect(read.text.contains("Unheardof") && people.project == "CT")
        await test.close()
        try test.expectNoWords(words, in: images)
        await test.remove()
    }

    @Test func noTableHasANameOfAReport() async throws {
        try await ReportedPlace.with { place in
            // Long enough to be compressed where it lies: the rows are read as text.
            let filler = String(repeating: "The liver is normal. ", count: 200)
            let report = try await place.write(Self.planted + filler, .final)
            _ = try await place.reports.change(
                report.id, text: filler + Self.planted, status: .amended, from: 1, principal: place.physician)
            let database = try #require(place.test.database)
            let tables = try await database.query(
                "SELECT format('%I.%I', schemaname, tablename) AS t FROM pg_tables WHERE schemaname = 'public'"
            ).map { try $0.decode("t", as: String.self) }
            #expect(tables.count > 20)
            for table in tables {
                for word in ["plantedname", "quirin", "unheardof", "xaver", "planted-id"] {
                    let hex = word.utf8.map { String(format: "%02x", Int($0)) }.joined()
                    let found = try await place.test.count(
                        "SELECT count(*) FROM \(table) t WHERE t::text ILIKE '%\(word)%' OR t::text LIKE '%\(hex)%'")
                    #expect(found == 0, "\(table) shows \(word)")
                }
            }
            let seen = try await place.test.count("SELECT count(*) FROM report_version t WHERE t::text LIKE '%liver%'")
            #expect(seen == 2)
        }
    }

    private static let planted = "Quirin Plantedname, PLANTED-ID-4711. Seen with Xaver Unheardof. "

    @Test func onceTheIdentityIsDestroyedOnlyTheScrubbedTextIsLeft() async throws {
        try await ReportedPlace.with { place in
            let before = try await place.write(ReportTests.text)
            try await #require(place.test.database).execute("UPDATE study_key SET identity_key_wrapped = NULL")
            // Another process: this one still has the key in memory.
            await place.test.lake.close()
            let again = try await Lake.open(place.test.configuration)
            let read = try await again.reports.report(before.id, principal: place.physician)
            #expect(read.isScrubbed && !read.text.contains("Plantedname") && read.text.contains("nodule"))
            let after = try await again.reports.write(
                study: place.study, text: "Zebulon Unheardof has a nodule.", status: .final, principal: place.physician)
            #expect(after.isScrubbed && !after.text.contains("Unheardof") && after.text.contains("nodule"))
            #expect(
                try await place.test.count(
                    "SELECT count(*) FROM report_version WHERE report_id = \(after.id) AND as_written IS NOT NULL") == 0
            )
            await again.close()
        }
    }
}
