import Foundation
import KeyManagement
import Testing
import Vault

@Suite struct KeyFileTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-file-\(UUID().uuidString)").path
    var path: String { folder + "/master.key" }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    @Test func `A key that is not wrapped is the line that it always was`() throws {
        let made = try KeyFile(path).create()
        #expect(try MasterKey.load(from: path).key == made.key)
        let loaded = try KeyFile(path).load()
        #expect(loaded.master.key == made.key && loaded.service == nil && loaded.exposed == nil)
        #expect(try KeyFile(path).describe().id == made.id)
        #expect(refusal { _ = try KeyFile(path).create() }?.code == .file(.keyFileExists))
        #expect(refusal { _ = try KeyFile(path + "x").load() }?.code == .file(.keyFileMissing))
    }

    @Test(.enabled(if: SoftToken.isHere, "softhsm2 is not installed"))
    func `Wrapped, wrapped anew and unwrapped it stays the same key, and its bytes leave the file`() throws {
        let token = try SoftToken()
        let first = KeyService.pkcs11(try token.key())
        let second = KeyService.pkcs11(try token.key("second"))
        let made = try KeyFile(path).create()
        try KeyFile(path).move(under: first)
        let wrapped = try text(path)
        #expect(!wrapped.contains(made.backup) && wrapped.contains(made.id) && !wrapped.contains("4711"))
        #expect(try KeyFile(path).load().master.key == made.key)
        #expect(try KeyFile(path).describe().service == first)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try KeyFile(path).move(under: second)
        #expect(try text(path) != wrapped && KeyFile(path).load().service == second)
        #expect(try KeyFile(path).load().master.key == made.key)
        try KeyFile(path).move(under: nil)
        #expect(try text(path) == made.backup + "\n")
        #expect(try names() == ["master.key"])
    }

    @Test(.enabled(if: SoftToken.isHere, "softhsm2 is not installed"))
    func `A key made under a service never lies in a file as it is`() throws {
        let service = KeyService.pkcs11(try SoftToken().key())
        let made = try KeyFile(path).create(under: service)
        #expect(try !text(path).contains(made.backup))
        #expect(try KeyFile(path).load().master.key == made.key)
        #expect(try names() == ["master.key"])
    }

    @Test(.enabled(if: SoftToken.isHere, "softhsm2 is not installed"))
    func `A wrapped key that was changed is refused, whatever was changed`() throws {
        let token = try SoftToken()
        let service = KeyService.pkcs11(try token.key())
        let one = try KeyFile(path).create(under: service)
        let other = try KeyFile(path + "2").create(under: service)
        let right = try text(path)
        // One key under the name of another: the name is bound to what is wrapped.
        try token.write(right.replacing(one.id, with: other.id), to: path)
        #expect(refusal { _ = try KeyFile(path).load() }?.code == .notAuthentic)
        for (change, code) in [
            (right.replacing("\"version\" : 1", with: "\"version\" : 2"), KeyManagementError.Code.invalid),
            (right.replacing("pkcs11", with: "pkcs12"), .invalid), (String(right.dropLast(8)), .invalid),
            ("{", .invalid),
            ("{}", .invalid), (right + String(repeating: " ", count: 20_000), .file(.keyMalformed)),
            (right.replacing("\"wrapped\" : \"", with: "\"wrapped\" : \"A"), .invalid),
        ] {
            #expect(change != right)
            try token.write(change, to: path)
            #expect(refusal { _ = try KeyFile(path).load() }?.code == code)
        }
        // It names code that is loaded: nobody else may write it.
        try token.write(right, to: path, mode: 0o666)
        #expect(refusal { _ = try KeyFile(path).load() }?.code == .invalid)
        try token.write(right, to: path)
        #expect(try KeyFile(path).load().master.id == one.id)
        try token.write("4711\n", to: token.pinFile, mode: 0o644)
        #expect(try KeyFile(path).load().exposed == token.pinFile)
    }

    @Test(.enabled(if: SoftToken.isHere, "softhsm2 is not installed"))
    func `It is not moved while it is changed, nor by a service that cannot open it again`() throws {
        let token = try SoftToken()
        let service = KeyService.pkcs11(try token.key())
        let made = try KeyFile(path).create()
        do {
            let lock = try KeyFolderLock(of: path)
            #expect(refusal { try KeyFile(path).move(under: service) }?.code == .busy)
            withExtendedLifetime(lock) {}
        }
        try KeyFile(path + ".next").create()
        let cutOff = refusal { try KeyFile(path).move(under: service) }
        #expect(cutOff?.code == .busy && cutOff?.reason.contains("tarn keys rotate") == true)
        try FileManager.default.removeItem(atPath: path + ".next")
        let none = KeyService.pkcs11(try token.key("none", made: false))
        #expect(refusal { try KeyFile(path).move(under: none) }?.code == .missing)
        #expect(try text(path) == made.backup + "\n")
        #expect(try names() == ["master.key"])
    }
}
