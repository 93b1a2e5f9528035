import ByteIO
import Foundation
import KeyManagement
import Testing
import Vault

@Suite(.enabled(if: SoftToken.isHere, "softhsm2 is not installed")) struct PKCS11Tests {
    let data = Bytes(utf8: "whose it is")

    @Test func `A key comes back from the token that wrapped it, each time in another wrapping`() throws {
        let key = try SoftToken().key()
        let secret = SymmetricKey()
        let wrapped = [try key.wrap(secret, associatedData: data), try key.wrap(secret, associatedData: data)]
        #expect(wrapped[0] != wrapped[1])
        for text in wrapped { #expect(try key.unwrap(text, associatedData: data) == secret) }
        try key.checkKey()
    }

    @Test func `What was changed, bound to something else or wrapped by another key does not open`() throws {
        let token = try SoftToken()
        let (key, other) = (try token.key(), try token.key("other"))
        let wrapped = try key.wrap(SymmetricKey(), associatedData: data)
        let bytes = try #require(Base64.decode(Array(wrapped.utf8)))
        for place in [1, 12, 13, 30, bytes.count - 1] {
            var changed = bytes
            changed[place] ^= 1
            let text = Base64.encode(Bytes(changed))
            #expect(refusal { _ = try key.unwrap(text, associatedData: data) }?.code == .notAuthentic, "byte \(place)")
        }
        #expect(refusal { _ = try key.unwrap(wrapped, associatedData: Bytes(utf8: "x")) }?.code == .notAuthentic)
        #expect(refusal { _ = try other.unwrap(wrapped, associatedData: data) }?.code == .notAuthentic)
        // The process goes on, and so does the token.
        #expect(throws: Never.self) { try key.unwrap(wrapped, associatedData: data) }
    }

    @Test(arguments: ["", "AAAA", "no base64", String(repeating: "A", count: 84), String(repeating: "A", count: 5000)])
    func `What is no wrapped key is refused before the token is asked`(text: String) throws {
        let key = PKCS11Key(module: "/nowhere.so", token: "none", key: "none", pinFile: "/nowhere")
        #expect(refusal { _ = try key.unwrap(text, associatedData: data) }?.code == .invalid)
    }

    @Test func `A wrong PIN is refused with the file to correct, and never said`() throws {
        let token = try SoftToken()
        let key = try token.key()
        try token.write("9999\n", to: token.pinFile)
        let error = refusal { try key.checkKey() }
        #expect(error?.code == .refused && error?.reason.contains(token.pinFile) == true)
        #expect(error?.reason.contains("9999") == false)
        try token.write("4711", to: token.pinFile)
        try key.checkKey()
        for text in ["", " \n", "47\n11\n"] {
            try token.write(text, to: token.pinFile)
            #expect(refusal { try key.checkKey() }?.code == .missing)
        }
    }

    @Test func `What is not there is named`() throws {
        let token = try SoftToken()
        func key(_ module: String = SoftToken.module, _ label: String? = nil) -> PKCS11Key {
            PKCS11Key(module: module, token: label ?? token.label, key: "tarn", pinFile: token.pinFile)
        }
        let none = refusal { try key("/nowhere/module.so").checkKey() }
        #expect(none?.code == .missing && none?.reason.contains("/nowhere/module.so") == true)
        #expect(refusal { try key("/usr/lib/x86_64-linux-gnu/libz.so.1").checkKey() }?.code == .missing)
        #expect(refusal { try key("module.so").checkKey() }?.code == .invalid)
        let token1 = refusal { try key(SoftToken.module, "nobody").checkKey() }
        #expect(token1?.code == .unreachable && token1?.reason.contains("nobody") == true)
        #expect(refusal { try key(SoftToken.module, String(repeating: "long", count: 20)).checkKey() } != nil)
        let noKey = refusal { try key().checkKey() }
        #expect(noKey?.code == .missing && noKey?.reason.contains("--make-key") == true)
    }

    @Test func `A key that others know, that is short or that is there twice does not wrap`() throws {
        let token = try SoftToken()
        try token.importKey([UInt8](repeating: 7, count: 16), "short")
        #expect(refusal { try token.key("short", made: false).checkKey() }?.code == .refused)
        _ = try token.key("made")
        #expect(refusal { _ = try token.key("made") }?.code == .invalid)
        try token.importKey([UInt8](repeating: 7, count: 32), "made")
        #expect(refusal { try token.key("made", made: false).checkKey() }?.code == .invalid)
    }

    @Test func `Many at once do not meet in the token`() async throws {
        let key = try SoftToken().key()
        let data = data
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let secret = SymmetricKey()
                    let wrapped = try key.wrap(secret, associatedData: data)
                    #expect(try key.unwrap(wrapped, associatedData: data) == secret)
                }
            }
            try await group.waitForAll()
        }
    }
}
