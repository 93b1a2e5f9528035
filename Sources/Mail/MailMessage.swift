public import Foundation

/// One mail in plain text to one recipient, as bytes that SMTP takes (RFC 5322, MIME). Header fields are made of parts
/// that cannot hold a line break: addresses, encoded text, a date, and links that are checked.
public struct MailMessage: Sendable {
    public let from: Mailbox
    public let to: EmailAddress
    public let subject: String
    public let text: String
    public let date: Date
    /// Makes the Message-ID: the same mail sent again has the same one, so that a reader shows it once.
    public let identifier: String
    /// Where one click ends this kind of mail.
    public let unsubscribeURL: String?

    /// - Parameter identifier: letters and digits; others are left out.
    /// - Throws: `.configuration` for an `unsubscribeURL` that is no address of a page.
    public init(
        from: Mailbox, to: EmailAddress, subject: String, text: String, date: Date, identifier: String,
        unsubscribeURL: String? = nil
    ) throws(MailError) {
        if let unsubscribeURL, !MailMessage.isPage(unsubscribeURL) {
            throw MailError(.configuration, "the link that ends a subscription is no http(s) address")
        }
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.date = date
        self.identifier = identifier.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        self.unsubscribeURL = unsubscribeURL
    }

    /// The mail with its header, every line ended by CRLF and at most 998 bytes long.
    public func encoded() -> [UInt8] {
        var fields = [
            ("Date", MailDate.text(date)), ("From", fromField), ("To", to.description),
            ("Message-ID", "<\(identifier)@\(from.address.domain)>"),
            ("Subject", HeaderText.unstructured(subject, after: "Subject")),
            // No holiday notice answers it (RFC 3834).
            ("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ]
        if let unsubscribeURL {
            fields.append(("List-Unsubscribe", "<\(unsubscribeURL)>"))
            fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        }
        let lines = bodyLines
        // As it is where that is possible: a link stays one line for whoever reads the file.
        let isPlain = lines.allSatisfy { line in
            line.count <= 900 && line.last != 0x20 && line.allSatisfy { (0x20...0x7E).contains($0) }
        }
        fields.append(("Content-Transfer-Encoding", isPlain ? "7bit" : "quoted-printable"))
        var bytes = fields.flatMap { Array("\($0.0): \($0.1)\r\n".utf8) }
        bytes += "\r\n".utf8
        bytes += isPlain ? lines.flatMap { Array($0) + Array("\r\n".utf8) } : QuotedPrintable.encode(lines)
        return bytes
    }

    private var fromField: String {
        let name = HeaderText.phrase(from.name)
        guard !name.isEmpty else { return from.address.description }
        return name + (name.utf8.count + from.address.description.utf8.count > 66 ? "\r\n" : "") + " <\(from.address)>"
    }

    /// Any line break ends a line; the last one ends the text.
    private var bodyLines: [Substring.UTF8View] {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map(\.utf8)
    }

    private static func isPage(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= 900
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>\"\\^`{|}".utf8.contains($0) }
    }
}
