import Foundation
import Lake
import Mail
import Postgres
import Testing

private let password = "correct horse battery"
private let other = "another long passphrase"

@Suite struct PasswordResetTests {
    @Test func aMailedLinkSetsAPasswordOnceAndEndsWhatWasOpen() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await test.signUp("ada")
            let session = try await test.signIn("ada").token
            for _ in 0..<2 { try await accounts.requestReset(email: "ADA@example.org") }
            let tokens = try await test.mails().flatMap { $0.tokens("reset") }
            #expect(tokens.count == 2)
            // It confirms nothing else, and a weak password does not use it up.
            #expect(try await accounts.verify(token: tokens[0]) == .invalid)
            for weak in ["", "short", "i am ada@example.org\0"] {
                #expect(
                    await test.refusal { _ = try await accounts.completeReset(token: tokens[0], password: weak) }
                        == .invalid)
            }
            #expect(try await accounts.principal(session: session) != nil)
            #expect(try await accounts.completeReset(token: tokens[0], password: other))
            #expect(try await accounts.principal(session: session) == nil)
            guard case .refused = try await accounts.signIn(name: "ada", password: password) else {
                Issue.record("the old password still works")
                return
            }
            #expect(try await test.signIn("ada@example.org", other).principal.name == "ada")
            for token in tokens {
                #expect(try await accounts.completeReset(token: token, password: password) == false)
            }
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'account.password'") == 1)
        }
    }

    @Test func aLinkEndsAfterAnHourAndWithAPasswordThatWasSetOtherwise() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await test.signUp("ada")
            try await accounts.requestReset(email: "ada@example.org")
            let first = try await test.linkedToken("ada@example.org", page: "reset")
            #expect(
                try await test.count(
                    "SELECT count(*) FROM account_link WHERE expires_at BETWEEN now() + interval '59 minutes' AND now() + interval '61 minutes'"
                )
                    == 1)
            try await test.database?.execute("UPDATE account_link SET expires_at = now() - interval '1 second'")
            #expect(try await accounts.completeReset(token: first, password: other) == false)
            try await accounts.requestReset(email: "ada@example.org")
            let second = try await test.linkedToken("ada@example.org", page: "reset")
            let ada = try await test.signIn("ada").principal
            try await accounts.setPassword(name: "ada", password: other, current: password, principal: ada)
            #expect(try await accounts.completeReset(token: second, password: password) == false)
        }
    }

    @Test func unknownUnverifiedAndDisabledGetTheSameAnswerAndNoMail() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await test.signUp("ada")
            try await accounts.signUp(name: "bob", password: password, email: "bob@example.org")
            try await accounts.requestReset(email: "ada@example.org")
            let token = try await test.linkedToken("ada@example.org", page: "reset")
            let root = try await accounts.operatorPrincipal()
            try await accounts.disable(name: "ada", principal: root)
            let before = try await test.mails().count
            for email in ["nobody@example.org", "bob@example.org", "ada@example.org"] {
                try await accounts.requestReset(email: email)
            }
            #expect(try await test.mails().count == before)
            #expect(
                try await accounts.completeReset(token: token, password: other) == false, "a disabled account came back"
            )
        }
    }

    @Test func anAddressChangesWhenItsNewOwnerOpensTheLink() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            try await test.signUp("ada")
            try await test.signUp("eve")
            let ada = try await test.signIn("ada").principal
            #expect(
                await test.refusal {
                    try await accounts.requestEmail("ada@new.example.org", password: "wrong", principal: ada)
                } == .forbidden)
            let before = try await test.mails().count
            try await accounts.requestEmail("Ada@new.example.org", password: password, principal: ada)
            let mails = try await test.mails().dropFirst(before)
            #expect(mails.map(\.to) == ["ada@new.example.org", "ada@example.org"])
            #expect(mails.last?.tokens("verify").isEmpty == true)
            #expect(try await accounts.email(of: ada) == "ada@example.org")
            let token = try await test.linkedToken("ada@new.example.org")
            // A reset that was asked for with the old address ends with it.
            try await accounts.requestReset(email: "ada@example.org")
            let reset = try await test.linkedToken("ada@example.org", page: "reset")
            #expect(try await accounts.verify(token: token) == .verified(.email, name: "ada"))
            #expect(try await accounts.email(of: ada) == "ada@new.example.org")
            #expect(try await accounts.completeReset(token: reset, password: other) == false)
            guard case .refused = try await accounts.signIn(name: "ada@example.org", password: password) else {
                Issue.record("the old address still signs in")
                return
            }
            // Somebody else's address is not taken, and its owner hears of it.
            try await accounts.requestEmail("eve@example.org", password: password, principal: ada)
            let last = try #require(try await test.mails().last { $0.to == "eve@example.org" })
            #expect(last.subject.contains("already") && last.tokens("verify").isEmpty)
            #expect(try await accounts.email(of: ada) == "ada@new.example.org")
        }
    }

    @Test func twoThatAskForOneAddressDoNotBothGetIt() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            try await test.administrator()
            var tokens: [String] = []
            for name in ["ada", "eve"] {
                try await test.signUp(name)
                let person = try await test.signIn(name).principal
                try await accounts.requestEmail("both@example.org", password: password, principal: person)
                tokens.append(try await test.linkedToken("both@example.org"))
            }
            let outcomes = try await withThrowingTaskGroup(of: Verification.self) { group in
                for token in tokens { group.addTask { try await accounts.verify(token: token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .invalid } == 1)
            #expect(try await test.count("SELECT count(*) FROM account WHERE email = 'both@example.org'") == 1)
        }
    }

    @Test func anAdministratorGivesAnAddressThatCountsOnceItIsConfirmed() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            let root = try await accounts.operatorPrincipal()
            #expect(
                await test.refusal {
                    try await accounts.add(name: "bob", password: password, email: "bob", principal: root)
                } == .invalid)
            try await accounts.add(name: "bob", password: password, email: "bob@example.org", principal: root)
            let bob = try await test.signIn("bob").principal
            #expect(try await accounts.email(of: bob) == nil)
            guard case .refused = try await accounts.signIn(name: "bob@example.org", password: password) else {
                Issue.record("an address that nobody confirmed signs in")
                return
            }
            let token = try await test.linkedToken("bob@example.org")
            #expect(try await accounts.verify(token: token) == .verified(.email, name: "bob"))
            #expect(try await accounts.email(of: bob) == "bob@example.org")
            #expect(
                await test.refusal { try await accounts.requestEmail("x@example.org", password: "", principal: root) }
                    == .invalid)
        }
    }

    @Test func aNameThatLooksLikeAnAddressIsFoundBeforeTheAddress() async throws {
        try await TestLake.with { test in
            let accounts = test.lake.accounts
            let root = try await accounts.operatorPrincipal()
            try await accounts.add(name: "ada@example.org", password: other, principal: root)
            try await test.signUp("ada")
            #expect(try await test.signIn("ada@example.org", other).principal.name == "ada@example.org")
            guard case .refused = try await accounts.signIn(name: "ada@example.org", password: password) else {
                Issue.record("two accounts answer to one name")
                return
            }
            #expect(try await test.signIn("ada").principal.name == "ada")
        }
    }
}
