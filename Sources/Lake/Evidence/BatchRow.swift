internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres

/// The row of one batch: what was decided so far stands there a second later, so that no more than that dies with the
/// process.
struct BatchRow: Sendable {
    static let interval = Duration.seconds(1)
    private static let longestWait = Duration.seconds(60)

    let id: Int64
    let context: LakeContext

    /// Writes down what `evidence` has, again and again, until it is cancelled or nobody holds the evidence any more: of a
    /// batch that nobody ends nothing goes on.
    func keep(_ evidence: UploadEvidence) -> Task<Void, Never> {
        Task { [weak evidence] in
            var wait = Self.interval
            while (try? await Task.sleep(for: wait)) != nil, let evidence {
                guard let report = evidence.news() else { continue }
                do {
                    try await write(report, context.database)
                    wait = Self.interval
                } catch {
                    context.log.error(
                        "an upload in the middle was not recorded", metadata: ["reason": "\(LakeError(error))"])
                    // A database that is away fills no log.
                    wait = min(Self.longestWait, wait * 2)
                }
            }
        }
    }

    func write(_ report: BatchReport, _ database: some PostgresQueryable) async throws {
        func count(_ kind: Verdict.Kind) -> Int { report.verdicts[kind.rawValue] ?? 0 }
        try await database.query(
            """
            UPDATE ingest_batch SET accepted = $2, already_there = $3, conflicts = $4, held = $5, rejected = $6,
                report = $7::jsonb
            WHERE id = $1 AND finished_at IS NULL
            """,
            [
                id, count(.accepted), count(.alreadyThere), count(.conflict), count(.held), count(.rejected),
                String(decoding: try JSONEncoder().encode(report), as: UTF8.self),
            ])
    }
}
