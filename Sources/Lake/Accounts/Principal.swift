/// Who asks, and as what. Made by signing in, by a token, or by the private socket; good for one request.
public struct Principal: Sendable, Hashable {
    /// How the principal proved who it is. Accesses are counted by credential.
    public enum Credential: Sendable, Hashable, CustomStringConvertible {
        case session(Int64)
        case token(Int64)
        case privateSocket
        /// A link in a mail, for what it was sent for.
        case link(Int64)
        /// Nobody is there: a mail is made that the account asked for.
        case subscription(Int64)
        /// Nobody is there: work goes on that the account asked for.
        case job(Int64)
        /// Nobody is there: what the account decided for all images that look alike is done to one of them.
        case approval(Int64)
        /// A line in the journal of a key file, by its name: a command did it on the machine, without the lake.
        case keyJournal(String)

        public var description: String {
            switch self {
            case .session(let id): "session \(id)"
            case .token(let id): "token \(id)"
            case .privateSocket: "operator"
            case .link(let id): "link \(id)"
            case .subscription(let id): "subscription \(id)"
            case .job(let id): "job \(id)"
            case .approval(let id): "approval \(id)"
            case .keyJournal(let id): "key journal \(id)"
            }
        }
    }

    public let accountID: Int64
    public let name: String
    public let isAdministrator: Bool
    /// The operator of the machine, through the private socket.
    public let isOperator: Bool
    /// Roles by project; only the token's project where a token is bound to one.
    public let roles: [Int64: Set<Role>]
    public let credential: Credential
}
