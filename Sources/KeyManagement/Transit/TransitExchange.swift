internal import Foundation
internal import Vault

/// Requests to a transit engine, and what its answers mean for who runs Tarn. What a server says in words is never
/// passed on: it may repeat what it was sent.
struct TransitExchange {
    enum Operation { case wrap, unwrap, make, read }

    private let place: TransitKey
    private let token: Credential

    /// - Throws: `invalid` for an address or names that are none; `missing` without a token.
    init(_ place: TransitKey) throws(KeyManagementError) {
        guard Self.isAddress(place.address) else {
            throw KeyManagementError(
                .invalid,
                "\(place.address): https://HOST:PORT is wanted (http to this machine only: what is unwrapped would "
                    + "be read on the network)")
        }
        let names = [place.key] + place.mount.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy(Self.isName), place.namespace.map({ $0.allSatisfy(Self.isPlain) }) ?? true else {
            throw KeyManagementError(.invalid, "names of keys, mounts and namespaces have letters, digits, - _ and .")
        }
        self.place = place
        token = try Credential(place.tokenFile, name: "token")
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.allSatisfy { isPlain($0) && $0 != "/" }
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_./".contains(character))
    }

    static func isAddress(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
            url.password == nil, url.query == nil, url.fragment == nil, url.path.isEmpty
        else { return false }
        let isHere = ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host)
        return url.scheme == "https" || url.scheme == "http" && isHere
    }

    // MARK: Requests

    func send<Answer: Decodable>(
        _ operation: Operation, _ path: String, _ body: some Encodable
    ) throws(KeyManagementError) -> Answer {
        let answer = try exchange(operation, path, body)
        guard let decoded = try? JSONDecoder().decode(Answer.self, from: Data(answer.body)) else { throw unexpected }
        return decoded
    }

    func send(_ operation: Operation, _ path: String, _ body: some Encodable) throws(KeyManagementError) {
        _ = try exchange(operation, path, body)
    }

    /// What is at `path`; `nil` where there is nothing.
    func find<Answer: Decodable>(_ path: String) throws(KeyManagementError) -> Answer? {
        let answer = try perform("GET", path, nil)
        if answer.status == 404 { return nil }
        try check(answer.status, .read)
        guard let decoded = try? JSONDecoder().decode(Answer.self, from: Data(answer.body)) else { throw unexpected }
        return decoded
    }

    private func exchange(
        _ operation: Operation, _ path: String, _ body: some Encodable
    ) throws(KeyManagementError) -> KeyServiceTransfer.Answer {
        guard let data = try? JSONEncoder().encode(body) else { throw unexpected }
        let answer = try perform("POST", path, [UInt8](data))
        try check(answer.status, operation)
        return answer
    }

    private func perform(
        _ method: String, _ path: String, _ body: [UInt8]?
    ) throws(KeyManagementError) -> KeyServiceTransfer.Answer {
        let secret = token.withBytes { String(decoding: $0, as: UTF8.self) }
        var headers = ["X-Vault-Token: \(secret)", "X-Vault-Request: true", "Accept: application/json"]
        if let namespace = place.namespace { headers.append("X-Vault-Namespace: \(namespace)") }
        if body != nil { headers.append("Content-Type: application/json") }
        let transfer = KeyServiceTransfer(authorities: place.authorities)
        do throws(KeyServiceTransfer.Failure) {
            return try transfer.perform(
                method, "\(place.address)/v1/\(place.mount)/\(path)", headers: headers, body: body)
        } catch {
            guard !error.isUntrusted else {
                throw KeyManagementError(
                    .refused,
                    "nobody known vouches for the certificate of \(place.address) (\(error.reason)): name the file of "
                        + "its authority (--transit-ca)")
            }
            throw KeyManagementError(
                .unreachable,
                "the key service \(place.address) does not answer (\(error.reason)): it is needed when a lake is "
                    + "opened and when its key is changed; start again when it runs")
        }
    }

    // MARK: Answers

    var unexpected: KeyManagementError {
        KeyManagementError(.unreachable, "\(place.address) answers something else than a transit engine does")
    }

    private func check(_ status: Int, _ operation: Operation) throws(KeyManagementError) {
        switch status {
        case 200, 204: return
        case 400 where operation == .unwrap:
            throw KeyManagementError(
                .notAuthentic,
                "\(place.place) does not open it: another key wrapped it, its version is no longer allowed "
                    + "(min_decryption_version), or the file was changed")
        case 403:
            throw KeyManagementError(
                .refused,
                "\(place.address) refuses the token in \(place.tokenFile): it has expired, or its policy does not "
                    + "allow \(Self.allowed(operation, place))")
        case 404:
            throw KeyManagementError(
                .missing, "\(place.address) has no transit engine at \(place.mount), or no key \(place.key)")
        case 301, 302, 307, 308, 429, 472, 473:
            throw KeyManagementError(
                .unreachable, "\(place.address) is a standby: name the address of the active server")
        case 503: throw KeyManagementError(.unreachable, "\(place.address) is sealed or in maintenance: unseal it")
        default:
            throw KeyManagementError(.unreachable, "the key service \(place.address) answers with status \(status)")
        }
    }

    private static func allowed(_ operation: Operation, _ place: TransitKey) -> String {
        switch operation {
        case .wrap: "update on \(place.mount)/encrypt/\(place.key)"
        case .unwrap: "update on \(place.mount)/decrypt/\(place.key)"
        case .make: "update on \(place.mount)/keys/\(place.key)"
        case .read: "read on \(place.mount)/keys/\(place.key)"
        }
    }
}
