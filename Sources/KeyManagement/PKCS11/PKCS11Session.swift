internal import ByteIO
internal import CPKCS11
internal import Synchronization
internal import Vault

/// A signed-in session with the token of one key. One at a time in the process: modules are signed in to as a whole.
final class PKCS11Session {
    private static let turn = Mutex(())

    private let session: OpaquePointer
    private let place: PKCS11Key

    /// Signs in, runs `body` and signs out.
    static func with<R: Sendable>(
        _ place: PKCS11Key, writes: Bool = false, _ body: (PKCS11Session) throws(KeyManagementError) -> R
    ) throws(KeyManagementError) -> R {
        try turn.withLock { _ throws(KeyManagementError) in
            try body(try PKCS11Session(place, writes: writes))
        }
    }

    private init(_ place: PKCS11Key, writes: Bool) throws(KeyManagementError) {
        guard place.module.hasPrefix("/") else {
            throw KeyManagementError(.invalid, "the PKCS#11 module \(place.module) is not named from the root")
        }
        let pin = try Credential(place.pinFile, name: "PIN")
        var session: OpaquePointer?
        var message = [CChar](repeating: 0, count: 256)
        let code = pin.withBytes { pin in
            pin.withUnsafeBufferPointer { pin in
                tarn_pkcs11_open(
                    place.module, place.token, pin.baseAddress, pin.count, writes ? 1 : 0, &session, &message)
            }
        }
        guard code == 0, let session else {
            throw PKCS11Failure.error(code, opening: place, message: Self.text(message))
        }
        (self.session, self.place) = (session, place)
    }

    deinit { tarn_pkcs11_close(session) }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func find(_ label: String) throws(KeyManagementError) -> UInt {
        var key: UInt = 0
        let code = tarn_pkcs11_find(session, label, &key)
        guard code == 0 else { throw PKCS11Failure.error(code, finding: place) }
        return key
    }

    func generate(_ label: String) throws(KeyManagementError) {
        var key: UInt = 0
        let code = tarn_pkcs11_generate(session, label, &key)
        guard code == 0 else { throw PKCS11Failure.error(code, making: place) }
    }

    func describe(_ key: UInt) throws(KeyManagementError) -> tarn_pkcs11_key {
        var found = tarn_pkcs11_key()
        let code = tarn_pkcs11_describe(session, key, &found)
        guard code == 0 else { throw PKCS11Failure.error(code, finding: place) }
        return found
    }

    func encrypt(
        _ secret: SymmetricKey, _ key: UInt, _ iv: inout [UInt8], _ associatedData: Bytes
    ) throws(KeyManagementError) -> [UInt8] {
        // Some tokens want more room than they fill.
        var sealed = [UInt8](repeating: 0, count: 256)
        var count = sealed.count
        let code = secret.withUnsafeBytes { secret in
            associatedData.withUnsafeBytes { data in
                tarn_pkcs11_encrypt(
                    session, key, &iv, data.bindMemory(to: UInt8.self).baseAddress, data.count,
                    secret.bindMemory(to: UInt8.self).baseAddress, secret.count, &sealed, &count)
            }
        }
        guard code == 0, count == SymmetricKey.count + Int(TARN_PKCS11_TAG) else {
            throw PKCS11Failure.error(code, wrapping: place)
        }
        return Array(sealed[..<count])
    }

    func decrypt(
        _ sealed: [UInt8], _ key: UInt, _ iv: [UInt8], _ associatedData: Bytes
    ) throws(KeyManagementError) -> SymmetricKey {
        var text = [UInt8](repeating: 0, count: 256)
        defer { text.withUnsafeMutableBytes { wipe($0) } }
        var count = text.count
        let code = associatedData.withUnsafeBytes { data in
            tarn_pkcs11_decrypt(
                session, key, iv, data.bindMemory(to: UInt8.self).baseAddress, data.count, sealed, sealed.count, &text,
                &count)
        }
        guard code == 0, count == SymmetricKey.count else { throw PKCS11Failure.error(code, unwrapping: place) }
        return SymmetricKey { target in text.withUnsafeBytes { target.copyBytes(from: $0.prefix(count)) } }
    }
}
