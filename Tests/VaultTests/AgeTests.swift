import ByteIO
import Foundation
import Testing
import Vault

@Suite struct AgeTests {
    // MARK: Keys

    @Test func keysOfTheSpecification() throws {
        let secret = try #require(Bytes(hexadecimal: String(repeating: "4a", count: 32)))
        let identity = try AgeIdentity(secret: SymmetricKey(secret))
        // As age-keygen -y gives it.
        #expect(identity.recipient.description == "age19l07p0qf4y0qra6qhmm7vc3t7nvgx7s23lyxy355jx7cpg0xcddqcntwl5")
        #expect(identity.secretText == "AGE-SECRET-KEY-1FF9Y5JJ2FF9Y5JJ2FF9Y5JJ2FF9Y5JJ2FF9Y5JJ2FF9Y5JJ2FF9QU4JV8M")
        #expect(try AgeIdentity(text: identity.secretText) == identity)
        #expect(try AgeRecipient(text: identity.recipient.description) == identity.recipient)
        #expect(identity.secretText.hasPrefix("AGE-SECRET-KEY-1"))
        #expect("\(identity)".contains("AGE-SECRET") == false)
    }

    @Test(arguments: [
        "", "age1", "AGE-SECRET-KEY-1", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "age1ä",
        String(repeating: "q", count: 4000),
    ])
    func whatIsNoKey(_ text: String) {
        #expect(throws: VaultError(.ageKeyMalformed)) { try AgeRecipient(text: text) }
        #expect(throws: VaultError(.ageKeyMalformed)) { try AgeIdentity(text: text) }
    }

    @Test func oneWrongCharacterIsNoKey() throws {
        let text = try AgeIdentity().recipient.description
        for index in text.indices where text[index] != "1" {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "q" ? "p" : "q")
            #expect(throws: VaultError.self) { try AgeRecipient(text: changed) }
        }
        #expect(throws: VaultError.self) { try AgeRecipient(text: text.uppercased()) }
        #expect(throws: VaultError.self) { try AgeIdentity(text: AgeIdentity().secretText.lowercased()) }
    }

    // MARK: Round trips

    static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 1_000_003]

    @Test(arguments: sizes, [1, 7, 65_536, 100_000])
    func roundTrip(_ size: Int, _ step: Int) throws {
        guard step > 7 || size < 70_000 else { return }
        let identity = try AgeIdentity()
        let plaintext = content(size)
        let sealed = try encrypt(plaintext, to: identity.recipient, step: step)
        #expect(try decrypt(sealed, identity, step: step) == plaintext)
    }

    @Test(arguments: sizes)
    func debiansAgeOpensWhatWeSeal(_ size: Int) throws {
        let folder = try Folder()
        let identity = try AgeIdentity()
        let plaintext = content(size)
        try folder.write(try encrypt(plaintext, to: identity.recipient, step: 50_000), "sealed")
        try folder.write(Bytes(utf8: identity.secretText + "\n"), "key")
        // It makes no file for nothing.
        try folder.write(Bytes(), "open")
        #expect(try folder.age("-d", "-i", "key", "-o", "open", "sealed") == 0)
        #expect(try folder.read("open") == plaintext)
    }

    @Test(arguments: sizes)
    func weOpenWhatDebiansAgeSeals(_ size: Int) throws {
        let folder = try Folder()
        let identity = try AgeIdentity()
        let other = try AgeIdentity()
        let plaintext = content(size)
        try folder.write(plaintext, "open")
        #expect(
            try folder.age(
                "-r", other.recipient.description, "-r", identity.recipient.description, "-o", "sealed", "open") == 0)
        #expect(try decrypt(try folder.read("sealed"), identity, step: 9_999) == plaintext)
        #expect(throws: VaultError(.noIdentityMatched)) {
            try decrypt(try folder.read("sealed"), try AgeIdentity(), step: 9_999)
        }
    }

    // MARK: Refusals

    @Test func aWrongKeySaysSo() throws {
        let sealed = try encrypt(content(10), to: try AgeIdentity().recipient, step: 10)
        #expect(throws: VaultError(.noIdentityMatched)) { try decrypt(sealed, try AgeIdentity(), step: 100) }
    }

    @Test func everyTruncationIsSeen() throws {
        let identity = try AgeIdentity()
        let sealed = try encrypt(content(140_000), to: identity.recipient, step: 65_536)
        let interesting = Array(0..<400) + [65_536, 131_072].flatMap { Array(($0 + 100)..<($0 + 300)) }
        for count in interesting + [sealed.count - 1] where count < sealed.count {
            #expect(throws: VaultError.self, "\(count)") {
                try decrypt(sealed[clamping: 0..<count], identity, step: 70_000)
            }
        }
    }

    @Test func everyChangeIsSeen() throws {
        let identity = try AgeIdentity()
        let plaintext = content(66_000)
        let sealed = try encrypt(plaintext, to: identity.recipient, step: 66_000).array
        for index in Array(0..<300) + [65_000, 65_800, sealed.count - 1] {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: VaultError.self, "\(index)") { try decrypt(Bytes(changed), identity, step: 70_000) }
        }
        #expect(throws: VaultError.self) { try decrypt(Bytes(sealed + [0]), identity, step: 70_000) }
    }

    @Test func strictHeaders() throws {
        let identity = try AgeIdentity()
        let sealed = try encrypt(content(5), to: identity.recipient, step: 5).array
        let text = String(decoding: sealed.prefix { $0 < 0x80 }, as: UTF8.self)
        let header = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(4).map(String.init)
        let rest = Array(sealed[(header.joined(separator: "\n").utf8.count + 1)...])
        func file(_ lines: [String], _ end: String = "\n") -> Bytes {
            Bytes(Array((lines.joined(separator: end) + end).utf8) + rest)
        }
        #expect(try decrypt(file(header), identity, step: 1000) == content(5))
        let wrong: [[String]] = [
            ["age-encryption.org/v2"] + header[1...],
            [header[0], header[3]],
            [header[0], header[1] + " extra", header[2], header[3]],
            [header[0], header[1].replacingOccurrences(of: "-> X", with: "->  X"), header[2], header[3]],
            [header[0], header[1], header[2] + "=", header[3]],
            [header[0], header[1], header[2], header[3] + "="],
            [header[0], header[1], header[2], ""] + [header[3]],
        ]
        for lines in wrong {
            #expect(throws: VaultError.self, "\(lines)") { try decrypt(file(lines), identity, step: 9) }
        }
        #expect(throws: VaultError.self) { try decrypt(file(header, "\r\n"), identity, step: 1000) }
        #expect(throws: VaultError.self) {
            try decrypt(Bytes([UInt8](repeating: 0x61, count: 200_000)), identity, step: 1000)
        }
        // A header that never ends is no reason to keep everything.
        let endless = "age-encryption.org/v1\n-> X25519 " + String(repeating: "a", count: 100_000)
        #expect(throws: VaultError.self) { try decrypt(Bytes(utf8: endless), identity, step: 1000) }
    }

    // MARK: Tools

    private func content(_ count: Int) -> Bytes {
        Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    }

    private func encrypt(_ plaintext: Bytes, to recipient: AgeRecipient, step: Int) throws -> Bytes {
        let encryptor = try AgeEncryptor(to: recipient)
        var sealed: [UInt8] = []
        for start in stride(from: 0, to: plaintext.count, by: step) {
            sealed += try encryptor.append(plaintext[clamping: start..<(start + step)]).array
        }
        return Bytes(sealed + (try encryptor.finish()).array)
    }

    private func decrypt(_ sealed: Bytes, _ identity: AgeIdentity, step: Int) throws -> Bytes {
        let decryptor = AgeDecryptor(identity)
        var plaintext: [UInt8] = []
        for start in stride(from: 0, to: sealed.count, by: step) {
            plaintext += try decryptor.append(sealed[clamping: start..<(start + step)]).array
        }
        return Bytes(plaintext + (try decryptor.finish()).array)
    }

    /// A temporary folder, and Debian's `age` within it.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func write(_ bytes: Bytes, _ name: String) throws {
            try Data(bytes.array).write(to: url.appendingPathComponent(name))
        }

        func read(_ name: String) throws -> Bytes {
            Bytes(Array(try Data(contentsOf: url.appendingPathComponent(name))))
        }

        func age(_ arguments: String...) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["age"] + arguments
            process.currentDirectoryURL = url
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }
}
