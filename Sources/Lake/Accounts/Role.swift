public import Postgres

/// What a person is in a project. One may be several.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable, Comparable, PostgresEncodable, PostgresDecodable {
    case physician
    case annotator
    case researcher
    case technologist
    case custodian
    case auditor
    case recipient

    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}
