internal import ByteIO
internal import Foundation
internal import Postgres

/// One study as a list shows it. Every value is de-identified.
public struct StudySummary: Codable, Hashable, Sendable {
    public let uid: String
    /// Code of the project.
    public let project: String
    /// Code of the subject.
    public let subject: String
    /// `YYYY-MM-DD`.
    public let date: String?
    public let description: String?
    public let modalities: [String]
    public let bodyParts: [String]
    /// In completed years.
    public let age: Int?
    public let sex: String?
    public let seriesCount: Int
    public let instanceCount: Int
    /// Bytes of all its de-identified objects.
    public let bytes: Int64
    /// ISO 8601, UTC.
    public let addedAt: String
    /// `here`, `offloaded` or `restoring`: whether its images can be read now.
    public let local: String

    static let columns = """
        s.uid, p.code AS project, b.code AS subject, s.study_date::text AS date, s.description, s.modalities,
        s.body_parts, s.age_days, s.sex, s.series_count, s.instance_count, s.bytes, s.created_at, s.local
        """
    static let joins = "JOIN project p ON p.id = s.project_id JOIN subject b ON b.id = s.subject_id"

    init(_ row: PostgresRow) throws(PostgresError) {
        uid = try row.decode("uid")
        project = try row.decode("project")
        subject = try row.decode("subject")
        date = try row.decode("date")
        description = try row.decode("description", as: String.self).nonEmpty
        modalities = try row.decode("modalities")
        bodyParts = try row.decode("body_parts")
        age = try row.decode("age_days", as: Int?.self).map(Self.years)
        sex = try row.decode("sex", as: String.self).nonEmpty
        seriesCount = try row.decode("series_count")
        instanceCount = try row.decode("instance_count")
        bytes = try row.decode("bytes")
        addedAt = try row.decode("created_at", as: Date.self).formatted(.iso8601)
        local = try row.decode("local")
    }

    /// Completed years of so many days, as ingest counts the days of a year.
    static func years(days: Int) -> Int { (days + 1) * 100 / 365_25 }

    /// The first day at which somebody is so many years old.
    static func days(years: Int) -> Int { years * 365_25 / 100 }
}

extension String {
    var nonEmpty: String? { isEmpty ? nil : self }
}

/// A page of a list.
public struct StudyPage: Codable, Hashable, Sendable {
    public let studies: [StudySummary]
    /// What to ask for the next page with; `nil` at the end.
    public let next: String?
}

/// One series of a study.
public struct SeriesSummary: Codable, Hashable, Sendable {
    public let uid: String
    public let modality: String
    public let description: String?
    public let number: Int?
    public let bodyPart: String?
    public let instanceCount: Int
    /// Frames of all instances; 0 where nothing of it can be shown.
    public let frames: Int
    public let rows: Int?
    public let columns: Int?
    /// SOP Instance UID of the first instance, those with pixels before others.
    public let firstInstance: String?
    /// `head`, `unnamed` or `picture` where a face may be recognised in it or rebuilt from it; `nil` where none can.
    public let recognizable: String?

    init(_ row: PostgresRow) throws(PostgresError) {
        uid = try row.decode("uid")
        modality = try row.decode("modality")
        description = try row.decode("description", as: String.self).nonEmpty
        number = try row.decode("number")
        bodyPart = try row.decode("body_part", as: String.self).nonEmpty
        instanceCount = try row.decode("instance_count")
        frames = try row.decode("frame_count")
        let rows: Int = try row.decode("rows")
        let columns: Int = try row.decode("columns")
        self.rows = rows > 0 ? rows : nil
        self.columns = columns > 0 ? columns : nil
        firstInstance = try row.decode("first_instance")
        recognizable = try row.decode("recognizable")
    }
}

/// A study with its series and the other studies of its subject. In JSON the study's own members stand beside
/// `series` and `priors`.
public struct StudyDetail: Codable, Hashable, Sendable {
    public let study: StudySummary
    public let series: [SeriesSummary]
    /// Newest first.
    public let priors: [StudySummary]

    private enum Key: CodingKey { case series, priors }

    init(study: StudySummary, series: [SeriesSummary], priors: [StudySummary]) {
        self.study = study
        self.series = series
        self.priors = priors
    }

    public init(from decoder: any Decoder) throws {
        study = try StudySummary(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        series = try container.decode([SeriesSummary].self, forKey: .series)
        priors = try container.decode([StudySummary].self, forKey: .priors)
    }

    public func encode(to encoder: any Encoder) throws {
        try study.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(series, forKey: .series)
        try container.encode(priors, forKey: .priors)
    }
}

/// One instance of a series.
public struct InstanceSummary: Codable, Hashable, Sendable {
    public let uid: String
    public let sopClass: String
    public let transferSyntax: String
    public let number: Int?
    public let rows: Int?
    public let columns: Int?
    /// 0 without pixels.
    public let frames: Int
    /// Bytes of the de-identified object.
    public let bytes: Int64
    /// SHA-256 of the de-identified object, in hexadecimal.
    public let sha256: String

    static let columns = "uid, sop_class, transfer_syntax, number, rows, columns, frames, stored_size, stored_sha256"

    init(_ row: PostgresRow) throws(PostgresError) {
        uid = try row.decode("uid")
        sopClass = try row.decode("sop_class")
        transferSyntax = try row.decode("transfer_syntax")
        number = try row.decode("number")
        let rows: Int = try row.decode("rows")
        let columns: Int = try row.decode("columns")
        self.rows = rows > 0 ? rows : nil
        self.columns = columns > 0 ? columns : nil
        frames = try row.decode("frames")
        bytes = try row.decode("stored_size")
        sha256 = try row.decode("stored_sha256", as: [UInt8].self).hexadecimal
    }
}

/// One subject of a project.
public struct SubjectSummary: Codable, Hashable, Sendable {
    /// Code of the project.
    public let project: String
    public let code: String
    /// Whether a Patient ID made it; `false`: one study that stands alone.
    public let matched: Bool
    public let studyCount: Int
    /// ISO 8601, UTC.
    public let addedAt: String

    static let columns = "b.id, p.code AS project, b.code, b.matched, b.study_count, b.created_at"

    init(_ row: PostgresRow) throws(PostgresError) {
        project = try row.decode("project")
        code = try row.decode("code")
        matched = try row.decode("matched")
        studyCount = try row.decode("study_count")
        addedAt = try row.decode("created_at", as: Date.self).formatted(.iso8601)
    }
}

/// A page of subjects, oldest first.
public struct SubjectPage: Codable, Hashable, Sendable {
    public let subjects: [SubjectSummary]
    public let next: String?
}

/// A subject and its studies, newest first.
public struct SubjectDetail: Codable, Hashable, Sendable {
    public let subject: SubjectSummary
    public let studies: [StudySummary]
}
