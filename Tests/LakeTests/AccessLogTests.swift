import Foundation
import Lake
import Postgres
import Testing

@Suite struct AccessLogTests {
    private func withProject(
        _ body: (_ test: TestLake, _ database: PostgresPool, _ project: Project, _ root: Principal) async throws -> Void
    ) async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            let project = try await test.lake.projects.create(code: "CT", name: "CT", principal: root)
            try await body(test, try #require(test.database), project, root)
        }
    }

    @Test func theFirstLookIsCommittedAndTheOthersAreCounted() async throws {
        try await withProject { test, database, project, _ in
            let log = test.lake.accessLog
            let ada = try await test.person("ada", ["CT": [.physician]])
            let eve = try await test.person("eve", ["CT": [.physician, .custodian]])
            try await log.record(.view, project: project.id, study: "2.25.1", principal: ada)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE study_uid = '2.25.1'") == 1)
            for _ in 0..<999 { try await log.record(.view, project: project.id, study: "2.25.1", principal: ada) }
            try await log.record(.view, project: project.id, study: "2.25.2", principal: ada)
            try await log.record(.view, project: project.id, study: "2.25.1", principal: eve)
            try await log.record(
                .identityRead, project: project.id, study: "2.25.1", purpose: "tumour board", principal: ada)
            try await log.record(
                .identityRead, project: project.id, study: "2.25.1", purpose: "second opinion", principal: ada)
            let events = try await log.accesses(study: "2.25.1", principal: eve)
            #expect(events.map(\.count) == [1, 1, 1, 1000])
            #expect(events.map(\.account) == ["ada", "ada", "eve", "ada"])
            #expect(events.map(\.purpose) == ["second opinion", "tumour board", "", ""])
            #expect(
                events.allSatisfy { $0.project == "CT" && abs($0.at.timeIntervalSinceNow) < 60 && $0.lastAt >= $0.at })
        }
    }

    @Test func manyRequestsAtOnceLeaveOneEventWithAllOfThem() async throws {
        try await withProject { test, _, project, _ in
            let eve = try await test.person("eve", ["CT": [.custodian]])
            let log = test.lake.accessLog
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await log.record(.view, project: project.id, study: "2.25.1", principal: eve) }
                }
                try await group.waitForAll()
            }
            #expect(try await log.accesses(study: "2.25.1", principal: eve).map(\.count) == [200])
        }
    }

    @Test func whatWasCountedIsThereAfterTheLakeWasClosed() async throws {
        let test = try await TestLake()
        let root = try await test.lake.accounts.operatorPrincipal()
        let project = try await test.lake.projects.create(code: "CT", name: "CT", principal: root)
        for _ in 0..<7 {
            try await test.lake.accessLog.record(.view, project: project.id, study: "2.25.1", principal: root)
        }
        await test.lake.close()
        #expect(
            try await test.count(
                "SELECT e.count + t.count FROM access_event e JOIN access_tally t ON t.event_id = e.id") == 7)
        await test.remove()
    }

    @Test func eventsCannotBeChangedOrTakenBack() async throws {
        try await withProject { test, database, project, root in
            try await test.lake.accessLog.record(
                .ingest, project: project.id, study: "2.25.1", count: 3, principal: root)
            for sql in [
                "UPDATE access_event SET count = 1", "DELETE FROM access_event", "TRUNCATE access_event CASCADE",
            ] {
                await #expect(throws: PostgresError.self) { try await database.execute(sql) }
            }
        }
    }

    @Test func onlyWhoMaySeesTheHistory() async throws {
        try await withProject { test, _, project, root in
            let log = test.lake.accessLog
            try await test.lake.projects.create(code: "MR", name: "MR", principal: root)
            try await log.record(.ingest, project: project.id, study: "2.25.1", principal: root)
            for role in Role.allCases {
                let person = try await test.person(role.rawValue, ["CT": [role]])
                let mayKnow = role == .auditor || role == .custodian
                #expect(((try? await log.accesses(study: "2.25.1", principal: person)) != nil) == mayKnow, "\(role)")
                #expect(((try? await log.events(project: project, principal: person)) != nil) == mayKnow, "\(role)")
            }
            let other = try await test.person("other", ["MR": [.auditor]])
            await #expect { try await log.accesses(study: "2.25.1", principal: other) } throws: {
                ($0 as? LakeError)?.code == .notFound
            }
        }
    }

    @Test func administrationIsRecordedWithWhoDidIt() async throws {
        try await withProject { test, database, project, root in
            let admin = try await test.person("admin", administrator: true)
            try await test.lake.accounts.add(name: "ada", password: "correct horse battery", principal: admin)
            try await test.lake.projects.setMember("CT", name: "ada", roles: [.auditor, .physician], principal: admin)
            try await test.lake.accounts.disable(name: "ada", principal: admin)
            let rows = try await database.query(
                """
                SELECT e.kind, e.detail FROM access_event e JOIN account a ON a.id = e.account_id
                WHERE a.name = 'admin' ORDER BY e.id
                """)
            let events = try rows.map {
                try $0.decode("kind", as: String.self) + " " + $0.decode("detail", as: String.self)
            }
            #expect(
                events == [
                    "account.sign-in ", "account.add ada", "project.roles ada: auditor, physician",
                    "account.disable ada",
                ])
            let history = try await test.lake.accessLog.events(project: project, principal: root)
            #expect(history.map(\.kind) == [.rolesSet, .projectCreate])
        }
    }

    @Test func nothingIsServedWhenItCannotBeRecorded() async throws {
        try await withProject { test, database, project, root in
            try await database.execute("ALTER TABLE access_event RENAME TO access_event_away")
            await #expect {
                try await test.lake.accessLog.record(.view, project: project.id, study: "2.25.1", principal: root)
            } throws: {
                ($0 as? LakeError)?.code == .unavailable
            }
            try await database.execute("ALTER TABLE access_event_away RENAME TO access_event")
        }
    }
}
