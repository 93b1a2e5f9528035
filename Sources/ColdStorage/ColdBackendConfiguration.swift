internal import Foundation

/// One backend as the administrator names it.
public struct ColdBackendConfiguration: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable {
        /// A directory of CARs: a mounted archive, a disk that is taken away.
        case directory
        /// Kubo's RPC for writing, a trustless gateway for reading.
        case kubo
    }

    public let name: String
    public let kind: Kind
    public let path: String?
    public let rpc: String?
    public let gateway: String?
    /// The agreement under which it may hold what identifies patients, sealed; without one it gets none of it.
    public let agreement: String?
    /// Seconds without a byte after which a transfer is given up.
    public let stallSeconds: Int?

    public init(
        name: String, kind: Kind, path: String? = nil, rpc: String? = nil, gateway: String? = nil,
        agreement: String? = nil, stallSeconds: Int? = nil
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.rpc = rpc
        self.gateway = gateway
        self.agreement = agreement
        self.stallSeconds = stallSeconds
    }

    /// Reads the list of backends in `file`: JSON, an array of objects.
    /// - Throws: `invalid`, with a sentence that says what to change.
    public static func load(from file: String) throws(ColdStorageError) -> [ColdBackendConfiguration] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ColdStorageError(.invalid, "\(file): cannot be read")
        }
        let found: [ColdBackendConfiguration]
        do { found = try JSONDecoder().decode([ColdBackendConfiguration].self, from: data) } catch {
            throw ColdStorageError(
                .invalid,
                "\(file): wants a JSON array of {\"name\", \"kind\": \"directory\", \"path\"} or {\"name\", \"kind\": "
                    + "\"kubo\", \"rpc\", \"gateway\"}, each with an \"agreement\" where there is one")
        }
        for backend in found {
            do throws(ColdStorageError) { try backend.check() } catch {
                throw ColdStorageError(.invalid, "\(file): \(error.reason)")
            }
        }
        guard Set(found.map(\.name)).count == found.count else {
            throw ColdStorageError(.invalid, "\(file): two backends have the same name")
        }
        return found
    }

    /// The backend itself.
    /// - Throws: `invalid`.
    public func backend() throws(ColdStorageError) -> any ColdBackend {
        try check()
        switch kind {
        case .directory: return DirectoryBackend(self, path: path ?? "")
        case .kubo: return KuboBackend(self, rpc: rpc ?? "", gateway: gateway ?? "")
        }
    }

    private func check() throws(ColdStorageError) {
        let letters = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x5F
        }
        guard !name.isEmpty, name.utf8.count <= 64, letters else {
            throw ColdStorageError(.invalid, "a backend's name is 1 to 64 letters, digits, - and _")
        }
        func wanted(_ text: String?, _ member: String, _ isGood: (String) -> Bool) throws(ColdStorageError) {
            guard let text, isGood(text) else {
                throw ColdStorageError(.invalid, "the backend \(name) needs \(member)")
            }
        }
        let isURL = { (text: String) in
            (text.hasPrefix("http://") || text.hasPrefix("https://")) && !text.contains { $0.isWhitespace || $0 == "?" }
        }
        switch kind {
        case .directory: try wanted(path, "\"path\": an absolute path") { $0.hasPrefix("/") }
        case .kubo:
            try wanted(rpc, "\"rpc\": http://HOST:PORT", isURL)
            try wanted(gateway, "\"gateway\": http://HOST:PORT", isURL)
        }
        guard agreement?.isEmpty != true else {
            throw ColdStorageError(.invalid, "the agreement of the backend \(name) is empty: name it, or leave it out")
        }
        guard (stallSeconds ?? 1) > 0 else {
            throw ColdStorageError(.invalid, "\"stallSeconds\" of the backend \(name) has to be 1 or more")
        }
    }
}
