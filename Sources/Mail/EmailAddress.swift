/// An address that mail is sent to: `local@domain` in ASCII, a strict subset of RFC 5321 §4.1.2. No quoted local part,
/// no comment, no address literal; so no character that means something to a mail header or to SMTP. In
/// lower case: RFC 5321 lets a server tell `Ada` from `ada`, none in use does, and two people must not look like one.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    public let local: String
    public let domain: String

    /// `local@domain`.
    public var description: String { "\(local)@\(domain)" }

    /// - Throws: `.address`, with the rule that was broken and never the address.
    public init(_ text: String) throws(MailError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254 else { throw MailError(.address, "it has more than 254 characters") }
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at < bytes.count - 1 else {
            throw MailError(.address, "it has the form name@domain")
        }
        let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
        guard local.count <= 64, EmailAddress.isDotted(local, of: EmailAddress.isLocal) else {
            throw MailError(
                .address, "before the @ stand 1 to 64 letters, digits and . ! # $ % & ' * + / = ? ^ _ { } ~ -")
        }
        guard domain.allSatisfy({ $0 < 0x80 }) else {
            throw MailError(.address, "write its domain in ASCII letters (the xn--… form)")
        }
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(EmailAddress.isLabel),
            let top = labels.last, !top.allSatisfy(EmailAddress.isDigit)
        else { throw MailError(.address, "its domain has labels of letters, digits and -, such as example.org") }
        self.local = String(decoding: local, as: UTF8.self).lowercased()
        self.domain = String(decoding: domain, as: UTF8.self).lowercased()
    }

    /// `tarn@localhost`: who sends where mail is only written to a directory.
    static let ofThisMachine = EmailAddress(local: "tarn", domain: "localhost")

    private init(local: String, domain: String) {
        self.local = local
        self.domain = domain
    }

    private static func isDotted(_ text: ArraySlice<UInt8>, of isPart: (UInt8) -> Bool) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isPart) }
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == hyphen }
    }

    /// atext of RFC 5322 §3.2.3, but for ` and |, which a shell behind a careless server would read.
    private static func isLocal(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || "!#$%&'*+/=?^_{}~-".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
