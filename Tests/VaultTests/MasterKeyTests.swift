import Foundation
import Testing
import Vault

@Suite struct MasterKeyTests {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-key-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    func write(_ text: String) throws -> String {
        let path = path(UUID().uuidString)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func aCreatedKeyIsLoadedAgainAndNotOverwritten() throws {
        let path = path("a/b/master.key")
        let created = try MasterKey.create(at: path)
        let loaded = try MasterKey.load(from: path)
        #expect(loaded.key == created.key && loaded.id == created.id && !loaded.isOpenToOthers)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: VaultError(.keyFileExists)) { try MasterKey.create(at: path) }
        #expect(try MasterKey.load(from: path).key == created.key)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.path("a/b")) == ["master.key"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == created.backup + "\n")
    }

    @Test func aKnownFileGivesTheKnownKeyAndName() throws {
        let path = try write("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
        let master = try MasterKey.load(from: path)
        #expect(master.backup == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        #expect(master.id == "db2f29aa7ffe5db9")
    }

    @Test(arguments: [
        "", "\n", "AAEC", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8h", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX GBkaGxwdHh8=",
    ])
    func anythingElseIsMalformed(text: String) throws {
        let path = try write(text)
        #expect(throws: VaultError(.keyMalformed)) { try MasterKey.load(from: path) }
    }

    @Test func whiteSpaceAroundIsIgnoredAndAnOpenModeIsSaid() throws {
        let path = try write("  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(try MasterKey.load(from: path).isOpenToOthers)
    }

    @Test func whatIsNoFileIsAnError() {
        #expect { try MasterKey.load(from: path("none")) } throws: { ($0 as? VaultError)?.code == .keyFileMissing }
        #expect { try MasterKey.load(from: directory.path) } throws: { ($0 as? VaultError)?.code == .keyFileUnreadable }
    }
}
