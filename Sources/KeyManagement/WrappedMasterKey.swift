internal import ByteIO
internal import Foundation
internal import Vault

/// The text of a key file whose key is wrapped by a service: which, and what it takes to unwrap it. It opens nothing by
/// itself. Format: Docs/Formats/keys.md.
struct WrappedMasterKey: Codable {
    /// Bytes of such a text at most.
    static let maximumCount = 16 << 10
    private static let format = "tarn wrapped master key"

    private let format: String
    private let version: Int
    /// `MasterKey.id` of the key inside.
    let id: String
    let service: KeyService
    private let wrapped: String

    /// `master`, wrapped by `service`, and unwrapped once to see that it can be.
    init(_ master: MasterKey, by service: KeyService) throws(KeyManagementError) {
        (format, version, id, self.service) = (Self.format, 1, master.id, service)
        wrapped = try service.encryption.wrap(master.key, associatedData: Self.context(master.id))
        guard try unwrap().key == master.key else {
            throw KeyManagementError(.refused, "\(service.encryption.place) does not give back what it wrapped")
        }
    }

    /// - Throws: `invalid` for what is no such text.
    init(parsing text: [UInt8]) throws(KeyManagementError) {
        struct Version: Decodable { let format: String, version: Int }
        let decoder = JSONDecoder()
        let data = Data(text)
        guard let head = try? decoder.decode(Version.self, from: data), head.format == Self.format else {
            throw KeyManagementError(.invalid, "neither a key nor a wrapped key")
        }
        guard head.version == 1 else {
            throw KeyManagementError(.invalid, "a wrapped key of version \(head.version), made by a newer tarn")
        }
        guard let found = try? decoder.decode(WrappedMasterKey.self, from: data) else {
            throw KeyManagementError(.invalid, "a wrapped key whose text is damaged")
        }
        self = found
    }

    var text: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Nothing in it cannot be encoded.
        return [UInt8]((try? encoder.encode(self)) ?? Data()) + [UInt8(ascii: "\n")]
    }

    /// - Throws: `notAuthentic` where what is inside is another key than the text says.
    func unwrap() throws(KeyManagementError) -> MasterKey {
        let master = MasterKey(try service.encryption.unwrap(wrapped, associatedData: Self.context(id)))
        guard master.id == id else {
            throw KeyManagementError(
                .notAuthentic, "the key inside is \(master.id) and not \(id), as the file says: it was changed")
        }
        return master
    }

    /// Bound to its name, so that one wrapped key does not pass for another.
    private static func context(_ id: String) -> Bytes { SealingContext("master-key", id).encoded }
}
