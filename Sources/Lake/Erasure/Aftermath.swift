internal import Postgres

/// What comes after a transaction that destroyed keys: its bytes in segments are erased, then the database's files are
/// freed of what was deleted. How far that is stands in the row that the transaction left, so that it goes on after a
/// crash; nobody can read anything of it meanwhile.
struct Aftermath: Sendable {
    /// `subject_tombstone` or `anonymisation`: with the columns `state`, `transaction` and `unswept`.
    let table: String
    let blobs: DoomedBlobs
    /// What is set once the files are swept.
    let next: String

    static let erasure = Aftermath(table: "subject_tombstone", blobs: .erasures, next: "state = 'copies'")
    static let anonymisation = Aftermath(
        table: "anonymisation", blobs: .anonymisations, next: "state = 'done', ended_at = now()")

    /// Runs `body` to its end: who asked may go away.
    static func toTheEnd<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws(LakeError) -> Value {
        try await LakeError.rethrowing { try await Task { try await body() }.value }
    }

    /// - Throws: `.invalid` where the code was not given once more, or without a reason.
    /// - Returns: the reason.
    static func admit(
        _ reason: String, _ code: String, confirmation: String, outcome: String
    ) throws(LakeError) -> String {
        guard confirmation == code else {
            throw LakeError(.invalid, "to confirm, give the subject's code once more: \(outcome) for good")
        }
        return try Naming.line(reason, of: "a reason", limit: 500)
    }

    /// Ends, now and then, what a crash or a backend that did not answer left to do.
    func recurring(
        _ name: String, _ context: LakeContext, _ finish: @escaping @Sendable (Int64) async throws -> Void
    ) -> Recurring {
        Recurring(name: name, interval: .seconds(30)) {
            let open = try await context.database.query("SELECT id FROM \(table) WHERE state <> 'done' ORDER BY id")
                .map { try $0.decode("id", as: Int64.self) }
            for id in open { try await finish(id) }
        }
    }

    /// Does what is left to do with bytes and files; several may try at once.
    /// - Parameter forget: takes out of memory what somebody who was reading when the keys went has put back there.
    func run(_ id: Int64, _ context: LakeContext, forget: () async throws -> Void) async throws {
        try await blobs.erase(context, of: id)
        try await context.database.query(
            "UPDATE \(table) SET state = 'traces' WHERE id = $1 AND state = 'bytes'", [id])
        let row = try await context.database.single("SELECT state, transaction FROM \(table) WHERE id = $1", [id])
        guard try row.decode("state", as: String.self) == "traces" else { return }
        try await forget()
        guard let unswept = try await TraceSweep(context).run(after: try row.decode("transaction")) else { return }
        try await context.database.query(
            "UPDATE \(table) SET \(next), unswept = $2 WHERE id = $1 AND state = 'traces'", [id, unswept])
    }
}
