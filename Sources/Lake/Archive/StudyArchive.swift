internal import Foundation
internal import Postgres

/// Where a study's bytes are.
public struct StudyArchive: Codable, Hashable, Sendable {
    /// Study Instance UID.
    public let study: String
    public let project: String
    public let subject: String
    public let description: String?
    public let bytes: Int64
    /// `here`, `offloaded` or `restoring`.
    public let local: String
    /// Whether a verified copy holds the study as it is now.
    public let isArchived: Bool
    /// What was asked for last.
    public let job: Job?
    public let copies: [Copy]
    /// Where it could go; only for who may archive.
    public let backends: [Backend]?

    /// Work that goes on by itself.
    public struct Job: Codable, Hashable, Sendable {
        public let kind: String
        public let state: String
        public let step: String
        /// Bytes of this step.
        public let done: Int64
        public let total: Int64
        /// ISO 8601, UTC.
        public let at: String
        public let error: String?
        public let backend: String?
    }

    /// A bundle at a backend. What names it is only for who may archive.
    public struct Copy: Codable, Hashable, Sendable {
        public let state: String
        /// Whether it holds the study as it is now.
        public let isCurrent: Bool
        /// Whether the originals can be rebuilt of it.
        public let hasPatches: Bool
        public let at: String
        public let verifiedAt: String?
        public let backend: String?
        public let cid: String?
        public let pieceV1: String?
        public let pieceV2: String?
        public let bytes: Int64?
        public let error: String?
    }

    public struct Backend: Codable, Hashable, Sendable {
        public let name: String
        public let kind: String
        public let agreement: String?
    }
}

/// A page of studies that have to do with cold storage.
public struct StudyArchivePage: Codable, Hashable, Sendable {
    public let studies: [StudyArchive]
    public let backends: [StudyArchive.Backend]
    public let next: String?
}

/// The key that opens one bundle without this lake.
public struct BundleKey: Codable, Hashable, Sendable {
    /// `AGE-SECRET-KEY-1…`
    public let identity: String
    /// `age1…`
    public let recipient: String
    /// Root of the archive.
    public let cid: String
}

/// A study as the archive sees it.
struct ArchivedStudy: Sendable {
    let id: Int64
    let uid: String
    let projectID: Int64
    let subjectID: Int64
    let local: String
    let offloadedTo: Int64?
    let version: [UInt8]

    /// Which bytes a study has: over every instance, in the order of their UIDs, its UID and its digest. The same can
    /// be computed of a bundle's manifest.
    static let version = """
        (SELECT sha256(convert_to(coalesce(string_agg(i.uid || ' ' || encode(i.stored_sha256, 'hex') || E'\\n', ''
            ORDER BY i.uid COLLATE "C"), ''), 'UTF8')) FROM instance i WHERE i.study_id = s.id)
        """
    static let columns = "s.id, s.uid, s.project_id, s.subject_id, s.local, s.offloaded_to, \(version) AS version"

    init(_ row: PostgresRow) throws {
        id = try row.decode("id")
        uid = try row.decode("uid")
        projectID = try row.decode("project_id")
        subjectID = try row.decode("subject_id")
        local = try row.decode("local")
        offloadedTo = try row.decode("offloaded_to")
        version = try row.decode("version")
    }
}
