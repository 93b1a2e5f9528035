/// Why a mail was not composed or not sent. Never carries an address, a subject or a text.
public struct MailError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        /// The address is none that mail is sent to.
        case address = "this is not an e-mail address that mail is sent to"
        /// What was set makes no sense.
        case configuration = "the settings for mail are not valid"
        /// No connection, no certificate that is trusted, no STARTTLS, or no sign-in: nothing of the mail was sent.
        case server = "the mail server cannot be used"
        /// The server took this mail not now.
        case refusedForNow = "the mail server did not take the mail now"
        /// The server will never take this mail: its recipient or its content was refused.
        case refused = "the mail server refused the mail"
        /// The directory for mail cannot be written or read.
        case directory = "the directory for mail cannot be used"
    }

    public let code: Code
    /// What is known beyond that: a rule, or the server's status.
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether another attempt would end the same.
    public var isFinal: Bool {
        switch code {
        case .refused, .address, .configuration: true
        case .server, .refusedForNow, .directory: false
        }
    }

    public var description: String { "\(code.rawValue): \(reason)" }
}
