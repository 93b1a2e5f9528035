internal import ByteIO
internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres

/// Makes the token of the person for patients who came before there were any, from their sealed records, so that a merge
/// can be suggested for them as for others. A few at a time, and each is noted when it is done: a restart goes on where it was.
struct PersonBackfill: Sendable {
    private static let atOnce = 100

    let context: LakeContext
    let projects: Projects

    var recurring: [Recurring] {
        [Recurring(name: "tokens of persons", interval: .seconds(3600)) { try await self.run() }]
    }

    /// Goes through all that wait. A record that cannot be opened waits on, and keeps nobody else from theirs.
    func run() async throws {
        var pseudonyms: [Int64: Pseudonyms] = [:]
        var last: Int64 = 0
        while !Task.isCancelled {
            let rows = try await context.database.query(
                """
                SELECT id, project_id FROM study_key WHERE person_pending AND id > $1 ORDER BY id LIMIT \(Self.atOnce)
                """, [last])
            guard let end = rows.last else { return }
            for row in rows {
                let (id, project): (Int64, Int64) = (try row.decode("id"), try row.decode("project_id"))
                if pseudonyms[project] == nil { pseudonyms[project] = try await self.pseudonyms(of: project) }
                guard let known = pseudonyms[project] else { continue }
                do throws(LakeError) { try await make(id, known) } catch {
                    context.log.error(
                        "a record of an identity cannot be read", metadata: ["study": "\(id)", "reason": "\(error)"])
                }
            }
            last = try end.decode("id")
        }
    }

    private func make(_ study: Int64, _ pseudonyms: Pseudonyms) async throws(LakeError) {
        let record = try await context.keys.identityRecord(study: study)
        let token = record.flatMap { PersonToken.make($0, pseudonyms) }
        try await LakeError.rethrowing {
            // The identity may have been destroyed since it was read.
            try await context.database.query(
                """
                UPDATE study_key SET person_pending = false,
                    person_token = CASE WHEN identity_record IS NULL THEN NULL ELSE $2::bytea END
                WHERE id = $1 AND person_pending
                """, [study, token?.array])
        }
    }

    private func pseudonyms(of project: Int64) async throws -> Pseudonyms {
        let row = try await context.database.single("SELECT \(Project.columns) FROM project WHERE id = $1", [project])
        return Pseudonyms(secret: try await projects.pseudonymSecret(of: try Project(row)))
    }
}
