internal import Deidentification
internal import Postgres

/// A series that may show a face, and what became of it where it was looked for.
struct MarkedSeries: Sendable {
    let id: Int64
    let study: Int64
    let uid: String
    let studyUID: String
    let mark: Recognizability
    let outcome: Outcome?

    struct Outcome: Sendable {
        /// `defaced_series.id`.
        let id: Int64
        /// Series Instance UID of the images without a face; empty where there are none.
        let uid: String
        /// Why there are none.
        let reason: String
        /// In millilitres.
        let removed: Double
    }

    init(_ row: PostgresRow) throws(PostgresError) {
        id = try row.decode("id")
        study = try row.decode("study_id")
        uid = try row.decode("uid")
        studyUID = try row.decode("study")
        mark = Recognizability(rawValue: try row.decode("mark")) ?? .unnamed
        guard let found: Int64 = try row.decode("outcome") else {
            outcome = nil
            return
        }
        outcome = Outcome(
            id: found, uid: try row.decode("new_uid"), reason: try row.decode("reason"),
            removed: try row.decode("removed"))
    }
}

/// How far faces are taken out for an export.
public struct FacesProgress: Codable, Hashable, Sendable {
    /// Series that were looked at.
    public let ready: Int
    /// Series that have to be.
    public let of: Int

    public init(ready: Int, of: Int) {
        (self.ready, self.of) = (ready, of)
    }

    public var isDone: Bool { ready == of }
}

/// What an export without faces says of them.
public struct ExportFaces: Codable, Hashable, Sendable {
    /// Version of the method.
    public let method: Int
    /// Series whose face was taken out.
    public let defaced: Int
    /// Series that may show a face, and are not in the export, since it could not be taken out safely.
    public let leftOut: Int

    public init(method: Int, defaced: Int, leftOut: Int) {
        (self.method, self.defaced, self.leftOut) = (method, defaced, leftOut)
    }
}
