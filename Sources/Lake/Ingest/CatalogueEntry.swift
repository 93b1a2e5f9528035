/// All that the catalogue keeps about one instance: what `Indexer` writes into study, series and instance.
/// A held instance keeps it sealed until a person releases it.
struct CatalogueEntry: Codable, Sendable {
    /// De-identified attributes of the study, as this instance has them.
    struct Study: Codable, Sendable {
        var uid: String
        /// `YYYY-MM-DD`, `nil` where the profile removed it or it is no date.
        var date: String?
        var time: String
        var description: String
        var studyID: String
        var ageDays: Int?
        var sex: String
    }

    struct Series: Codable, Sendable {
        var uid: String
        var number: Int?
        var modality: String
        var description: String
        var bodyPart: String
        var date: String?
        var time: String
        /// `Recognizability`, empty where nothing can be recognised; `nil` in what was held before there were marks.
        var recognizable: String?
    }

    struct Instance: Codable, Sendable {
        var uid: String
        var sopClass: String
        var transferSyntax: String
        var number: Int?
        var rows: Int
        var columns: Int
        var frames: Int
        var storedSize: Int
        var storedSHA256: [UInt8]
        var storedCRC32: UInt32
        /// HMAC of the original's SHA-256.
        var originalDigest: [UInt8]
        var frameIndex: [UInt8]?
        /// DICOM JSON of the stored header.
        var metadata: [UInt8]
        /// Version of the project's profile; `nil` in what was held before there were versions.
        var profileVersion: Int?
        /// The approval under which it is published without a person having looked at it.
        var pixelApproval: Int64?
    }

    var study: Study
    var series: Series
    var instance: Instance
}
