import Foundation
import Mail
import Testing

@Suite struct MailMessageTests {
    private static let date = Date(timeIntervalSince1970: 1_795_258_030)

    static func message(
        from: Mailbox = .ofThisMachine, subject: String = "Hello", text: String = "Text", unsubscribe: String? = nil
    ) throws -> MailMessage {
        try MailMessage(
            from: from, to: EmailAddress("ada@example.org"), subject: subject, text: text, date: date,
            identifier: "0123456789abcdef", unsubscribeURL: unsubscribe)
    }

    private static func text(_ message: MailMessage) -> String { String(decoding: message.encoded(), as: UTF8.self) }

    /// Header fields in order, still folded.
    private static func fields(_ message: MailMessage) -> [String] {
        let header = text(message).components(separatedBy: "\r\n\r\n")[0]
        return header.replacingOccurrences(of: "\r\n ", with: "\u{1}").components(separatedBy: "\r\n")
    }

    @Test func aPlainMailIsWhatTheStandardsSay() throws {
        let expected = """
            Date: Sat, 21 Nov 2026 10:47:10 +0000
            From: Tarn <tarn@localhost>
            To: ada@example.org
            Message-ID: <0123456789abcdef@localhost>
            Subject: Hello
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            One
            .
            Two

            """
        let message = try Self.message(text: "One\r\n.\nTwo\n\n")
        #expect(Self.text(message) == expected.replacingOccurrences(of: "\n", with: "\r\n"))
    }

    @Test(arguments: [
        ("Gr\u{FC}\u{DF}e", "=?utf-8?B?R3LDvMOfZQ==?="), ("\u{65E5}\u{672C}", "=?utf-8?B?5pel5pys?="),
        ("a =?utf-8?B?eA==?= b", "=?utf-8?B?YSA9P3V0Zi04P0I/ZUE9PT89IGI=?="), ("  plain  ", "plain"),
    ])
    func subjectsAreEncodedWords(_ subject: String, _ encoded: String) throws {
        let message = try Self.message(subject: subject)
        #expect(Self.fields(message).contains("Subject: " + encoded))
    }

    @Test(arguments: [
        String(repeating: "\u{1F600}", count: 100), String(repeating: "word ", count: 60),
        String(repeating: "e\u{301}", count: 77), "x" + String(repeating: "\u{E4}", count: 200),
    ])
    func longSubjectsFoldAndComeBack(_ subject: String) throws {
        let message = try Self.message(subject: subject)
        let written = try #require(WrittenMessage(message.encoded()))
        #expect(written.subject == subject.trimmingCharacters(in: .whitespaces))
        for line in Self.text(message).components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n") {
            #expect(line.utf8.count <= 76 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line)")
        }
    }

    /// Whatever is put in, there are the same fields, and nothing of it stands at the beginning of a line.
    @Test(arguments: [
        "x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\rBcc: eve@example.org", "\r\n\r\nBcc: a body",
        "x\u{2028}Bcc: y", "x\u{85}Bcc: y", "x\0Bcc: y", "x\u{0B}Bcc: y", "\r\n .\r\nQUIT\r\n", "x\r\n\tBcc: y",
    ])
    func nothingBecomesAField(_ hostile: String) throws {
        let sender = Mailbox(name: hostile, address: try EmailAddress("tarn@example.org"))
        let message = try Self.message(from: sender, subject: hostile, text: hostile)
        let names = Self.fields(message).map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        let written = try #require(WrittenMessage(message.encoded()))
        #expect(written.to == "ada@example.org" && written.from.hasSuffix("<tarn@example.org>"))
        #expect(!written.subject.contains { $0.isNewline } && !written.from.contains { $0.isNewline })
        let header = Self.text(message).components(separatedBy: "\r\n\r\n")[0]
        #expect(!header.components(separatedBy: "\r\n").contains { $0.lowercased().hasPrefix("bcc") })
    }

    @Test(arguments: [
        ("Tarn", "Tarn <t@example.org>"), ("", "t@example.org"), ("Tarn, Inc.", "\"Tarn, Inc.\" <t@example.org>"),
        ("A \"b\" \\", "\"A \\\"b\\\" \\\\\" <t@example.org>"), ("Bj\u{F6}rk", "=?utf-8?B?QmrDtnJr?= <t@example.org>"),
        ("Eve <eve@example.org>", "\"Eve <eve@example.org>\" <t@example.org>"),
    ])
    func sendersAreQuoted(_ name: String, _ field: String) throws {
        let message = try Self.message(from: Mailbox(name: name, address: EmailAddress("t@example.org")))
        #expect(Self.fields(message).contains("From: " + field))
    }

    @Test func bodiesThatAreNotPlainAreQuotedPrintable() throws {
        let text = "Gr\u{FC}\u{DF}e = 1 \nsecond \u{65E5}\n" + String(repeating: "long ", count: 300) + "end\n\0\u{7}"
        let message = try Self.message(text: text)
        let body = Self.text(message).components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
        #expect(body.hasPrefix("Gr=C3=BC=C3=9Fe =3D 1=20\r\nsecond =E6=97=A5\r\n"))
        for line in body.components(separatedBy: "\r\n") {
            #expect(line.utf8.count <= 76 && line.last != " " && line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        }
        #expect(try #require(WrittenMessage(message.encoded())).text == text + "\n")
    }

    @Test func listsCanBeLeftWithOneClick() throws {
        let link = "https://tarn.example.org/unsubscribe/0123abc"
        let fields = Self.fields(try Self.message(unsubscribe: link))
        #expect(fields.contains("List-Unsubscribe: <\(link)>"))
        #expect(fields.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
        for hostile in ["mailto:x@y.org", "https://x>\r\nBcc: y", "https://x y", "https://x\u{E4}", "javascript:x", ""]
        {
            #expect(throws: MailError.self) { try Self.message(unsubscribe: hostile) }
        }
    }

    @Test(arguments: [
        ("Tarn <t@example.org>", "Tarn"), ("\"Tarn, A\" <t@example.org>", "Tarn, A"), ("t@example.org", ""),
    ])
    func mailboxesAreRead(_ text: String, _ name: String) throws {
        let mailbox = try Mailbox(text)
        #expect(mailbox.name == name && mailbox.address.description == "t@example.org")
    }

    @Test(arguments: [
        "", "Tarn", "Tarn <t@example.org", "Tarn <>", "a\r\nb <t@example.org>", "<t@example.org>, <e@example.org>",
    ])
    func mailboxesThatAreNone(_ text: String) {
        #expect(throws: MailError.self) { try Mailbox(text) }
    }

    @Test(arguments: [
        "http://mail.example.org", "smtp://", "smtp://user:word@mail.example.org", "smtp://mail.example.org/path",
        "smtp://mail.example.org?x", "smtp://mail example.org", "smtp://mail.example.org\r\nX", "mail.example.org:25",
    ])
    func serversThatAreNone(_ url: String) {
        #expect(throws: MailError.self) { try SMTPServer(url: url) }
    }
}
