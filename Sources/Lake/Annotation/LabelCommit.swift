internal import ByteIO
internal import Foundation
internal import Postgres
internal import Vault

/// What somebody did to one study of a label set. Never changed.
public struct LabelCommit: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case save
        /// The state of an earlier version, made the newest again.
        case restore
    }

    /// From 1, in the label set.
    public let version: Int
    /// The version before it in the label set, whatever study that was of.
    public let parent: Int?
    /// In hexadecimal; over everything beside it and the digest of its parent. Docs/Formats/labels.md.
    public let digest: String
    public let kind: Kind
    /// Name of the account.
    public let author: String
    /// ISO 8601, UTC, to the second.
    public let at: String
    public let message: String
    /// Study Instance UID; empty where its patient was erased.
    public let study: String
    /// Whether its patient was erased: then nothing is left but its place in the chain.
    public let erased: Bool
    /// The study's version that was restored; 0 for the state before the first.
    public let restoredFrom: Int?
    /// Against the study's commit before.
    public let changes: AnnotationChanges

    static let columns = """
        c.version, c.parent, c.digest, c.kind, c.author, c.at, c.message, c.study_uid, c.restored_from, c.changes,
        c.erased
        """

    init(_ row: PostgresRow) throws {
        version = try row.decode("version")
        parent = try row.decode("parent")
        digest = try row.decode("digest", as: [UInt8].self).hexadecimalText
        kind = Kind(rawValue: try row.decode("kind")) ?? .save
        author = try row.decode("author")
        at = try row.decode("at", as: Date.self).formatted(.iso8601)
        message = try row.decode("message")
        study = try row.decode("study_uid")
        erased = try row.decode("erased")
        restoredFrom = try row.decode("restored_from")
        changes = try JSONDecoder().decode(
            AnnotationChanges.self, from: Data(try row.decode("changes", as: String.self).utf8))
    }
}

/// A page of a history, newest first.
public struct LabelCommitPage: Codable, Hashable, Sendable {
    public let commits: [LabelCommit]
    /// What to ask for the next page with; `nil` at the end.
    public let next: String?
}

/// The annotations of one study in a label set, as one version has them.
public struct AnnotatedStudy: Codable, Hashable, Sendable {
    public let labelSet: String
    /// Study Instance UID.
    public let study: String
    /// The study's newest commit up to the version that was asked for; 0 where there is none.
    public let version: Int
    public let digest: String?
    public let author: String?
    public let at: String?
    public let message: String
    public let annotations: [Annotation]

    /// Names this version, for If-Match.
    public var tag: String { Self.tag(version: version, digest: digest) }

    static func tag(version: Int, digest: String?) -> String { digest.map { "\(version)-\($0.prefix(16))" } ?? "0" }
}

/// A commit that was made, with what its study holds after it. In JSON the commit's members stand beside
/// `annotations` and `labelSet`.
public struct SavedAnnotations: Encodable, Hashable, Sendable {
    public let commit: LabelCommit?
    public let state: AnnotatedStudy

    /// Both say the same where they say something of the same name.
    public func encode(to encoder: any Encoder) throws {
        try state.encode(to: encoder)
        try commit?.encode(to: encoder)
    }
}

/// What the digest of a commit is of. Docs/Formats/labels.md says how anybody can compute it.
struct CommitDigest {
    static let format = "tarn-label-commit-1"

    let labelSet: String
    let version: Int
    /// Digest of the commit before it, in hexadecimal.
    let parent: String?
    let study: String
    let author: String
    let at: String
    let kind: LabelCommit.Kind
    let message: String
    let restoredFrom: Int?
    /// SHA-256 of the canonical JSON of the study's annotations, in hexadecimal.
    let content: String

    var canonical: CanonicalJSON {
        .object([
            ("format", .string(Self.format)), ("labelSet", .string(labelSet)), ("version", .integer(version)),
            ("parent", parent.map { .string($0) } ?? .null), ("study", .string(study)), ("author", .string(author)),
            ("at", .string(at)), ("kind", .string(kind.rawValue)), ("message", .string(message)),
            ("restoredFrom", restoredFrom.map { .integer($0) } ?? .null), ("content", .string(content)),
        ])
    }

    var digest: [UInt8] { Self.digest(of: canonical.text) }

    static func digest(of text: String) -> [UInt8] { SHA256.of(Bytes(utf8: text)).array }
}

extension [UInt8] {
    /// `hexadecimal`, for files that do not know `ByteIO`.
    var hexadecimalText: String { hexadecimal }
}
