/// What a mail says: plain text that holds no patient's value.
public struct Letter: Sendable, Hashable, Codable {
    /// One line.
    public var subject: String
    public var text: String
    /// Where one click ends this kind of mail (RFC 8058), for what was subscribed to.
    public var unsubscribeURL: String?

    public init(subject: String, text: String, unsubscribeURL: String? = nil) {
        self.subject = subject
        self.text = text
        self.unsubscribeURL = unsubscribeURL
    }
}
