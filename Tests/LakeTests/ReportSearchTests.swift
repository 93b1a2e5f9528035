import Foundation
import Lake
import Postgres
import Testing

@Suite struct ReportSearchTests {
    @Test func wordsAreFoundAsStemsAsTheyAreAsPhrasesAndNot() async throws {
        try await ReportedPlace.with { place in
            let nodule = try await place.write("Two nodules in the left lung. No effusion.").id
            let stroke = try await place.write("Acute stroke, left hemisphere; T2 hyperintense.").id
            for (query, expected) in [
                ("nodule", [nodule]), ("NODULES", [nodule]), ("left", [stroke, nodule]), ("left -lung", [stroke]),
                ("\"left lung\"", [nodule]), ("\"lung left\"", []), ("stroke or effusion", [stroke, nodule]),
                ("t2", [stroke]), ("the", [nodule]), ("fracture", []), ("", [stroke, nodule]),
                ("  ", [stroke, nodule]),
                ("'; DROP TABLE report; --", []), ("nodule & | ! ( :*", [nodule]), ("\"", []),

            ] {
                #expect(try await place.hits(query) == expected, "\(query)")
            }
            for query in [String(repeating: "x", count: 1025), "a\u{0}b"] {
                #expect(await place.test.refusal { _ = try await place.hits(query) } == .invalid)
            }
            #expect(
                await place.test.refusal {
                    _ = try await place.reports.search("lung", cursor: "x", principal: place.physician)
                } == .invalid)
        }
    }

    @Test func snippetsShowWhatWasFound() async throws {
        try await ReportedPlace.with { place in
            let filler = String(repeating: "The liver is of normal size. ", count: 40)
            _ = try await place.write(filler + "There is a <script>alert(1)</script> & small nodule here. " + filler)
            let hit = try #require(
                try await place.reports.search("nodules", principal: place.physician).reports.first)
            #expect(hit.snippet.filter(\.hit).map(\.text) == ["nodule"])
            let all = hit.snippet.map(\.text).joined()
            #expect(all.contains("small nodule here") && all.count < 400, "\(all)")
            #expect(hit.study == place.study && hit.project == "CT" && hit.author == "phil")
        }
    }

    @Test func pagesFollowOneAnother() async throws {
        try await ReportedPlace.with { place in
            var written: [String] = []
            for number in 1...7 { written.append(try await place.write("Normal chest, number \(number).").id) }
            var found: [String] = []
            var cursor: String?
            repeat {
                let page = try await place.reports.search(
                    "chest", project: "ct", cursor: cursor, limit: 3, principal: place.physician)
                #expect(page.reports.count <= 3)
                found += page.reports.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(found == written.reversed())
            #expect(try await place.reports.search("chest", project: "OTHER", principal: place.physician).reports == [])
        }
    }

    @Test func onlyTheNewestVersionIsFoundAndNothingEnteredInError() async throws {
        try await ReportedPlace.with { place in
            let report = try await place.write("A fracture of the hip.")
            func studies(_ words: String) async throws -> [String] {
                var filter = StudyFilter()
                filter.report = words
                return try await place.test.lake.catalog.studies(filter, principal: place.physician).studies.map(\.uid)
            }
            #expect(try await studies("hip fracture") == [place.study])
            #expect(try await studies("hip -fracture") == [])
            _ = try await place.reports.change(
                report.id, text: "No break of the hip.", status: .final, from: 1, principal: place.physician)
            #expect(try await place.hits("fracture") == [])
            #expect(try await studies("fracture") == [])
            #expect(try await place.hits("hip") == [report.id])
            #expect(try await studies("hip") == [place.study])
            _ = try await place.reports.change(
                report.id, text: "No break of the hip.", status: .enteredInError, from: 2, principal: place.physician)
            for query in ["hip", ""] { #expect(try await place.hits(query) == []) }
            #expect(try await studies("hip") == [])
            #expect(
                try await place.reports.list(study: place.study, principal: place.physician).map(\.status)
                    == [.enteredInError])
        }
    }

    @Test func whatWasTakenOutIsNotFoundByAnybody() async throws {
        try await ReportedPlace.with { place in
            let report = try await place.write(ReportTests.text)
            for word in ["Plantedname", "quirin", "planted", "4711", "Unheardof", "Odo", "2021"] {
                #expect(try await place.hits(word) == [], "\(word)")
            }
            #expect(try await place.hits("nodule") == [report.id])
            let hit = try #require(try await place.reports.search("", principal: place.physician).reports.first)
            #expect(!hit.snippet.map(\.text).joined().contains("Plantedname"))
        }
    }
}
