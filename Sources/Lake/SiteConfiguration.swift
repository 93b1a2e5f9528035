public import Mail

/// How the lake meets people: where its pages are, who may sign up, how mail leaves.
public struct SiteConfiguration: Sendable {
    /// Where people reach the portal, without a slash at the end: the beginning of every link in a mail. Never taken
    /// from a request, whose Host header anybody can write.
    public var publicURL = "http://127.0.0.1:8080"
    public var signUp = SignUpPolicy()
    public var transport = Transport.directory
    /// Who mail is from.
    public var sender = Mailbox.ofThisMachine

    /// Studies whose originals one person may have within a day. More of them need the approval of a second person.
    public var originalsAlone = 10

    /// How mail leaves.
    public enum Transport: Sendable {
        /// It does not: it is written to `mail/` in the data directory.
        case directory
        case smtp(SMTPServer)
    }

    /// Who may make an account for themselves.
    public struct SignUpPolicy: Sendable, Hashable {
        public var isOpen = true
        /// Domains of addresses that are taken, in lower case; empty for all.
        public var domains: [String] = []

        public init() {}
    }

    public init() {}
}
