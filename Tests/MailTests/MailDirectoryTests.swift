import Foundation
import Mail
import Testing

@Suite struct MailDirectoryTests {
    private let directory = MailDirectory(
        path: FileManager.default.temporaryDirectory.appendingPathComponent(
            "tarn-mail-\(UInt32.random(in: 0 ... .max))"
        )
        .path)

    @Test func mailIsItsOwnersOnlyAndInOrder() throws {
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        #expect(try directory.entries().isEmpty)
        for id in [Int64(2), 10, 1] {
            try directory.write(MailMessageTests.message(subject: "Number \(id)"), id: id)
        }
        try directory.write(MailMessageTests.message(subject: "Number 2 again"), id: 2)
        try "not a mail".write(toFile: directory.path + "/notes.txt", atomically: true, encoding: .utf8)
        let entries = try directory.entries()
        #expect(entries.map(\.id) == [1, 2, 10])
        #expect(try directory.read(entries[1]).subject == "Number 2 again")
        #expect(entries[0].file == "20261121T104710Z-1.eml")
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try mode(directory.path) == 0o700)
        #expect(try mode(directory.path + "/" + entries[0].file) == 0o600)
    }

    @Test func aDirectoryThatCannotBeMadeIsSaidAndNothingElse() throws {
        let nowhere = MailDirectory(path: "/proc/tarn-mail")
        #expect { try nowhere.write(MailMessageTests.message(subject: "secret"), id: 1) } throws: {
            ($0 as? MailError)?.code == .directory && !"\($0)".contains("secret") && !"\($0)".contains("ada")
        }
        #expect(try nowhere.entries().isEmpty)
    }
}
