public import Deidentification
public import Foundation

/// A study of studies: what is collected under one profile, one pseudonym secret and one set of people.
public struct Project: Sendable, Codable, Hashable {
    public let id: Int64
    /// Short name in addresses and commands; upper and lower case are the same.
    public let code: String
    public let name: String
    /// What de-identification takes out and leaves, now.
    public let profile: Profile
    /// Version of the profile, from 1.
    public let profileVersion: Int
    public let createdAt: Date
    /// Whether everyone who signed in may see that it exists, and ask for a role in it.
    public let isListed: Bool
}

/// A person in a project.
public struct Member: Sendable, Codable, Hashable {
    public let name: String
    public let roles: [Role]
    /// The last day of the role that ends first, `YYYY-MM-DD` in UTC; `nil` where none ends.
    public let until: String?
    /// The last days of those roles that end.
    public let ends: [String: String]
}
