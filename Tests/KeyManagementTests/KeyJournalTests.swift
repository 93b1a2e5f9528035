import Foundation
import KeyManagement
import Testing
import Vault

@Suite struct KeyJournalTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-log-\(UUID().uuidString)").path
    var path: String { folder + "/master.key" }
    var journal: KeyJournal { KeyJournal(of: path) }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: journal.path)) }
    private func text() throws -> String { try String(contentsOfFile: journal.path, encoding: .utf8) }

    @Test func `What was done with a key is taken in its order, and again until it is forgotten`() throws {
        let made = try KeyFile(path).create(journal: journal)
        try KeyFile(path).backUp(made, journal: journal) {}
        try KeyFile(path).move(under: nil, journal: journal)
        let mode = try FileManager.default.attributesOfItem(atPath: journal.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try !text().contains(made.backup))
        let content = try #require(try journal.take())
        #expect(content.entries.map(\.act) == [.create, .backup, .unwrap] && content.unreadable == 0)
        #expect(Set(content.entries.map(\.id)).count == 3)
        #expect(content.entries.allSatisfy { $0.key == made.id && $0.service == nil && !$0.user.isEmpty })
        #expect(content.entries.allSatisfy { abs($0.at.timeIntervalSinceNow) < 60 })
        // What comes in between waits for the next turn.
        try KeyFile(path).backUp(made, journal: journal) {}
        #expect(try journal.take()?.entries == content.entries)
        journal.forget()
        #expect(try journal.take()?.entries.map(\.act) == [.backup])
        journal.forget()
        #expect(try journal.take() == nil && !journal.isThere)
        #expect(try names() == ["master.key"])
    }

    @Test func `What failed is not said`() throws {
        let made = try KeyFile(path).create()
        let failed = KeyManagementError(.invalid, "no")
        let refused = refusal {
            try KeyFile(path).backUp(made, journal: journal) { () throws(KeyManagementError) in throw failed }
        }
        #expect(refused == failed)
        #expect(try names() == ["master.key"])
        try KeyFile(path).backUp(made, journal: journal) {}
        let before = try text()
        _ = refusal {
            try KeyFile(path).backUp(made, journal: journal) { () throws(KeyManagementError) in throw failed }
        }
        #expect(try text() == before)
        #expect(refusal { try KeyFile(path).create(journal: journal) }?.code == .file(.keyFileExists))
        #expect(try text() == before)
    }

    @Test func `What cannot be said is not done`() throws {
        let made = try KeyFile(path).create()
        // A folder in its place, and a link that leads elsewhere.
        try FileManager.default.createDirectory(atPath: journal.path, withIntermediateDirectories: false)
        var isDone = false
        let refused = refusal { try KeyFile(path).backUp(made, journal: journal) { isDone = true } }
        #expect(refused?.code == .file(.keyFileUnwritable) && !isDone)
        try FileManager.default.removeItem(atPath: journal.path)
        try FileManager.default.createSymbolicLink(atPath: journal.path, withDestinationPath: path)
        #expect(refusal { try KeyFile(path).move(under: nil, journal: journal) }?.code == .file(.keyFileUnwritable))
        #expect(try KeyFile(path).load().master.key == made.key)
    }

    @Test func `Lines that no tarn wrote are counted and take nothing with them`() throws {
        let made = try KeyFile(path).create(journal: journal)
        let right = try text()
        let bad = [
            "", "{}", "null", "{\"act\":\"create\"}", String(right.dropLast(20)),
            right.replacing(made.id, with: "../../etc/passwd"), right.replacing("create", with: "destroy"),
            right.replacing("\"user\":\"", with: "\"user\":\"\\u001b[2J"), "\u{0}\u{1}",
            String(repeating: "[", count: 50_000),
        ].map { $0.trimmingCharacters(in: .newlines) }
        try write(bad.joined(separator: "\n") + "\n" + right)
        let content = try #require(try journal.take())
        // An empty line is none.
        #expect(content.entries.map(\.key) == [made.id] && content.unreadable == bad.count - 1)
    }

    @Test func `A line cut short by a power cut is no entry, at whatever place`() throws {
        try KeyFile(path).create(journal: journal)
        let right = try text()
        for count in stride(from: 0, to: right.utf8.count - 1, by: 7) {
            try write(String(right.prefix(count)))
            #expect(try journal.take()?.entries == [])
            journal.forget()
        }
    }

    @Test func `A journal that is full or too large is said to be so`() throws {
        let made = try KeyFile(path).create()
        try write(String(repeating: "x\n", count: 131_060))
        let full = refusal { try KeyFile(path).backUp(made, journal: journal) {} }
        #expect(full?.code == .busy && full?.reason.contains("is full") == true)
        try write(String(repeating: "x\n", count: 132_000))
        #expect(refusal { _ = try journal.take() }?.reason.contains("larger") == true)
        // It is left to be looked at.
        #expect(try names() == ["master.key", "master.key.journal.taken"])
    }

    @Test func `Nobody takes it while a command is at work, and keys that were have theirs`() throws {
        let made = try KeyFile(path).create(journal: journal)
        let lock = try KeyFolderLock(of: path)
        #expect(try journal.take() == nil)
        #expect(refusal { try KeyFile(path).backUp(made, journal: journal) {} }?.code == .busy)
        withExtendedLifetime(lock) {}
        let former = path + ".0011223344556677"
        try FileManager.default.copyItem(atPath: path, toPath: former)
        try FileManager.default.copyItem(atPath: path, toPath: folder + "/master.key2")
        for file in [former, folder + "/master.key2"] {
            try Data(text().utf8).write(to: URL(fileURLWithPath: KeyJournal(of: file).path))
        }
        #expect(KeyJournal.all(beside: path).map(\.path) == [former + ".journal", journal.path])
        #expect(KeyJournal.all(beside: path).map { $0.isOf(path) } == [false, true])
    }
}
