internal import Foundation

/// The mail about what is new: counts and links.
struct DigestLetter {
    let news: DigestNews
    let subscription: Subscription
    let since: Date
    /// Name of the account.
    let reader: String
    let publicURL: String
    /// Of the link that ends the subscription.
    let token: String

    var letter: Letter {
        let unsubscribe = "\(publicURL)/unsubscribe/\(token)"
        let lines = news.lines
        let more = lines.count > 1 ? ", …" : ""
        return Letter(
            subject: "Tarn: \(subscription.name): \(lines.first ?? "")\(more)",
            text: """
                New in “\(subscription.name)” since \(since.formatted(.iso8601)):

                \(lines.map { "  \($0)" }.joined(separator: "\n"))

                \(publicURL)/studies\(query)

                You are told at most once a \(subscription.every.rawValue), because \(reader) follows this on
                \(publicURL)/account

                No more of these:
                \(unsubscribe)
                """, unsubscribeURL: unsubscribe)
    }

    /// The list that is followed, newest first.
    private var query: String {
        var items: [(String, String)] = []
        if subscription.kind == .project, let project = subscription.project { items.append(("project", project)) }
        items += subscription.filter?.queryItems ?? []
        items.append(("sort", "added"))
        return "?" + items.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    }

    /// Nothing but what stands for itself in every address (RFC 3986 §2.3).
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || "-._~".utf8.contains(byte) ? String(scalar) : String(format: "%%%02X", Int(byte))
        }.joined()
    }
}
