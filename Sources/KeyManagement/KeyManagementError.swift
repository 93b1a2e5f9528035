public import Vault

/// Why the master key cannot be had, wrapped or kept. Names files, services and keys in words that say what to do;
/// never a PIN, a token or a key.
public struct KeyManagementError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// The key file itself; see `VaultError`.
        case file(VaultError.Code)
        /// What the key file or an option says does not make sense.
        case invalid
        /// Module, token or key is not there.
        case missing
        /// The service does not let this key file's PIN or token in, or not do what is asked.
        case refused
        /// The service cannot be asked now; later it may.
        case unreachable
        /// What is wrapped was not wrapped by this key of the service, or was changed.
        case notAuthentic
        /// Somebody else is changing the key file.
        case busy
    }

    public let code: Code
    /// One sentence.
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// A failure of a key file.
    init(_ error: VaultError) { self.init(.file(error.code), error.reason) }

    public var description: String { reason }

    /// Runs `body` and restates what it throws.
    static func of<T>(_ body: () throws(VaultError) -> T) throws(KeyManagementError) -> T {
        do throws(VaultError) { return try body() } catch { throw KeyManagementError(error) }
    }
}
