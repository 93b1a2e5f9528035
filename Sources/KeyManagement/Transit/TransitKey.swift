public import ByteIO
internal import Foundation
public import Vault

/// A key of a transit engine that speaks HashiCorp Vault's HTTP API (Vault, OpenBao): it wraps there, and nothing but
/// what is wrapped leaves.
public struct TransitKey: Codable, Hashable, Sendable {
    /// `https://HOST:PORT`; `http` to this machine only.
    public let address: String
    /// Where the engine is mounted: `transit`.
    public let mount: String
    public let key: String
    /// File with the token on one line.
    public let tokenFile: String
    /// File of certificate authorities; the system's where `nil`.
    public let authorities: String?
    /// Vault Enterprise's and OpenBao's namespace.
    public let namespace: String?

    public init(
        address: String, mount: String = "transit", key: String, tokenFile: String, authorities: String? = nil,
        namespace: String? = nil
    ) {
        (self.address, self.mount, self.key) = (address, mount, key)
        (self.tokenFile, self.authorities, self.namespace) = (tokenFile, authorities, namespace)
    }
}

extension TransitKey: KeyEncryption {
    public var place: String { "the key \(key) of \(address)" }
    public var credentialFile: String { tokenFile }

    /// `vault:v1:…`, at most.
    private static let maximumWrapped = 4 << 10

    private struct Plaintext: Encodable {
        let plaintext: String
        let associated_data: String
    }
    private struct Ciphertext: Encodable {
        let ciphertext: String
        let associated_data: String
    }
    private struct KeyType: Encodable {
        let type: String
        let exportable: Bool
        let allow_plaintext_backup: Bool
    }
    private struct Answer<Content: Decodable>: Decodable { let data: Content }
    private struct Wrapped: Decodable { let ciphertext: String }
    private struct Unwrapped: Decodable { let plaintext: String }
    private struct Description: Decodable {
        let type: String?
        let exportable: Bool?
        let allow_plaintext_backup: Bool?
    }

    public func wrap(_ secret: SymmetricKey, associatedData: Bytes) throws(KeyManagementError) -> String {
        let plaintext = Plaintext(
            plaintext: MasterKey(secret).backup, associated_data: Base64.encode(associatedData))
        let exchange = try TransitExchange(self)
        let answer: Answer<Wrapped> = try exchange.send(.wrap, "encrypt/\(key)", plaintext)
        let wrapped = answer.data.ciphertext
        guard !wrapped.isEmpty, wrapped.utf8.count <= Self.maximumWrapped,
            wrapped.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw exchange.unexpected }
        return wrapped
    }

    public func unwrap(_ wrapped: String, associatedData: Bytes) throws(KeyManagementError) -> SymmetricKey {
        guard wrapped.utf8.count <= Self.maximumWrapped else {
            throw KeyManagementError(.invalid, "a wrapped key whose text is damaged")
        }
        let ciphertext = Ciphertext(ciphertext: wrapped, associated_data: Base64.encode(associatedData))
        let exchange = try TransitExchange(self)
        let answer: Answer<Unwrapped> = try exchange.send(.unwrap, "decrypt/\(key)", ciphertext)
        do throws(VaultError) { return try MasterKey(parsing: Array(answer.data.plaintext.utf8)).key } catch {
            throw exchange.unexpected
        }
    }

    public func makeKey() throws(KeyManagementError) {
        let exchange = try TransitExchange(self)
        if try description(exchange) != nil { throw KeyManagementError(.invalid, "\(place) is there already") }
        try exchange.send(
            .make, "keys/\(key)", KeyType(type: "aes256-gcm96", exportable: false, allow_plaintext_backup: false))
    }

    public func checkKey() throws(KeyManagementError) {
        guard let found = try description(try TransitExchange(self)) else {
            throw KeyManagementError(.missing, "there is no \(place): --make-key makes it")
        }
        guard found.type == "aes256-gcm96" else {
            throw KeyManagementError(.refused, "\(place) is of the type \(found.type ?? "?"): aes256-gcm96 is wanted")
        }
        guard found.exportable == false, found.allow_plaintext_backup != true else {
            throw KeyManagementError(.refused, "\(place) can be exported: make one that cannot (--make-key)")
        }
    }

    private func description(_ exchange: TransitExchange) throws(KeyManagementError) -> Description? {
        let answer: Answer<Description>? = try exchange.find("keys/\(key)")
        return answer?.data
    }
}
