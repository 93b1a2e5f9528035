internal import Foundation
internal import KeyManagement
internal import Logging
internal import Postgres

/// Takes into the ledger what commands did with the key file, as its journal says: `tarn keys wrap` and the like run
/// where no lake is open, or beside the server that has it.
struct KeyRecords: Sendable {
    let context: LakeContext

    private static let interval = Duration.seconds(2)
    /// Kinds that say how the key is kept.
    private static let forms: [AccessEvent.Kind] = [.keysCreate, .keysWrap, .keysUnwrap, .keysFound]
    /// Before what was done with a key that was.
    private static let former = "a former key; "

    init(_ context: LakeContext) { self.context = context }

    var recurring: [Recurring] { [Recurring(name: "key journal", interval: Self.interval) { try await take() }] }

    /// At a start: takes what is there, and records where the key is kept in another way than the ledger says. Nothing
    /// of it keeps a lake shut.
    func settle() async {
        for work in [take, recordForm] {
            do { try await work() } catch {
                context.log.error("the key journal was not taken", metadata: ["reason": "\(LakeError(error))"])
            }
        }
    }

    /// Commits what the journals of this key and of those that were say, then deletes them.
    /// - Throws: `.invalid` for a journal that no tarn wrote.
    private func take() async throws {
        let path = context.keyFiles.path
        for journal in KeyJournal.all(beside: path) {
            let content = try await context.workers.run { () throws(LakeError) in try Self.content(journal) }
            guard let content else { continue }
            try await context.database.transaction { connection in
                for entry in content.entries {
                    try await Self.write(entry, isFormer: !journal.isOf(path), connection)
                }
            }
            if content.unreadable > 0 {
                context.log.error(
                    "lines of the key journal could not be read",
                    metadata: ["file": "\(journal.path)", "lines": "\(content.unreadable)"])
            }
            journal.forget()
        }
    }

    private static func content(_ journal: KeyJournal) throws(LakeError) -> KeyJournal.Content? {
        do throws(KeyManagementError) { return try journal.take() } catch { throw LakeError(.invalid, error.reason) }
    }

    private static func write(
        _ entry: KeyJournalEntry, isFormer: Bool, _ connection: PostgresConnection
    ) async throws {
        let principal = try await Accounts.operatorPrincipal(.keyJournal(entry.id), connection)
        // Committed before a crash that came before the journal was deleted.
        let known = try await connection.first(
            "SELECT 1 FROM access_event WHERE account_id = $1 AND credential = $2 LIMIT 1",
            [principal.accountID, principal.credential.description])
        guard known == nil else { return }
        let text = "\(form(entry.service)); key \(entry.key); \(entry.at.ISO8601Format()) by \(entry.user)"
        try await AccessLog.write(kind(entry.act), detail: (isFormer ? former : "") + text, principal, connection)
    }

    private static func kind(_ act: KeyJournalEntry.Act) -> AccessEvent.Kind {
        switch act {
        case .create: .keysCreate
        case .wrap: .keysWrap
        case .unwrap: .keysUnwrap
        case .backup: .keysBackup
        }
    }

    /// How a key is kept, in words that begin what is recorded of it.
    private static func form(_ place: String?) -> String { place.map { "wrapped by \($0)" } ?? "as it is in its file" }

    /// Records how the key is kept where the ledger says otherwise: the file was changed by hand, or its journal deleted.
    private func recordForm() async throws {
        let path = context.keyFiles.path
        let described = try await context.workers.run { () throws(LakeError) in
            do throws(KeyManagementError) { return try KeyFile(path).describe() } catch {
                throw LakeError(.invalid, error.reason)
            }
        }
        let form = Self.form(described.service?.encryption.place)
        try await context.database.transaction { connection in
            let row = try await connection.first(
                """
                SELECT detail FROM access_event WHERE kind = ANY($1) AND NOT starts_with(detail, $2)
                ORDER BY id DESC LIMIT 1
                """, [Self.forms.map(\.rawValue), Self.former])
            let last: String? = try row?.decode("detail")
            // As it was before there was a record of it.
            guard !(last ?? Self.form(nil) + ";").hasPrefix(form + ";") else { return }
            try await AccessLog.write(
                .keysFound, detail: "\(form); key \(described.id); nothing says who did that and when",
                Accounts.operatorPrincipal(.privateSocket, connection), connection)
        }
    }
}
