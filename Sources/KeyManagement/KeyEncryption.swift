public import ByteIO
public import Vault

/// A key that lies in a service or a device and never leaves it: the master key is wrapped and unwrapped there. All
/// calls block, each is an exchange of its own, and nothing stays signed in between.
public protocol KeyEncryption: Sendable {
    /// Which key of which service, for people.
    var place: String { get }
    /// The file with what signs in.
    var credentialFile: String { get }

    /// `key`, wrapped: printable text without line breaks.
    /// - Parameter associatedData: what the wrapped key is bound to.
    func wrap(_ key: SymmetricKey, associatedData: Bytes) throws(KeyManagementError) -> String
    /// The key inside `wrapped`.
    /// - Throws: `notAuthentic` where another key wrapped it, or it was changed, or bound to something else.
    func unwrap(_ wrapped: String, associatedData: Bytes) throws(KeyManagementError) -> SymmetricKey
    /// Makes the key in the service.
    /// - Throws: `invalid` where there is one of that name.
    func makeKey() throws(KeyManagementError)
    /// Compares the key in the service with what is wanted of it: there, AES-256, and never to leave.
    func checkKey() throws(KeyManagementError)
}
