public import ByteIO
internal import Postgres
internal import TransparencyLog

/// The log up to one checkpoint, as a file. Format: Docs/Formats/transparency-log.md.
public struct LedgerExport: Sendable {
    private static let page: Int64 = 1000

    let database: PostgresPool
    /// Entries.
    public let size: Int64
    let note: String

    /// What the file is best called.
    public var name: String { "ledger-\(size).tarnlog" }

    init(database: PostgresPool, size: Int64, note: String) {
        self.database = database
        self.size = size
        self.note = note
    }

    /// Hands the file to `write`, piece by piece. Leaves never change, so pages of different moments fit.
    public func write(to write: (Bytes) async throws -> Void) async throws {
        try await write(ExportedLog.header)
        var next: Int64 = 0
        while next < size {
            let rows = try await database.query(
                "SELECT body FROM ledger_leaf WHERE index >= $1 AND index < $2 ORDER BY index",
                [next, min(next + Self.page, size)])
            var lines: [UInt8] = []
            // As they are, whatever they are: who verifies them says what is wrong.
            for row in rows { lines += try row.decode("body", as: [UInt8].self) + [0x0A] }
            try await write(Bytes(lines))
            next += Self.page
        }
        try await write(ExportedLog.end(try SignedNote(Bytes(utf8: note))))
    }
}
