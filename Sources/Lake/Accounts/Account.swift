public import Foundation

/// A person's account, as administrators see it.
public struct Account: Sendable, Codable, Hashable {
    public let name: String
    /// Verified; who asks for a role is known by it.
    public let email: String?
    public let administrator: Bool
    public let disabled: Bool
    public let createdAt: Date
    /// Roles by the project's code.
    public let roles: [String: [Role]]
}

/// A bearer token, as its owner sees it: without the secret, which is shown once when it is made.
public struct AccessToken: Sendable, Codable, Hashable {
    public let id: Int64
    public let label: String
    /// Code of the project it is bound to; `nil` where it may what its account may.
    public let project: String?
    public let createdAt: Date
    public let lastUsedAt: Date?
    public let expiresAt: Date?
}

/// The answer to a name and a password.
public enum SignIn: Sendable {
    /// `token` is the value of the session cookie.
    case accepted(token: String, principal: Principal)
    /// Name or password is wrong, or the account is disabled: which of them is not said.
    case refused
    /// Too many attempts; nothing was checked.
    case wait(seconds: Int)
}
