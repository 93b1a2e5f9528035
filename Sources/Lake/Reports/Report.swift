internal import Deidentification
public import Foundation
internal import Postgres

/// One version of a report on a study, as its reader may see it.
public struct Report: Sendable, Codable, Hashable {
    /// The words of FHIR's DiagnosticReport.
    public enum Status: String, Sendable, Codable, CaseIterable {
        case preliminary
        case final
        /// Changed after it had been final.
        case amended
        /// Should never have been written: kept, and not found any more.
        case enteredInError = "entered-in-error"

        /// What a report of this status may become with its next version.
        public var next: [Status] {
            switch self {
            case .preliminary: [.preliminary, .final, .enteredInError]
            case .final, .amended: [.amended, .enteredInError]
            case .enteredInError: []
            }
        }
    }

    public let id: String
    /// Study Instance UID.
    public let study: String
    /// From 1.
    public let version: Int
    public let status: Status
    /// Name of the account that wrote this version.
    public let author: String
    public let at: Date
    public let text: String
    /// Whether something that was written is not in `text`.
    public let isScrubbed: Bool
    /// Where others read something else, for who reads the text as written; `nil` for who does not, and where it is not
    /// known.
    public let removed: [ReportCheck.Place]?
}

/// What others will read of a text.
public struct ReportCheck: Sendable, Codable, Hashable {
    /// A place in the text that was given, in UTF-16 units.
    public struct Place: Sendable, Codable, Hashable {
        public let from: Int
        public let to: Int
        /// What it was: a word of `TextKind`.
        public let kind: String
        /// What others read there.
        public let shown: String
    }

    public let scrubbed: String
    public let removed: [Place]

    init(_ scrubbed: ReportScrubber.Scrubbed) {
        self.scrubbed = scrubbed.text
        let units = Array(scrubbed.text.utf16)
        removed = scrubbed.changes.map { change in
            Place(
                from: change.original.lowerBound, to: change.original.upperBound, kind: change.kind.rawValue,
                shown: String(decoding: units[change.scrubbed], as: UTF16.self))
        }
    }
}

/// A report that a search found.
public struct ReportHit: Sendable, Codable, Hashable {
    /// A piece of the text around what was found.
    public struct Piece: Sendable, Codable, Hashable {
        public let text: String
        /// Whether it is one of the words that were searched for.
        public let hit: Bool
    }

    public let id: String
    /// Study Instance UID.
    public let study: String
    /// Code of the project.
    public let project: String
    public let at: Date
    public let author: String
    public let status: Report.Status
    public let snippet: [Piece]
}

/// A page of what a search found, newest reports first.
public struct ReportHits: Sendable, Codable, Hashable {
    public let reports: [ReportHit]
    /// What to ask for the next page with; `nil` at the end.
    public let next: String?
}

/// A row of `report_version`, with what the outside does not see.
struct ReportRow: Sendable {
    let id: Int64
    let version: Int
    let status: Report.Status
    let author: String
    let at: Date
    let text: String
    let asWritten: [UInt8]?
    let isScrubbed: Bool
    let places: [UInt8]?

    static let columns = """
        v.report_id, v.version, v.status, a.name AS author, v.at, v.text, v.as_written, v.is_scrubbed, v.as_written_places
        """
    static let source = "report_version v JOIN account a ON a.id = v.author_id"

    init(_ row: PostgresRow) throws {
        id = try row.decode("report_id")
        version = try row.decode("version")
        status = try Report.Status(stored: try row.decode("status"))
        author = try row.decode("author")
        at = try row.decode("at")
        text = try row.decode("text")
        asWritten = try row.decode("as_written")
        isScrubbed = try row.decode("is_scrubbed")
        places = try row.decode("as_written_places")
    }
}

extension Report.Status {
    /// - Throws: `.unavailable` for a word that a later version of this program wrote.
    init(stored text: String) throws(LakeError) {
        guard let status = Report.Status(rawValue: text) else {
            throw LakeError(.unavailable, "a report has a status of a later version")
        }
        self = status
    }
}
