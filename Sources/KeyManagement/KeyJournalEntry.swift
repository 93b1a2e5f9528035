internal import ByteIO
public import Foundation
internal import Vault

/// One line of a `KeyJournal`: what a command did with a key file, when, and who gave it, as the machine says. It names
/// the key and what wraps it, and holds nothing that opens either.
public struct KeyJournalEntry: Codable, Hashable, Sendable {
    public enum Act: String, Codable, Sendable {
        /// A new key in a new file.
        case create
        /// The key was wrapped by a service, or anew.
        case wrap
        /// The key itself was put back into its file.
        case unwrap
        /// The key itself was printed or written to another file.
        case backup
    }

    /// Random, 32 hexadecimal digits: what was taken twice is told by it.
    public let id: String
    /// By the machine's clock.
    public let at: Date
    public let act: Act
    /// `MasterKey.id`.
    public let key: String
    /// What wraps the key afterwards; `nil` where its file holds the key itself.
    public let service: String?
    /// Account of the machine.
    public let user: String

    /// Characters of a text at most.
    private static let longest = 512

    init(_ act: Act, key: String, service: KeyService?) {
        (id, at) = (
            SecureRandom.bytes(16).hexadecimal, Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded())
        )
        (self.act, self.key, self.service) = (act, key, service?.encryption.place)
        let behind = ProcessInfo.processInfo.environment["SUDO_USER"].map { " for \($0)" } ?? ""
        user = String((ProcessInfo.processInfo.userName + behind).prefix(Self.longest))
    }

    /// - Returns: `nil` for what no tarn wrote.
    init?(line: some Sequence<UInt8>) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let found = try? decoder.decode(Self.self, from: Data(line)), Self.isName(found.id, 32),
            Self.isName(found.key, 16), [found.user, found.service ?? "-"].allSatisfy(Self.isPlain)
        else { return nil }
        self = found
    }

    /// JSON, and a line feed.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        // Nothing in it cannot be encoded.
        return [UInt8]((try? encoder.encode(self)) ?? Data()) + [UInt8(ascii: "\n")]
    }

    private static func isName(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.count <= longest
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
