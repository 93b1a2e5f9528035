/// The server that takes mail to be sent on.
public struct SMTPServer: Sendable, Hashable {
    /// `smtp://host:port`, where STARTTLS is required, or `smtps://host:port`.
    public let url: String
    /// File of certificate authorities; `nil` for the system's.
    public let authorities: String?
    public let user: String?
    public let password: String?

    /// - Throws: `.configuration` for an address that is none, or has a user, a path or a query in it.
    public init(
        url: String, authorities: String? = nil, user: String? = nil, password: String? = nil
    ) throws(MailError) {
        let parts = ["smtp://", "smtps://"].first { url.hasPrefix($0) }.map { url.dropFirst($0.count) }
        guard let authority = parts, !authority.isEmpty,
            authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#@\\\"<>%".utf8.contains($0) })
        else {
            throw MailError(.configuration, "the server is smtp://HOST:PORT (with STARTTLS) or smtps://HOST:PORT")
        }
        guard (user == nil) == (password == nil) else {
            throw MailError(.configuration, "a user of the mail server needs a password, and a password a user")
        }
        self.url = url
        self.authorities = authorities
        self.user = user
        self.password = password
    }
}
