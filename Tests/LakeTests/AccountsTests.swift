import Foundation
import Lake
import Postgres
import Testing

private let password = "correct horse battery"

extension TestLake {
    /// An account with `roles` in projects, signed in.
    func person(_ name: String, administrator: Bool = false, _ roles: [String: Set<Role>] = [:]) async throws
        -> Principal
    {
        let root = try await lake.accounts.operatorPrincipal()
        try await lake.accounts.add(name: name, password: password, isAdministrator: administrator, principal: root)
        for (code, roles) in roles {
            try await lake.projects.setMember(code, name: name, roles: roles, principal: root)
        }
        return try await signIn(name).principal
    }

    func signIn(_ name: String, _ word: String = password, source: String = "") async throws -> (
        token: String, principal: Principal
    ) {
        let answer = try await lake.accounts.signIn(name: name, password: word, source: source)
        guard case .accepted(let token, let principal) = answer else { throw LakeError(.forbidden, "\(answer)") }
        return (token, principal)
    }

    /// Long enough for principals of the last second to be forgotten.
    func waitForCache() async throws { try await Task.sleep(for: .milliseconds(1100)) }
}

private func code(_ body: () async throws -> Void) async -> LakeError.Code? {
    do { try await body() } catch { return (error as? LakeError)?.code }
    return nil
}

@Suite struct AccountsTests {
    @Test func theFirstLinkWorksOnceAndOnlyWhileThereIsNoAccount() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            let first = try #require(try await accounts.firstStartToken())
            let second = try #require(try await accounts.firstStartToken())
            #expect(
                await code { _ = try await accounts.firstStart(token: "0", name: "ada", password: password) }
                    == .forbidden)
            #expect(
                await code { _ = try await accounts.firstStart(token: first, name: "ada", password: "short") }
                    == .invalid)
            // Two at once, with two links: one of them makes the account.
            let answers = await withTaskGroup(of: Bool.self) { group in
                for (token, name) in [(first, "ada"), (second, "eve")] {
                    group.addTask {
                        guard let answer = try? await accounts.firstStart(token: token, name: name, password: password),
                            case .accepted(_, let principal) = answer
                        else { return false }
                        return principal.isAdministrator && principal.name == name
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 } == 1)
            #expect(try await accounts.firstStartToken() == nil)
            for token in [first, second] {
                #expect(
                    await code { _ = try await accounts.firstStart(token: token, name: "mal", password: password) }
                        == .forbidden)
            }
        }
    }

    @Test func signingInNeedsTheRightPasswordOfAnAccountThatIsEnabled() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            let root = try await accounts.operatorPrincipal()
            try await accounts.add(name: "Ada", password: password, principal: root)
            #expect(try await test.signIn(" ADA ").principal.name == "ada")
            for (name, word) in [
                ("ada", "wrong horse battery"), ("nobody", password), ("operator", password), ("ada\0", ""), ("", ""),
            ] {
                guard case .refused = try await accounts.signIn(name: name, password: word) else {
                    Issue.record("\(name.debugDescription) was not refused")
                    continue
                }
            }
            let session = try await test.signIn("ada").token
            #expect(try await accounts.principal(session: session)?.name == "ada")
            try await accounts.disable(name: "ada", principal: root)
            #expect(try await accounts.principal(session: session) == nil)
            guard case .refused = try await accounts.signIn(name: "ada", password: password) else {
                Issue.record("a disabled account signed in")
                return
            }
            try await accounts.setDisabled(false, name: "ada", principal: root)
            #expect(try await accounts.principal(session: session) == nil, "a session came back to life")
            _ = try await test.signIn("ada")
        }
    }

    /// Times say something on a quiet machine only: runs with `make measure`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
    func anUnknownAccountTakesAsLongAsAWrongPassword() async throws {
        try await TestLake.with { test in
            _ = try await test.person("ada")
            // The best of some rounds, taken in turns: other tests run beside this one.
            let names = ["ada", "nobody", "no body"]
            var best = [Duration](repeating: .seconds(100), count: names.count)
            for round in 0..<10 {
                for (index, name) in names.enumerated() {
                    let begin = ContinuousClock.now
                    _ = try await test.lake.accounts.signIn(
                        name: name, password: "wrong horse battery", source: "\(round)")
                    best[index] = min(best[index], ContinuousClock.now - begin)
                }
            }
            for other in best[1...] { #expect(other > best[0] * 0.6 && other < best[0] * 1.7, "\(best)") }
        }
    }

    @Test func guessingIsSlowedDownButNobodyElseIsLockedOut() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            _ = try await test.person("ada")
            let begin = ContinuousClock.now
            // Many at once gain nothing: they are counted before they are checked.
            let checked = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let answer = try await accounts.signIn(
                            name: "ada", password: "guess number \(number)", source: "there")
                        if case .refused = answer { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            // On a busy machine this takes long enough for a wait or two to end.
            let seconds = Double((ContinuousClock.now - begin).components.seconds)
            #expect(checked >= 1 && Double(checked) <= 6 + log2(seconds + 1))
            // Each further one waits longer; while it does, the right password is not even looked at.
            var waiting = 0
            for number in 0..<12 where waiting < 4 {
                let answer = try await accounts.signIn(name: "ada", password: "more guess \(number)", source: "there")
                if case .wait(let wait) = answer {
                    waiting = wait
                    if wait < 4 { try await Task.sleep(for: .milliseconds(1000 * wait)) }
                }
            }
            #expect((4...32).contains(waiting))
            guard case .wait = try await accounts.signIn(name: "ada", password: password, source: "there") else {
                Issue.record("the right password was looked at")
                return
            }
            // From elsewhere the right password still works, and it clears what stood against the account.
            _ = try await test.signIn("ada", source: "here")
            try await Task.sleep(for: .seconds(waiting + 1))
            _ = try await test.signIn("ada", source: "there")
            #expect(try await test.count("SELECT count(*) FROM sign_in_failure WHERE failures > 30") == 0)
        }
    }

    @Test func sessionsEndBySigningOutByIdlenessAndByAge() async throws {
        try await TestLake.with { test in
            let (accounts, database) = (test.lake.accounts, try #require(test.database))
            _ = try await test.person("ada")
            let out = try await test.signIn("ada").token
            try await accounts.signOut(session: out)
            #expect(try await accounts.principal(session: out) == nil)
            for change in ["last_used_at = now() - interval '9 hours'", "expires_at = now() - interval '1 second'"] {
                let session = try await test.signIn("ada").token
                #expect(try await accounts.principal(session: session) != nil)
                try await database.execute("UPDATE session SET \(change)")
                try await test.waitForCache()
                #expect(try await accounts.principal(session: session) == nil)
            }
            #expect(try await accounts.principal(session: "") == nil)
            #expect(try await accounts.principal(session: "\0") == nil)
        }
    }

    @Test func onlyHashesOfSecretsAreKept() async throws {
        try await TestLake.with { test in
            let database = try #require(test.database)
            let ada = try await test.person("ada")
            let session = try await test.signIn("ada").token
            let token = try await test.lake.accounts.createToken(name: "ada", label: "script", principal: ada)
            for table in ["account", "session", "token", "first_start", "sign_in_failure", "access_event"] {
                let text = try await database.single(
                    "SELECT coalesce(string_agg(t::text, ' '), '') AS all FROM \(table) t"
                )
                .decode("all", as: String.self)
                for secret in [session, token, String(token.dropFirst(5)), password] { #expect(!text.contains(secret)) }
            }
            #expect(try await test.count("SELECT count(*) FROM account WHERE password_hash LIKE '$argon2id$%'") == 1)
        }
    }

    @Test func aTokenIsItsMakersAndNoMoreThanItSays() async throws {
        try await TestLake.with { test in
            let (accounts, projects) = (test.lake.accounts, test.lake.projects)
            let root = try await accounts.operatorPrincipal()
            for code in ["CT", "MR"] { try await projects.create(code: code, name: code, principal: root) }
            let ada = try await test.person(
                "ada", administrator: true, ["CT": [.researcher, .technologist], "MR": [.physician]])
            let eve = try await test.person("eve")
            let wide = try await accounts.createToken(name: "ada", label: "all", principal: ada)
            let narrow = try await accounts.createToken(name: "ada", label: "one", project: "ct", principal: ada)
            let all = try #require(try await accounts.principal(bearer: wide))
            #expect(all.roles == ada.roles && all.isAdministrator && !all.isOperator)
            let one = try #require(try await accounts.principal(bearer: narrow))
            #expect(one.roles.values.map { $0 } == [[.researcher, .technologist]] && !one.isAdministrator)
            #expect(try await accounts.tokens(name: "ada", principal: ada).map(\.label) == ["all", "one"])
            #expect(try await accounts.tokens(name: "ada", principal: ada).map(\.project) == [nil, "CT"])

            #expect(
                await code { _ = try await accounts.createToken(name: "ada", label: "x", principal: all) } == .forbidden
            )
            #expect(
                await code { _ = try await accounts.createToken(name: "ada", label: "x", principal: eve) } == .notFound)
            #expect(
                await code { _ = try await accounts.createToken(name: "eve", label: "x", principal: ada) } == .notFound)
            #expect(
                await code {
                    _ = try await accounts.createToken(name: "ada", label: "x", project: "XX", principal: ada)
                } == .notFound)
            #expect(
                await code {
                    _ = try await accounts.createToken(name: "eve", label: "x", project: "CT", principal: eve)
                } == .notFound)
            #expect(
                await code { _ = try await accounts.createToken(name: "ada", label: "a\nb", principal: ada) }
                    == .invalid)
            #expect(
                await code {
                    _ = try await accounts.createToken(name: "ada", label: "x", expires: .distantPast, principal: ada)
                }
                    == .invalid)

            let id = try #require(try await accounts.tokens(name: "ada", principal: ada).first?.id)
            #expect(await code { try await accounts.revokeToken(id: id, principal: eve) } == .notFound)
            try await accounts.revokeToken(id: id, principal: ada)
            #expect(try await accounts.principal(bearer: wide) == nil)
            let brief = try await accounts.createToken(
                name: "ada", label: "brief", expires: Date.now + 1, principal: ada)
            try await Task.sleep(for: .milliseconds(2100))
            #expect(try await accounts.principal(bearer: brief) == nil, "an expired token still works")
            #expect(try await accounts.principal(bearer: narrow) != nil)
        }
    }

    @Test func namesThatCouldMisleadAreRefusedAndNotRepeated() async throws {
        try await TestLake.with { test in
            let (accounts, projects) = (test.lake.accounts, test.lake.projects)
            let root = try await accounts.operatorPrincipal()
            let hostile = [
                "", " ", "-rf", "a b", "a/b", "../x", "a\0b", "a\nb", "<script>", "ädä", "аdа", "a'b", "%00",
                String(repeating: "a", count: 65), "a\u{202E}b", "a:b",
            ]
            for name in hostile {
                do throws(LakeError) {
                    try await accounts.add(name: name, password: password, principal: root)
                    Issue.record("\(name.debugDescription) was taken as an account")
                } catch {
                    #expect(error.code == .invalid && (name.count < 2 || !error.reason.contains(name)))
                }
                #expect(
                    await code { try await projects.create(code: name, name: "x", principal: root) } == .invalid,
                    "\(name.debugDescription)")
            }
            for title in ["", "\n", "a\nb", "a\u{202E}b", "a\0b", String(repeating: "a", count: 201)] {
                #expect(await code { try await projects.create(code: "OK", name: title, principal: root) } == .invalid)
            }
            #expect(
                try await accounts.add(name: "Ada.Lovelace+ct@hospital-1.org", password: password, principal: root)
                    == "ada.lovelace+ct@hospital-1.org")
            #expect(
                await code { try await accounts.add(name: "operator", password: password, principal: root) }
                    == .conflict)
            #expect(
                await code {
                    try await accounts.add(name: "ADA.lovelace+ct@hospital-1.org", password: password, principal: root)
                }
                    == .conflict)
        }
    }

    @Test(arguments: [
        "", "elevenchars", "aaaaaaaaaaaaaaaa", "my name is ada4ever", "twelve\0chars!",
        String(repeating: "pass w0rd", count: 200),
    ])
    func weakPasswordsAreRefused(_ weak: String) async throws {
        try await WeakPasswords.lake().expectRefusal(of: weak)
    }

    @Test func aNewPasswordEndsAllSessionsAndOnesOwnNeedsTheOldOne() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            let ada = try await test.person("ada")
            let eve = try await test.person("eve")
            let admin = try await test.person("root-admin", administrator: true)
            let session = try await test.signIn("ada").token
            let new = "another horse battery"
            #expect(
                await code {
                    try await accounts.setPassword(name: "ada", password: new, current: "wrong", principal: ada)
                } == .forbidden)
            #expect(
                await code {
                    try await accounts.setPassword(name: "ada", password: new, current: password, principal: eve)
                } == .notFound)
            #expect(
                await code { try await accounts.setPassword(name: "nobody", password: new, principal: admin) }
                    == .notFound)
            #expect(
                await code { try await accounts.setPassword(name: "operator", password: new, principal: admin) }
                    == .notFound)
            #expect(try await accounts.principal(session: session) != nil)
            try await accounts.setPassword(name: "ada", password: new, current: password, principal: ada)
            #expect(try await accounts.principal(session: session) == nil)
            _ = try await test.signIn("ada", new)
            try await accounts.setPassword(name: "ada", password: password, principal: admin)
            _ = try await test.signIn("ada")
        }
    }

    @Test func whoMayNotManageAccountsIsNotToldThatThereAreAny() async throws {
        try await TestLake.with { test in
            let (accounts, projects) = (test.lake.accounts, test.lake.projects)
            let root = try await accounts.operatorPrincipal()
            try await projects.create(code: "CT", name: "CT", principal: root)
            let ada = try await test.person("ada", ["CT": Set(Role.allCases)])
            #expect(await code { _ = try await accounts.list(principal: ada) } == .notFound)
            #expect(await code { try await accounts.add(name: "mal", password: password, principal: ada) } == .notFound)
            #expect(await code { try await accounts.disable(name: "ada", principal: ada) } == .notFound)
            #expect(
                await code { try await projects.setMember("CT", name: "ada", roles: [], principal: ada) } == .notFound)
            #expect(await code { try await projects.create(code: "XX", name: "x", principal: ada) } == .notFound)
            let admin = try await test.person("boss", administrator: true)
            #expect(await code { try await accounts.disable(name: "boss", principal: admin) } == .conflict)
            let listed = try await accounts.list(principal: admin)
            #expect(listed.map(\.name) == ["ada", "boss"])
            #expect(listed.first?.roles == ["CT": Role.allCases.sorted()])
        }
    }
}

/// One lake for all weak passwords.
private actor WeakPasswords {
    private static let task = Task { WeakPasswords(try await TestLake()) }
    private let test: TestLake
    private var left = 6

    static func lake() async throws -> WeakPasswords { try await task.value }

    init(_ test: TestLake) { self.test = test }

    func expectRefusal(of weak: String) async throws {
        let root = try await test.lake.accounts.operatorPrincipal()
        await #expect {
            try await self.test.lake.accounts.add(name: "ada4ever", password: weak, principal: root)
        } throws: {
            ($0 as? LakeError)?.code == .invalid && (weak.isEmpty || !"\($0)".contains(weak))
        }
        left -= 1
        if left == 0 { await test.remove() }
    }
}
