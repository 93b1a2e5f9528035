import Foundation
import Lake
import Mail
import Postgres
import Testing

extension TestLake {
    /// Gives an account an address, as if the link to it had been opened.
    func address(_ name: String) async throws {
        try await #require(database).execute(
            "UPDATE account SET email = $1 WHERE name = $2", [name + "@example.org", name])
    }

    /// A day in UTC, so many days from today.
    func day(_ days: Int) -> String {
        Date.now.addingTimeInterval(Double(days) * 86400).formatted(.iso8601.year().month().day())
    }
}

@Suite struct RoleRequestTests {
    private func withPeople(
        _ body: (_ test: TestLake, _ requests: RoleRequests, _ admin: Principal, _ ada: Principal) async throws -> Void
    ) async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.create(code: "CT", name: "Chest", principal: root)
            let admin = try await test.person("boss", administrator: true)
            let ada = try await test.person("ada")
            try await test.address("boss")
            try await test.address("ada")
            try await body(test, test.lake.roleRequests, admin, ada)
        }
    }

    @Test func aRoleIsAskedForApprovedAndHadUntilItsLastDay() async throws {
        try await withPeople { test, requests, admin, ada in
            let asked = try await requests.ask(
                project: "ct", role: .physician, reason: "I read the chests of <b>ward 4</b>", principal: ada)
            #expect(asked.state == .open && asked.account == "ada" && asked.project == "CT")
            #expect(try await requests.own(principal: ada) == [asked])
            #expect(try await requests.open(principal: admin) == [asked])
            #expect(try await requests.open(project: "OTHER", principal: admin) == [])
            let listed = try await test.lake.projects.listed(principal: ada)
            #expect(listed.map(\.requested) == [[.physician]] && listed.map(\.roles) == [[]])

            let toAdmin = try #require(try await test.mails().last { $0.to == "boss@example.org" })
            #expect(toAdmin.subject == "Tarn: ada asks to be physician in CT")
            #expect(toAdmin.text.contains("/projects/CT") && !toAdmin.text.contains("ward 4"))

            let until = test.day(30)
            let approved = try await requests.approve(asked.id, until: until, note: "Welcome", principal: admin)
            #expect(approved.state == .approved && approved.until == until && approved.decidedBy == "boss")
            let toAda = try #require(try await test.mails().last { $0.to == "ada@example.org" })
            #expect(toAda.subject == "Tarn: approved: physician in CT")
            #expect(toAda.text.contains(until) && toAda.text.contains("Welcome"))

            let root = try await test.lake.accounts.operatorPrincipal()
            let project = try await test.lake.projects.project("CT", principal: root)
            let principal = try await test.signIn("ada").principal
            #expect(principal.roles == [project.id: [.physician]])
            let members = try await test.lake.projects.members("CT", principal: admin)
            #expect(members.map(\.until) == [until] && members.map(\.ends) == [["physician": until]])
            #expect(try await requests.open(principal: admin) == [])
            #expect(
                try await test.count(
                    "SELECT count(*) FROM access_event WHERE kind IN ('role.request', 'role.approve') AND project_id = \(project.id)"
                ) == 2)
        }
    }

    @Test func aRoleIsDeclinedAndMayBeAskedForAgainAndWithdrawn() async throws {
        try await withPeople { test, requests, admin, ada in
            let first = try await requests.ask(project: "CT", role: .annotator, reason: "x", principal: ada)
            let note = "Not now.\nBcc: everybody@example.org"
            #expect(try await requests.decline(first.id, note: note, principal: admin).note == note)
            let mail = try #require(try await test.mails().last { $0.to == "ada@example.org" })
            #expect(mail.subject == "Tarn: declined: annotator in CT" && mail.text.contains("Bcc: everybody"))
            #expect(try await test.signIn("ada").principal.roles.isEmpty)
            let second = try await requests.ask(project: "CT", role: .annotator, reason: "y", principal: ada)
            try await requests.withdraw(second.id, principal: ada)
            #expect(try await requests.own(principal: ada).map(\.state) == [.withdrawn, .declined])
            #expect(await test.refusal { try await requests.withdraw(second.id, principal: ada) } == .conflict)
            #expect(await test.refusal { try await requests.approve(second.id, principal: admin) } == .conflict)
            #expect(await test.refusal { try await requests.decline(first.id, principal: admin) } == .conflict)
        }
    }

    @Test func whatMakesNoSenseIsRefused() async throws {
        try await withPeople { test, requests, admin, ada in
            func ask(_ reason: String, _ project: String = "CT", _ role: Role = .auditor) async -> LakeError.Code? {
                await test.refusal {
                    _ = try await requests.ask(project: project, role: role, reason: reason, principal: ada)
                }
            }
            for reason in ["", " \n\t ", String(repeating: "x", count: 501), "a\u{0}b", "a\u{1b}[2Jb"] {
                #expect(await ask(reason) == .invalid, "\(reason.count)")
            }
            for project in ["NOPE", "", "C\u{0}T", "%", "CT' OR '1'='1"] {
                #expect(await ask("x", project) == .notFound, "\(project)")
            }
            #expect(await ask(String(repeating: "é", count: 500)) == nil)
            #expect(await ask("again") == .conflict)
            let root = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.setMember("CT", name: "ada", roles: [.physician], principal: root)
            #expect(await ask("x", "CT", .physician) == .conflict)
            #expect(
                await test.refusal {
                    _ = try await requests.ask(project: "CT", role: .auditor, reason: "x", principal: root)
                } == .invalid)
            let open = try #require(try await requests.open(principal: admin).first)
            for until in ["2020-01-01", "2030-13-01", "soon", "2030-1-1", ""] {
                #expect(
                    await test.refusal { try await requests.approve(open.id, until: until, principal: admin) }
                        == .invalid, "\(until)")
            }
            let long = String(repeating: "n", count: 501)
            #expect(
                await test.refusal { try await requests.decline(open.id, note: long, principal: admin) } == .invalid)
            #expect(await test.refusal { try await requests.approve(999_999, principal: admin) } == .notFound)
            #expect(try await requests.open(principal: admin).count == 1)
        }
    }

    @Test func onlyWhoManagesAccountsSeesAndDecidesWhatOthersAskFor() async throws {
        try await withPeople { test, requests, _, ada in
            let open = try await requests.ask(project: "CT", role: .researcher, reason: "x", principal: ada)
            for role in Role.allCases {
                let other = try await test.person("other-\(role)", ["CT": [role]])
                #expect(await test.refusal { _ = try await requests.open(principal: other) } == .notFound)
                #expect(await test.refusal { try await requests.approve(open.id, principal: other) } == .notFound)
                #expect(await test.refusal { try await requests.decline(open.id, principal: other) } == .notFound)
                #expect(await test.refusal { try await requests.withdraw(open.id, principal: other) } == .notFound)
                #expect(try await requests.own(principal: other) == [])
            }
            #expect(await test.refusal { try await requests.approve(open.id, principal: ada) } == .notFound)
            let root = try await test.lake.accounts.operatorPrincipal()
            #expect(try await requests.approve(open.id, principal: root).state == .approved)
        }
    }

    @Test func ofManyThatAskOrDecideAtOnceOneDoes() async throws {
        try await withPeople { test, requests, admin, ada in
            func outcomes(_ body: @escaping @Sendable (Int) async throws -> Void) async -> [LakeError.Code?] {
                await withTaskGroup(of: LakeError.Code?.self) { group in
                    for index in 0..<8 { group.addTask { await test.refusal { try await body(index) } } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            let asked = await outcomes { index in
                _ = try await requests.ask(project: "CT", role: .physician, reason: "\(index)", principal: ada)
            }
            #expect(asked.count { $0 == nil } == 1 && asked.count { $0 == .conflict } == 7)
            let open = try #require(try await requests.open(principal: admin).first)
            let decided = await outcomes { index in
                if index.isMultiple(of: 2) {
                    try await requests.approve(open.id, principal: admin)
                } else {
                    try await requests.decline(open.id, principal: admin)
                }
            }
            #expect(decided.count { $0 == nil } == 1 && decided.count { $0 == .conflict } == 7)
            let isMember = try await test.signIn("ada").principal.roles.count == 1
            let final = try #require(try await requests.own(principal: ada).first)
            #expect(isMember == (final.state == .approved))
            #expect(try await test.mails().count { $0.to == "ada@example.org" } == 1)
        }
    }

    @Test func theDatabaseItselfRefusesASecondDecision() async throws {
        try await withPeople { test, requests, admin, ada in
            let database = try #require(test.database)
            let one = try await requests.ask(project: "CT", role: .physician, reason: "x", principal: ada)
            for change in [
                "reason = 'other'", "state = 'approved'", "state = 'withdrawn', decided_at = now(), decided_by = 1",
            ] {
                await #expect(throws: PostgresError.self, "\(change)") {
                    try await database.execute("UPDATE role_request SET \(change) WHERE id = \(one.id)")
                }
            }
            try await requests.decline(one.id, principal: admin)
            for statement in [
                "UPDATE role_request SET note = 'changed' WHERE id = \(one.id)",
                "UPDATE role_request SET state = 'approved' WHERE id = \(one.id)",
                "DELETE FROM role_request", "TRUNCATE role_request",
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") { try await database.execute(statement) }
            }
        }
    }

    @Test func requestsOfOneAccountAreCountedByTheDay() async throws {
        try await withPeople { test, requests, _, ada in
            for _ in 0..<20 {
                let one = try await requests.ask(project: "CT", role: .auditor, reason: "x", principal: ada)
                try await requests.withdraw(one.id, principal: ada)
            }
            #expect(
                await test.refusal {
                    _ = try await requests.ask(project: "CT", role: .auditor, reason: "x", principal: ada)
                } == .tooMany)
        }
    }

    @Test func aMembershipThatHasEndedGivesNothing() async throws {
        try await withPeople { test, _, admin, _ in
            let (accounts, projects) = (test.lake.accounts, test.lake.projects)
            let root = try await accounts.operatorPrincipal()
            try await projects.setMember(
                "CT", name: "ada", roles: [.physician, .auditor], until: test.day(0), principal: root)
            let session = try await test.signIn("ada").token
            let bearer = try await accounts.createToken(
                name: "ada", label: "x", project: "CT", principal: test.signIn("ada").principal)
            #expect(try await accounts.principal(session: session)?.roles.count == 1)
            #expect(try await accounts.principal(bearer: bearer)?.roles.count == 1)
            #expect(try await projects.members("CT", principal: admin).first?.roles == [.auditor, .physician])

            try await #require(test.database).execute(
                "UPDATE membership SET until = (now() AT TIME ZONE 'UTC')::date - 1")
            try await test.waitForCache()
            #expect(try await accounts.principal(session: session)?.roles == [:])
            #expect(try await accounts.principal(bearer: bearer)?.roles == [:])
            #expect(try await projects.members("CT", principal: admin) == [])
            #expect(try await accounts.list(principal: admin).first { $0.name == "ada" }?.roles == [:])
            let ada = try #require(try await accounts.principal(session: session))
            #expect(try await projects.list(principal: ada) == [])
            #expect(
                await test.refusal {
                    _ = try await accounts.createToken(name: "ada", label: "y", project: "CT", principal: ada)
                } == .notFound)
            // What has ended may be asked for and given again.
            let request = try await test.lake.roleRequests.ask(
                project: "CT", role: .physician, reason: "more", principal: ada)
            try await test.lake.roleRequests.approve(request.id, principal: admin)
            #expect(try await accounts.principal(session: session)?.roles.values.first == [.physician])
            #expect(try await projects.members("CT", principal: admin).first?.until == nil)
        }
    }

    @Test func aProjectThatIsNotListedDoesNotExistForStrangers() async throws {
        try await withPeople { test, requests, admin, ada in
            let projects = test.lake.projects
            let member = try await test.person("mia", ["CT": [.auditor]])
            #expect(try await projects.listed(principal: ada).map(\.code) == ["CT"])
            for other in [ada, member] {
                #expect(
                    await test.refusal { try await projects.setSettings("CT", isListed: false, principal: other) }
                        == .notFound)
            }
            let changed = try await projects.setSettings("CT", isListed: false, name: " Chests ", principal: admin)
            #expect(!changed.isListed && changed.name == "Chests")
            #expect(try await projects.listed(principal: ada) == [])
            #expect(try await projects.listed(principal: member).map(\.roles) == [[.auditor]])
            #expect(
                await test.refusal {
                    _ = try await requests.ask(project: "CT", role: .auditor, reason: "x", principal: ada)
                } == .notFound)
            _ = try await requests.ask(project: "CT", role: .physician, reason: "x", principal: member)
            #expect(
                await test.refusal { try await projects.setSettings("CT", name: "a\nb", principal: admin) } == .invalid)
            #expect(
                await test.refusal { try await projects.create(code: "listed", name: "x", principal: admin) }
                    == .invalid
            )
        }
    }
}
