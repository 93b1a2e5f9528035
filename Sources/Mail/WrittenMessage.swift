internal import Foundation

/// A mail as it lies in a `MailDirectory`, read again for people and tests. Reads what `MailMessage` writes.
public struct WrittenMessage: Sendable, Hashable {
    public let from: String
    public let to: String
    public let subject: String
    public let date: String
    public let unsubscribeURL: String?
    public let text: String

    /// - Returns: `nil` for bytes without a header.
    public init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let fields = WrittenMessage.fields(String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
        guard let from = fields["from"], let to = fields["to"] else { return nil }
        self.from = WrittenMessage.decoded(from)
        self.to = to
        subject = WrittenMessage.decoded(fields["subject"] ?? "")
        date = fields["date"] ?? ""
        unsubscribeURL = fields["list-unsubscribe"].map { String($0.drop { $0 == "<" }.prefix { $0 != ">" }) }
        let body = bytes[end.upperBound...]
        let isPlain = fields["content-transfer-encoding"] == "7bit"
        let text = String(decoding: isPlain ? Array(body) : QuotedPrintable.decode(body), as: UTF8.self)
        self.text = text.replacingOccurrences(of: "\r\n", with: "\n")
    }

    /// By their names in lower case, unfolded.
    private static func fields(_ header: String) -> [String: String] {
        let unfolded = header.replacingOccurrences(of: "\r\n ", with: " ")
        var fields: [String: String] = [:]
        for line in unfolded.components(separatedBy: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return fields
    }

    /// Encoded words decoded; the space between two of them belongs to neither (RFC 2047 §6.2).
    private static func decoded(_ field: String) -> String {
        var text: [UInt8] = []
        var wasWord = false
        for part in field.components(separatedBy: " ") {
            let word = word(part)
            if !text.isEmpty, !(wasWord && word != nil) { text.append(0x20) }
            text += word ?? Array(part.utf8)
            wasWord = word != nil
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func word(_ part: String) -> [UInt8]? {
        guard part.hasPrefix("=?utf-8?B?"), part.hasSuffix("?=") else { return nil }
        return Data(base64Encoded: String(part.dropFirst(10).dropLast(2))).map { [UInt8]($0) }
    }
}
