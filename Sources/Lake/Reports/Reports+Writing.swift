internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Postgres
internal import Vault

extension Reports {
    /// Writes a report.
    /// - Parameter status: preliminary or final.
    /// - Throws: `.notFound`; `.forbidden` for who may read and not write; `.invalid`; `.tooLarge`.
    public func write(
        study uid: String, text: String, status: Report.Status, principal: Principal
    ) async throws(LakeError) -> Report {
        let study = try await study(uid, principal: principal)
        try checkMayWrite(principal, study)
        guard [.preliminary, .final].contains(status) else {
            throw LakeError(.invalid, "a new report is preliminary or final")
        }
        let version = try await NewVersion(Self.checked(text), status, study, self)
        let row = try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let id: Int64 = try await connection.single(
                    """
                    INSERT INTO report (study_id, project_id, words)
                    VALUES ($1, $2, \(NewVersion.words("$3"))) RETURNING id
                    """, [study.id, study.projectID, version.scrubbed]
                ).decode("id")
                return try await version.insert(report: id, version: 1, principal, connection)
            }
        }
        return try await shownToWriter(row, version, study)
    }

    /// Writes the next version of a report.
    /// - Parameter seen: the version that it was made from.
    /// - Throws: `.stale` where that is no longer the newest: nothing was changed; `.conflict` for a status that cannot
    ///   follow; else as `write`.
    public func change(
        _ id: String, text: String, status: Report.Status, from seen: Int, principal: Principal
    ) async throws(LakeError) -> Report {
        let (id, study) = try await find(id, principal: principal)
        try checkMayWrite(principal, study)
        let version = try await NewVersion(Self.checked(text), status, study, self)
        let row = try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                // Of two that come at once the second waits here, and finds another version.
                let locked = try await connection.single("SELECT version FROM report WHERE id = $1 FOR UPDATE", [id])
                guard try locked.decode("version", as: Int.self) == seen else { throw Reports.stale }
                let before = try Report.Status(
                    stored: try await connection.single(
                        "SELECT status FROM report_version WHERE report_id = $1 AND version = $2", [id, seen]
                    ).decode("status"))
                try Self.check(before, becomes: status)
                try await connection.execute(
                    "UPDATE report SET version = version + 1, words = \(NewVersion.words("$2")) WHERE id = $1",
                    [id, status == .enteredInError ? nil : version.scrubbed])
                return try await version.insert(report: id, version: seen + 1, principal, connection)
            }
        }
        return try await shownToWriter(row, version, study)
    }

    private static let stale = LakeError(
        .stale, "somebody saved a newer version of this report: nothing was changed; compare, and save on top of it")

    private static func check(_ before: Report.Status, becomes status: Report.Status) throws(LakeError) {
        guard !before.next.contains(status) else { return }
        let possible = before.next.map(\.rawValue).joined(separator: " or ")
        throw LakeError(
            .conflict,
            possible.isEmpty
                ? "this report was entered in error and is closed: write a new one"
                : "a report that is \(before.rawValue) becomes \(possible)")
    }

    /// What its writer sees: the text as written. Writing it is what is recorded.
    private func shownToWriter(
        _ row: ReportRow, _ version: NewVersion, _ study: ReportedStudy
    ) async throws(LakeError) -> Report {
        let isKept = version.key != nil
        return Report(
            id: String(row.id), study: study.uid, version: row.version, status: row.status, author: row.author,
            at: row.at, text: isKept ? version.written : row.text, isScrubbed: isKept ? false : row.isScrubbed,
            removed: isKept && row.isScrubbed ? version.places : nil)
    }
}

/// A text on its way to being a version: scrubbed, with the key to seal it as written.
private struct NewVersion: Sendable {
    let written: String
    let scrubbed: String
    let places: [ReportCheck.Place]
    let status: Report.Status
    let study: ReportedStudy
    /// `nil` once the study's identity was destroyed: then nothing that may identify somebody is kept.
    let key: SymmetricKey?

    init(
        _ text: String, _ status: Report.Status, _ study: ReportedStudy, _ reports: Reports
    ) async throws(LakeError) {
        written = text
        self.status = status
        self.study = study
        let check = ReportCheck(try await reports.scrub(text, study))
        scrubbed = check.scrubbed
        places = check.removed
        key = try await reports.context.keys.pair(study: study.id).identity
    }

    /// The words of a text by which it is found: as stems of English, and as they are.
    static func words(_ text: String) -> String {
        "to_tsvector('english', \(text)::text) || to_tsvector('simple', \(text)::text)"
    }

    func insert(
        report: Int64, version: Int, _ principal: Principal, _ connection: PostgresConnection
    ) async throws -> ReportRow {
        let isScrubbed = scrubbed != written
        let key = isScrubbed ? key : nil
        let sealed = try key.map {
            try SealedObject.seal(
                Bytes(utf8: written), key: $0, context: study.context(report: report, version: version))
        }
        let sealedPlaces = try key.map {
            try SealedObject.seal(
                Bytes(Array(try JSONEncoder().encode(places))), key: $0,
                context: study.placesContext(report: report, version: version))
        }
        let row = try await connection.single(
            """
            WITH v AS (
                INSERT INTO report_version (report_id, version, status, author_id, text, as_written, is_scrubbed,
                    as_written_places)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *)
            SELECT \(ReportRow.columns) FROM v JOIN account a ON a.id = v.author_id
            """,
            [
                report, version, status.rawValue, principal.accountID, scrubbed, sealed?.array, isScrubbed,
                sealedPlaces?.array,
            ])
        try await AccessLog.write(
            .reportWrite, project: study.projectID, study: study.uid,
            detail: "report \(report), version \(version), \(status.rawValue)", principal, connection)
        return try ReportRow(row)
    }
}
