import Foundation
import Lake
import Testing

@Suite struct AccessHistoryTests {
    private func withHistory(
        _ body: (_ test: TestLake, _ people: People) async throws -> Void
    ) async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let root = people.operator
            let other = try await test.lake.projects.create(code: "MR", name: "MR", principal: root)
            let id = Int64(try await test.count("SELECT id FROM project WHERE code = 'CT'"))
            let log = test.lake.accessLog
            try await log.record(.view, project: id, study: "2.25.1", principal: people.custodian)
            try await log.record(.view, project: id, study: "2.25.1", principal: people.custodian)
            try await log.record(.export, project: id, study: "2.25.2", principal: root)
            try await log.record(
                .identityRead, project: id, study: "2.25.2", purpose: "=HYPERLINK(\"x\"), \"quoted\"",
                principal: people.custodian)
            try await log.record(.export, project: other.id, study: "2.25.3", principal: root)
            try await test.lake.ledger.sequence()
            try await body(test, people)
        }
    }

    @Test func whoLookedAtAStudyAndWhatAPersonDid() async throws {
        try await withHistory { test, people in
            let log = test.lake.accessLog
            let study = try await log.search(try AccessFilter(study: "2.25.1"), principal: people.auditor)
            #expect(study.accesses.map(\.account) == ["cuno"] && study.accesses.map(\.count) == [2])
            #expect(study.accesses[0].leaf != nil && study.next == nil)
            let person = try await log.search(
                try AccessFilter(project: "ct", account: "cuno"), principal: people.auditor)
            #expect(person.accesses.map(\.kind) == ["identity.read", "view"])
            #expect(person.accesses[0].leaf! > person.accesses[1].leaf!)
            let exports = try await log.search(try AccessFilter(kind: "export"), principal: people.auditor)
            #expect(exports.accesses.map(\.study) == ["2.25.2"])
            let today = Date.now.formatted(.iso8601).prefix(10)
            let now = try AccessFilter(study: "2.25.1", from: String(today), to: String(today))
            #expect(try await log.search(now, principal: people.auditor).accesses.count == 1)
            let past = try AccessFilter(to: "2020-01-01T00:00:00Z")
            #expect(try await log.search(past, principal: people.auditor).accesses.isEmpty)
        }
    }

    @Test func itIsPagedByCursor() async throws {
        try await withHistory { test, people in
            let all = try await test.lake.accessLog.search(try AccessFilter(), principal: people.operator)
            var found: [Int64] = []
            var cursor: String?
            repeat {
                let page = try await test.lake.accessLog.search(
                    try AccessFilter(), cursor: cursor, limit: 2, principal: people.operator)
                #expect(page.accesses.count <= 2)
                found += page.accesses.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(found == all.accesses.map(\.id) && found.count > 8)
        }
    }

    @Test func onlyProjectsWhoseHistoryOneMaySeeAreInIt() async throws {
        try await withHistory { test, people in
            let log = test.lake.accessLog
            for principal in [people.auditor, people.custodian] {
                let seen = try await log.search(try AccessFilter(), principal: principal).accesses
                #expect(!seen.isEmpty && seen.allSatisfy { $0.project == "CT" })
                #expect(try await log.search(try AccessFilter(project: "MR"), principal: principal).accesses.isEmpty)
                #expect(try await log.search(try AccessFilter(study: "2.25.3"), principal: principal).accesses.isEmpty)
                #expect(
                    await test.refusal {
                        _ = try await log.file(.csv, try AccessFilter(project: "MR"), principal: principal)
                    } == .notFound)
            }
            for principal in [people.technologist, people.stranger] {
                #expect(
                    await test.refusal { _ = try await log.search(try AccessFilter(), principal: principal) }
                        == .notFound)
                #expect(
                    await test.refusal { _ = try await log.file(.json, try AccessFilter(), principal: principal) }
                        == .notFound)
            }
            let site = try await log.search(try AccessFilter(kind: "account.add"), principal: people.operator)
            #expect(site.accesses.count == 4)
        }
    }

    @Test func questionsThatMakeNoSenseAreRefused() async throws {
        try await withHistory { test, people in
            #expect(await test.refusal { _ = try AccessFilter(kind: "nothing") } == .invalid)
            #expect(await test.refusal { _ = try AccessFilter(from: "yesterday") } == .invalid)
            #expect(await test.refusal { _ = try AccessFilter(study: "2.25\0") } == .invalid)
            #expect(
                await test.refusal {
                    _ = try await test.lake.accessLog.search(
                        try AccessFilter(), cursor: "x", principal: people.auditor)
                } == .invalid)
        }
    }

    @Test func theFilesHoldTheSameAndNoFormulas() async throws {
        try await withHistory { test, people in
            func text(_ format: AccessHistoryFile.Format) async throws -> String {
                var text = ""
                try await test.lake.accessLog.file(
                    format, try AccessFilter(account: "cuno"), principal: people.auditor
                ).write { text += $0 }
                return text
            }
            let lines = try await text(.csv).components(separatedBy: "\r\n")
            #expect(lines.first == "id,at,last_at,account,kind,project,study,purpose,detail,count,leaf")
            #expect(lines.count == 4 && lines.last == "")
            #expect(lines[1].contains(#","'=HYPERLINK(""x""), ""quoted""","#))
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            struct File: Decodable { let accesses: [RecordedAccess] }
            let file = try decoder.decode(File.self, from: Data(try await text(.json).utf8))
            #expect(file.accesses.map(\.kind) == ["identity.read", "view"])
            #expect(file.accesses[0].purpose == "=HYPERLINK(\"x\"), \"quoted\"")
            let had = try await test.lake.accessLog.search(
                try AccessFilter(kind: "history.download"), principal: people.operator)
            #expect(had.accesses.map(\.account) == ["aude", "aude"])
        }
    }
}
