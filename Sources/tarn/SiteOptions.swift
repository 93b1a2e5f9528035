import ArgumentParser
import Foundation
import Lake
import Mail

/// How a server meets people: where its pages are, who may sign up, how mail leaves.
struct SiteOptions: ParsableArguments {
    enum SignUp: String, ExpressibleByArgument, CaseIterable { case open, closed }

    @Option(
        help: ArgumentHelp(
            "Where people reach the pages: the beginning of links in mails; or TARN_PUBLIC_URL. Else http://LISTEN.",
            valueName: "url"))
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "Send mail through smtp://HOST:PORT (STARTTLS required) or smtps://HOST:PORT; who signs in there sets "
                + "TARN_SMTP_USER and TARN_SMTP_PASSWORD. Without it mail is written to DATA/mail: tarn mail shows it.",
            valueName: "url"))
    var smtp: String?

    @Option(help: ArgumentHelp("File of certificate authorities for the mail server.", valueName: "file"))
    var smtpCa: String?

    @Option(help: ArgumentHelp("Who mail is from: \"Tarn <tarn@example.org>\".", valueName: "sender"))
    var mailFrom: String?

    @Option(help: "Whether people may make accounts for themselves: open or closed.")
    var signUp = SignUp.open

    @Option(help: ArgumentHelp("Take only addresses of this domain; may be repeated.", valueName: "domain"))
    var signUpDomain: [String] = []

    @Option(
        help: ArgumentHelp(
            "Studies whose original files one person may have within a day; more need the approval of a second person.",
            valueName: "n"))
    var originalsAlone = 10

    func validate() throws {
        guard originalsAlone >= 0 else { throw ValidationError("--originals-alone wants a number from 0") }
        _ = try configuration(listening: nil)
        guard smtp != nil || smtpCa == nil else { throw ValidationError("--smtp-ca goes with --smtp") }
        if let smtpCa, !FileManager.default.isReadableFile(atPath: smtpCa) {
            throw ValidationError("--smtp-ca \(smtpCa): cannot be read")
        }
    }

    /// - Parameter address: `http://host:port` of this server, for links where no other is named.
    func configuration(listening address: String?) throws -> SiteConfiguration {
        var site = SiteConfiguration()
        // An empty variable is none.
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        if let url = publicURL ?? environment["TARN_PUBLIC_URL"] ?? address {
            site.publicURL = try Self.page(url)
        }
        site.signUp.isOpen = signUp == .open
        site.originalsAlone = originalsAlone
        site.signUp.domains = try signUpDomain.map(Self.domain)
        if let mailFrom {
            do { site.sender = try Mailbox(mailFrom) } catch { throw ValidationError("--mail-from: \(error)") }
        }
        guard let smtp else { return site }
        guard mailFrom != nil else { throw ValidationError("--smtp goes with --mail-from, who mail is from") }
        do {
            site.transport = .smtp(
                try SMTPServer(
                    url: smtp, authorities: smtpCa, user: environment["TARN_SMTP_USER"],
                    password: environment["TARN_SMTP_PASSWORD"]))
        } catch { throw ValidationError("--smtp: \(error)") }
        return site
    }

    /// An address of pages, without a slash at the end.
    private static func page(_ text: String) throws -> String {
        var text = text
        while text.last == "/" { text.removeLast() }
        let host = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) } ?? ""
        let isHost = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-.:[]".utf8.contains(byte)
        }
        guard !host.isEmpty, isHost else {
            throw ValidationError("--public-url wants https://HOST or http://HOST:PORT, without a path")
        }
        return text
    }

    private static func domain(_ text: String) throws -> String {
        do { return try EmailAddress("x@" + text).domain } catch {
            throw ValidationError("--sign-up-domain \(text): \(error)")
        }
    }
}
