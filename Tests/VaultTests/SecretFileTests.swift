import Foundation
import Testing
import Vault

@Suite struct SecretFileTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-secret-\(UUID().uuidString)").path
    var path: String { folder + "/a/secret" }

    @Test func `What is written is read, with mode 0600, and replaced only where that was asked for`() throws {
        try SecretFile.write([1, 2, 3], to: path)
        let read = try SecretFile.read(path, upTo: 3)
        #expect(read.bytes == [1, 2, 3] && !read.isOpenToOthers && !read.isWritableByOthers)
        #expect(throws: VaultError(.keyFileExists)) { try SecretFile.write([4], to: path) }
        #expect(try SecretFile.read(path, upTo: 3).bytes == [1, 2, 3])
        try SecretFile.write([4], to: path, replaces: true)
        #expect(try SecretFile.read(path, upTo: 3).bytes == [4])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a") == ["secret"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `More than was asked for is no secret, and nothing is one`() throws {
        try SecretFile.write([], to: path)
        #expect(try SecretFile.read(path, upTo: 0).bytes.isEmpty)
        try SecretFile.write([UInt8](repeating: 7, count: 100_000), to: path, replaces: true)
        #expect(throws: VaultError(.keyMalformed)) { try SecretFile.read(path, upTo: 99_999) }
        #expect(try SecretFile.read(path, upTo: 100_000).bytes.count == 100_000)
    }

    @Test(arguments: [(0o640, true, false), (0o604, true, false), (0o620, true, true), (0o602, true, true)])
    func `Who else may read and write it is said`(mode: Int, isOpen: Bool, isWritable: Bool) throws {
        try SecretFile.write([1], to: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let read = try SecretFile.read(path, upTo: 9)
        #expect(read.isOpenToOthers == isOpen && read.isWritableByOthers == isWritable)
    }

    @Test func `A pipe gives its key in pieces`() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let pipe = folder + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let key = MasterKey(SymmetricKey())
        let writer = Thread {
            guard let handle = FileHandle(forWritingAtPath: pipe) else { return }
            for byte in key.backup.utf8 { try? handle.write(contentsOf: [byte]) }
            try? handle.close()
        }
        writer.start()
        #expect(try MasterKey.load(from: pipe).key == key.key)
    }
}
