/// Why cold storage did not do what it was asked. Says which step failed and never what was stored.
public struct ColdStorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The backend cannot be reached, stalls, or answers that it fails; trying again later may help.
        case unavailable
        /// The backend does not have it.
        case missing
        /// What the backend gave is not what was asked for: another block, or a part only.
        case notWhatWasAsked
        /// No space is left where it has to be written.
        case noSpace
        /// The configuration does not make sense.
        case invalid
    }

    public let code: Code
    /// One sentence for the administrator.
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        (self.code, self.reason) = (code, reason)
    }

    public var description: String { reason }
}
