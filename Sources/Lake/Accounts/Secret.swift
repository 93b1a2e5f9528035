internal import ByteIO
internal import Vault

/// A random token that is shown once; only its hash is kept. 256 random bits need no salt and no slow hash.
struct Secret: Sendable {
    let text: String
    let hash: [UInt8]

    init(prefix: String) {
        text = prefix + SecureRandom.bytes(32).hexadecimal
        hash = Secret.hash(of: text)
    }

    static func hash(of text: String) -> [UInt8] { SHA256.of(Bytes(utf8: text)).array }
}
