import Foundation
import Lake
import Mail
import Postgres
import Testing

private let password = "correct horse battery"

@Suite struct SignUpTests {
    @Test func anAccountIsMadeByTheMailedLinkAndNotBefore() async throws {
        let elsewhere: (inout LakeConfiguration) -> Void = { $0.site.publicURL = "https://tarn.example.org" }
        try await TestLake.with(change: elsewhere) { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await accounts.signUp(name: " Ada ", password: password, email: " Ada@Example.ORG ")
            let mails = try await test.mails()
            #expect(mails.map(\.to) == ["ada@example.org"])
            let mail = try #require(mails.first)
            #expect(mail.text.contains("https://tarn.example.org/verify#") && mail.text.contains("ada"))
            #expect(try await test.count("SELECT count(*) FROM account WHERE name = 'ada'") == 0)
            guard case .refused = try await accounts.signIn(name: "ada", password: password) else {
                Issue.record("who has not verified the address signed in")
                return
            }
            let token = try #require(mail.tokens("verify").first)
            #expect(token.count == 64)
            #expect(try await accounts.verify(token: token) == .verified(.signUp, name: "ada"))
            let ada = try await test.signIn("ada").principal
            #expect(try await test.signIn("ADA@example.org").principal.accountID == ada.accountID)
            #expect(try await accounts.email(of: ada) == "ada@example.org")
            let root = try await accounts.operatorPrincipal()
            #expect(
                try await accounts.list(principal: root).map(\.email) == ["ada@example.org", nil],
                "administrators do not see whose account it is")
            #expect(!ada.isAdministrator && ada.roles.isEmpty)
            #expect(try await test.count("SELECT count(*) FROM account_link") == 0)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'account.sign-up'") == 1)
        }
    }

    @Test func linksThatAreForgedUsedOrExpiredGetOneAnswer() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await accounts.signUp(name: "ada", password: password, email: "ada@example.org")
            let token = try await test.linkedToken("ada@example.org")
            let forged = String(token.reversed())
            for wrong in ["", "x", "\0", forged, token + "0", token.uppercased(), String(token.dropLast())] {
                #expect(try await accounts.verify(token: wrong) == .invalid)
                #expect(try await accounts.completeReset(token: wrong, password: password) == false)
            }
            // A link is good for what it was sent for.
            #expect(try await accounts.completeReset(token: token, password: password) == false)
            try await test.database?.execute("UPDATE account_link SET expires_at = now() - interval '1 second'")
            #expect(try await accounts.verify(token: token) == .invalid)
            try await accounts.resendSignUp(email: "ada@example.org")
            let count = try await test.mails().count
            #expect(count == 1, "what expired was sent again")
            try await test.database?.execute("UPDATE account_link SET expires_at = now() + interval '1 hour'")
            // Of many at once with the same link one makes the account.
            let outcomes = try await withThrowingTaskGroup(of: Verification.self) { group in
                for _ in 0..<8 { group.addTask { try await accounts.verify(token: token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .verified(.signUp, name: "ada") } == 1)
            #expect(outcomes.count { $0 == .invalid } == 7)
            #expect(try await accounts.verify(token: token) == .invalid)
        }
    }

    @Test func knownAndUnknownGetTheSameAnswerAndTheOwnerATelling() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await test.signUp("ada")
            let before = try await test.mails().count
            // Neither the name nor the address being taken is told to the asker.
            try await accounts.signUp(name: "ada", password: password, email: "new@example.org")
            try await accounts.signUp(name: "eve", password: password, email: "ada@example.org")
            try await accounts.resendSignUp(email: "ada@example.org")
            try await accounts.resendSignUp(email: "nobody@example.org")
            let mails = try await test.mails().dropFirst(before)
            #expect(mails.map(\.to) == ["new@example.org", "ada@example.org", "ada@example.org"])
            for mail in mails where mail.to == "ada@example.org" {
                #expect(mail.subject.contains("already") && mail.tokens("verify").isEmpty)
                #expect(mail.text.contains("user name is ada"))
            }
            #expect(try await test.count("SELECT count(*) FROM account WHERE name = 'eve'") == 0)
        }
    }

    @Test func aNameThatWasTakenMeanwhileCanBeChosenAnew() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            for number in 1...2 {
                try await accounts.signUp(name: "ada", password: password, email: "ada\(number)@example.org")
            }
            let tokens = [
                try await test.linkedToken("ada1@example.org"), try await test.linkedToken("ada2@example.org"),
            ]
            #expect(try await accounts.verify(token: tokens[0]) == .verified(.signUp, name: "ada"))
            #expect(try await accounts.verify(token: tokens[1]) == .nameTaken)
            #expect(try await accounts.verify(token: tokens[1], name: "operator") == .nameTaken)
            for name in ["", "a b", "ada@example.org", "x\0", "<b>"] {
                #expect(
                    await test.refusal { _ = try await accounts.verify(token: tokens[1], name: name) } == .invalid)
            }
            #expect(try await accounts.verify(token: tokens[1], name: "Ada-2") == .verified(.signUp, name: "ada-2"))
            #expect(try await accounts.verify(token: tokens[1], name: "ada-3") == .invalid)
            #expect(try await test.signIn("ada2@example.org").principal.name == "ada-2")
        }
    }

    @Test func anAddressBelongsToOneAccountWhicheverLinkIsOpenedFirst() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            for name in ["ada", "eve"] {
                try await accounts.signUp(name: name, password: password + name, email: "ada@example.org")
            }
            try await accounts.resendSignUp(email: "ada@example.org")
            let mails = try await test.mails()
            // The last one names both, so that its reader chooses the one that is theirs.
            let last = try #require(mails.last)
            #expect(last.text.contains("User name ada:") && last.text.contains("User name eve:"))
            let tokens = mails.flatMap { $0.tokens("verify") }
            #expect(tokens.count == 4 && Set(tokens).count == 4)
            #expect(try await accounts.verify(token: tokens[0]) == .verified(.signUp, name: "ada"))
            for token in tokens.dropFirst() { #expect(try await accounts.verify(token: token) == .invalid) }
            #expect(try await test.count("SELECT count(*) FROM account WHERE email = 'ada@example.org'") == 1)
        }
    }

    @Test func whatMakesNoAccountIsRefusedBeforeAnythingIsKept() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            for name in [
                "", "a b", "ada@example.org", "-x", "a\r\nb", "a\0", "\u{430}da", String(repeating: "a", count: 65),
            ] {
                #expect(
                    await test.refusal {
                        try await accounts.signUp(name: name, password: password, email: "ada@example.org")
                    } == .invalid, "\(name.debugDescription)")
            }
            for word in ["", "short", "aaaaaaaaaaaaaaaa", "my name is ada4ever"] {
                #expect(
                    await test.refusal {
                        try await accounts.signUp(name: "ada4ever", password: word, email: "ada@example.org")
                    } == .invalid)
            }
            for email in [
                "", "ada", "ada@example", "ada@example.org\r\nBcc: eve@example.org", "a@b@example.org",
                "ada@example.org\0", "\"a b\"@example.org", "ada@[127.0.0.1]", "ada@b\u{FC}cher.example",
            ] {
                for ask in [
                    { try await accounts.signUp(name: "ada", password: password, email: email) },
                    { try await accounts.resendSignUp(email: email) },
                    { try await accounts.requestReset(email: email) },
                ] as [() async throws -> Void] {
                    #expect(await test.refusal(ask) == .invalid, "\(email.debugDescription)")
                }
            }
            #expect(try await test.count("SELECT count(*) FROM account_request") == 0)
            #expect(try await test.mails().isEmpty)
        }
    }

    @Test func aSiteSaysWhoMaySignUpAndKeepsToIt() async throws {
        try await TestLake.with { test in
            // Before the first administrator nobody takes that place.
            let site = try await test.lake.accounts.site()
            #expect(!site.isSignUpOpen)
            #expect(
                await test.refusal {
                    try await test.lake.accounts.signUp(name: "ada", password: password, email: "ada@example.org")
                } == .forbidden)
            #expect(try await test.lake.accounts.firstStartToken() != nil)
        }
        let closed: (inout LakeConfiguration) -> Void = { $0.site.signUp.isOpen = false }
        try await TestLake.with(change: closed) { test in
            try await test.administrator()
            #expect(try await test.lake.accounts.site().isSignUpOpen == false)
            #expect(
                await test.refusal {
                    try await test.lake.accounts.signUp(name: "ada", password: password, email: "ada@example.org")
                } == .forbidden)
        }
        let someDomains: (inout LakeConfiguration) -> Void = {
            $0.site.signUp.domains = ["example.org", "uni.example"]
        }
        try await TestLake.with(change: someDomains) { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            #expect(try await accounts.site().domains == ["example.org", "uni.example"])
            for email in ["ada@example.com", "ada@sub.example.org", "ada@example.org.evil.com", "ada@xexample.org"] {
                #expect(
                    await test.refusal {
                        try await accounts.signUp(name: "ada", password: password, email: email)
                    } == .invalid)
            }
            try await test.signUp("ada")
            let ada = try await test.signIn("ada").principal
            #expect(
                await test.refusal {
                    try await accounts.requestEmail("ada@example.com", password: password, principal: ada)
                } == .invalid)
        }
    }

    @Test func aThousandAttemptsAreSlowedDownAndSendFewMails() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            // A few at once: who is refused waits for no connection, but a thousand would wait for one another.
            func attempts(_ count: Int, _ ask: @escaping @Sendable (Int) async throws -> Void) async throws -> Int {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for first in 0..<8 {
                        group.addTask {
                            var taken = 0
                            for number in stride(from: first, to: count, by: 8) {
                                do {
                                    try await ask(number)
                                    taken += 1
                                } catch let error as LakeError where error.code == .tooMany {}
                            }
                            return taken
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            // From one place, for many addresses.
            let fromOne = try await attempts(1000) { number in
                try await accounts.signUp(
                    name: "x\(number)", password: password, email: "x\(number)@example.org", source: "192.0.2.1")
            }
            #expect((20...26).contains(fromOne), "\(fromOne) of 1000 were taken")
            #expect(try await test.mails().count == fromOne)
            // For one address, from many places.
            let toOne = try await attempts(200) { number in
                try await accounts.requestReset(email: "ada@example.org", source: "198.51.100.\(number)")
            }
            #expect(toOne == 5, "\(toOne) of 200 were taken")
            // Somebody else is not kept waiting.
            try await accounts.signUp(
                name: "bob", password: password, email: "bob@example.org", source: "203.0.113.1")
            let token = try await test.linkedToken("bob@example.org")
            #expect(try await accounts.verify(token: token) == .verified(.signUp, name: "bob"))
        }
    }

    @Test func onlyHashesAreKeptAndNoAddressInTheAccessLog() async throws {
        try await TestLake.with { test in
            let database = try #require(test.database)
            try await test.administrator()
            try await test.signUp("ada")
            try await test.lake.accounts.signUp(name: "bob", password: password, email: "bob@example.org")
            try await test.lake.accounts.requestReset(email: "ada@example.org")
            let tokens = [
                try await test.linkedToken("bob@example.org"),
                try await test.linkedToken("ada@example.org", page: "reset"),
            ]
            func content(_ table: String) async throws -> String {
                try await database.single("SELECT coalesce(string_agg(t::text, ' '), '') AS all FROM \(table) t")
                    .decode("all")
            }
            for table in ["account", "account_link", "account_request", "mail", "access_event", "sign_in_failure"] {
                let text = try await content(table)
                for secret in tokens + [password] { #expect(!text.contains(secret), "\(table)") }
            }
            #expect(try await content("access_event").contains("@") == false)
            #expect(try await content("mail").contains("@") == false)
            #expect(try await content("sign_in_failure").contains("@") == false)
            #expect(try await content("account_link").contains("$argon2id$"))
        }
    }
}
