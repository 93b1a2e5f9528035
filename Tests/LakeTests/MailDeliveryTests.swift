import Foundation
import Lake
import Mail
import Postgres
import Testing

/// What happens to mail that waits; SMTP itself is tested against a real server in Tests/EndToEnd/test_mail.py.
@Suite struct MailDeliveryTests {
    private func waitsFor(_ test: TestLake, _ sql: String) async throws -> Int {
        try await test.count("SELECT count(*) FROM mail WHERE \(sql)")
    }

    /// Closes the lake and opens it again, writing mail to the directory.
    private func again(_ test: TestLake) async throws -> Lake {
        await test.lake.close()
        var configuration = test.configuration
        configuration.site.transport = .directory
        return try await Lake.open(configuration)
    }

    private func ask(_ test: TestLake, _ count: Int) async throws {
        try await test.administrator()
        for number in 0..<count {
            try await test.lake.accounts.signUp(
                name: "p\(number)", password: "correct horse battery", email: "p\(number)@example.org",
                source: "\(number)")
        }
    }

    @Test func aMailWaitsSealedUntilAServerTakesItAndThenItIsGone() async throws {
        let down = try await TestLake { $0.site.transport = .nobody }
        try await ask(down, 3)
        for _ in 0..<2 { try await down.lake.mail.deliver() }
        #expect(try await waitsFor(down, "state = 'waiting' AND attempts = 0") == 3, "a mail was blamed for its server")
        // The next server finds what the last one left, and each mail is written once.
        let up = try await again(down)
        try await up.mail.deliver()
        let mails = MailDirectory(path: up.configuration.dataDirectory + "/mail")
        let entries = try mails.entries()
        #expect(
            try Set(entries.map { try mails.read($0).to }) == ["p0@example.org", "p1@example.org", "p2@example.org"])
        #expect(entries.count == 3)
        #expect(try await waitsFor(down, "state = 'sent' AND sealed IS NULL AND ended_at IS NOT NULL") == 3)
        await up.close()
        await down.remove()
    }

    @Test func twoThatSendAtOnceSendEachMailOnce() async throws {
        try await TestLake.with { test in
            try await ask(test, 12)
            async let one: Void = test.lake.mail.deliver()
            async let two: Void = test.lake.mail.deliver()
            _ = try await (one, two)
            try await test.lake.mail.deliver()
            let entries = try MailDirectory(path: test.configuration.dataDirectory + "/mail").entries()
            #expect(entries.count == 12)
            #expect(try await waitsFor(test, "state = 'sent' AND attempts = 1") == 12)
        }
    }

    @Test func aMailWhoseLinkHasEndedIsNotSentAnyMore() async throws {
        let nobody: (inout LakeConfiguration) -> Void = { $0.site.transport = .nobody }
        try await TestLake.with(change: nobody) { test in
            try await ask(test, 1)
            try await test.lake.mail.deliver()
            try await test.database?.execute("UPDATE mail SET expires_at = now() - interval '1 second'")
            try await test.lake.mail.deliver()
            #expect(try await waitsFor(test, "state = 'expired' AND sealed IS NULL") == 1)
        }
    }

    @Test func aMailThatCannotBeOpenedDoesNotHoldUpTheOthers() async throws {
        let down = try await TestLake { $0.site.transport = .nobody }
        try await ask(down, 2)
        try await down.lake.mail.deliver()
        // A seal is bound to its row: what was put in another's place is not sent to the wrong person.
        try await down.database?.execute(
            """
            UPDATE mail SET sealed = (SELECT sealed FROM mail ORDER BY id DESC LIMIT 1)
            WHERE id = (SELECT min(id) FROM mail)
            """)
        let up = try await again(down)
        try await up.mail.deliver()
        #expect(try await waitsFor(down, "state = 'refused' AND sealed IS NULL") == 1)
        #expect(try await waitsFor(down, "state = 'sent'") == 1)
        await up.close()
        await down.remove()
    }

    @Test func aServerThatRunsSendsByItself() async throws {
        let serving: (inout LakeConfiguration) -> Void = { $0.doesRecurringWork = true }
        try await TestLake.with(change: serving) { test in
            try await ask(test, 2)
            let mails = MailDirectory(path: test.configuration.dataDirectory + "/mail")
            for _ in 0..<100 where try mails.entries().count < 2 { try await Task.sleep(for: .milliseconds(100)) }
            #expect(try mails.entries().count == 2)
        }
    }
}

extension SiteConfiguration.Transport {
    /// Nobody listens on port 1.
    fileprivate static var nobody: Self {
        guard let server = try? SMTPServer(url: "smtp://127.0.0.1:1") else { return .directory }
        return .smtp(server)
    }
}
