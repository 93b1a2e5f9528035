/// Which key of which service wraps a master key, as a key file says it. Format: Docs/Formats/keys.md.
public enum KeyService: Hashable, Sendable {
    case pkcs11(PKCS11Key)
    case transit(TransitKey)

    public var encryption: any KeyEncryption {
        switch self {
        case .pkcs11(let key): key
        case .transit(let key): key
        }
    }

    /// The word that stands for it in key files.
    public var kind: String {
        switch self {
        case .pkcs11: Keys.pkcs11.rawValue
        case .transit: Keys.transit.rawValue
        }
    }
}

extension KeyService: Codable {
    private enum Keys: String, CodingKey { case pkcs11, transit }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let key = try container.decodeIfPresent(PKCS11Key.self, forKey: .pkcs11) {
            self = .pkcs11(key)
        } else {
            self = .transit(try container.decode(TransitKey.self, forKey: .transit))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .pkcs11(let key): try container.encode(key, forKey: .pkcs11)
        case .transit(let key): try container.encode(key, forKey: .transit)
        }
    }
}
