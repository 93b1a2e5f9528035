import ByteIO
import Foundation
import KeyManagement
import Testing
import Vault

/// What can be said without a server; Tests/EndToEnd/test_key_services.py has one.
@Suite struct TransitTests {
    let tokenFile: String

    init() throws {
        tokenFile =
            FileManager.default.temporaryDirectory.appendingPathComponent("tarn-token-\(UUID().uuidString)").path
        try "secret-token\n".write(toFile: tokenFile, atomically: true, encoding: .utf8)
    }

    @Test(arguments: [
        "http://vault.example.org:8200", "vault.example.org", "ftp://127.0.0.1", "https://", "https://a:b@host",
        "https://host/path", "https://host?x=1", "http://127.0.0.1.example.org", "", "https://ho st",
    ])
    func `Only https, or http to this machine, is an address`(address: String) {
        let key = TransitKey(address: address, key: "tarn", tokenFile: tokenFile)
        #expect(refusal { try key.checkKey() }?.code == .invalid)
    }

    @Test(arguments: ["", "a/b", "..", "a?b", "a b", "ä", "a\nb"])
    func `A name cannot leave its place in the path`(name: String) {
        let address = "https://127.0.0.1:1"
        #expect(
            refusal { try TransitKey(address: address, key: name, tokenFile: tokenFile).checkKey() }?.code == .invalid)
        guard name != "a/b" else { return }
        let key = TransitKey(address: address, mount: name, key: "tarn", tokenFile: tokenFile)
        #expect(refusal { try key.checkKey() }?.code == .invalid)
    }

    @Test func `A service that does not answer and a token that is missing are said, the token never`() {
        let key = TransitKey(address: "http://127.0.0.1:1", key: "tarn", tokenFile: tokenFile)
        let down = refusal { _ = try key.wrap(SymmetricKey(), associatedData: Bytes()) }
        #expect(down?.code == .unreachable && down?.reason.contains("http://127.0.0.1:1") == true)
        #expect(down?.reason.contains("secret-token") == false)
        let none = TransitKey(address: "http://127.0.0.1:1", key: "tarn", tokenFile: tokenFile + ".none")
        #expect(refusal { try none.checkKey() }?.code == .missing)
    }

    @Test func `A key file says its service and reads it again`() throws {
        let services: [KeyService] = [
            .transit(
                TransitKey(
                    address: "https://h:1", mount: "a/b", key: "k", tokenFile: "/t", authorities: "/ca", namespace: "n")
            ),
            .transit(TransitKey(address: "https://h:1", key: "k", tokenFile: "/t")),
            .pkcs11(PKCS11Key(module: "/m", token: "t", key: "k", pinFile: "/p")),
        ]
        for service in services {
            let data = try JSONEncoder().encode(service)
            #expect(try JSONDecoder().decode(KeyService.self, from: data) == service)
            #expect(String(decoding: data, as: UTF8.self).contains("\"\(service.kind)\""))
        }
    }
}
