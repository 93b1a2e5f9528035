import Foundation
import KeyManagement
import Synchronization
import Testing

/// A token of SoftHSM with a folder of its own for key files, PINs and the like.
struct SoftToken {
    static let module = "/usr/lib/softhsm/libsofthsm2.so"
    static let isHere = FileManager.default.fileExists(atPath: module)

    let label = "t" + UUID().uuidString.prefix(12).lowercased()
    let folder: String
    var pinFile: String { folder + "/pin" }

    /// Where SoftHSM keeps the tokens of this process; it reads the variable when it is loaded.
    private static let store: String = {
        let store = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-hsm-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: store + "/tokens", withIntermediateDirectories: true)
        let text = "directories.tokendir = \(store)/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
        try? text.write(toFile: store + "/conf", atomically: true, encoding: .utf8)
        setenv("SOFTHSM2_CONF", store + "/conf", 1)
        return store
    }()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-kms-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = Self.store
        try Self.util("--init-token", "--free", "--label", label, "--so-pin", "so-pin-1", "--pin", "4711")
        try write("4711\n", to: pinFile)
    }

    func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// A key of the token, made there.
    func key(_ name: String = "tarn", made: Bool = true) throws -> PKCS11Key {
        let key = PKCS11Key(module: Self.module, token: label, key: name, pinFile: pinFile)
        if made { try key.makeKey() }
        return key
    }

    /// Puts AES bytes that somebody knows into the token.
    func importKey(_ bytes: [UInt8], _ name: String) throws {
        let file = folder + "/import"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try Self.util(
            "--import", file, "--aes", "--token", label, "--label", name, "--id", "0A", "--pin", "4711")
    }

    /// Two that make tokens at once would take the same free slot.
    private static let turn = Mutex(())

    private static func util(_ arguments: String...) throws {
        try turn.withLock { _ in try run(arguments) }
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/softhsm2-util")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

/// The code of what `body` throws.
func refusal(_ body: () throws -> Void) -> KeyManagementError? {
    do { try body() } catch { return error as? KeyManagementError }
    return nil
}
