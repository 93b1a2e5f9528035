public import ByteIO
public import DICOM

/// A search by attributes, as QIDO-RS (PS3.18 §10.6) and C-FIND ask it.
public struct AttributeQuery: Sendable {
    /// What the results are.
    public enum Level: Sendable {
        case studies, series, instances
    }

    public var level: Level
    /// Only of this study; of this series.
    public var study: String?
    public var series: String?
    /// Code of a project; all that may be browsed where absent.
    public var project: String?
    /// Values to match: single value, UID list, range of dates or times, wildcards `*` and `?` (PS3.4 §C.2.2.2).
    public var matches: [Tag: String] = [:]
    /// Attributes to return beyond the default ones.
    public var included: [Tag] = []
    public var includesAll = false
    public var isFuzzy = false
    /// `nil`: as many as the lake likes to give.
    public var limit: Int?
    public var offset = 0
    /// Where `/studies` begins, for Retrieve URLs: `https://host/dicom-web`. They are left out without.
    public var baseURL: String?

    public init(_ level: Level, study: String? = nil, series: String? = nil) {
        self.level = level
        self.study = study
        self.series = series
    }
}

/// What a search by attributes found.
public struct AttributeResults: Sendable {
    /// One JSON array of DICOM JSON objects (PS3.18 §F.2).
    public let json: Bytes
    public let count: Int
    /// Whether more match than are given.
    public let isPartial: Bool
    /// What a Warning header should say: keys that were not used, matches beyond the limit.
    public let warnings: [String]
}
