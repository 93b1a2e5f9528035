internal import Foundation

/// The numbered SQL files that build the database, forward only.
///
/// A file is named `0001_what.sql`. Each is applied once, in order, in a transaction of its own together with the note
/// that it was; the note holds the SHA-256 of its bytes, so that a file changed later is found. An advisory lock lets
/// several servers start on one database at once.
public enum Migrations {
    /// "tarn" in ASCII and a number, as a 64-bit lock key.
    private static let lockKey: Int64 = 0x7461_726E_0000_0001

    private struct File: Sendable {
        let number: Int
        let name: String
        let bytes: [UInt8]
    }

    private struct Applied {
        let name: String
        let checksum: [UInt8]
    }

    /// Applies what has not been applied yet.
    /// - Parameter directory: where the files lie; other files than `*.sql` are ignored.
    /// - Returns: names of the files applied now.
    /// - Throws: `PostgresError.migration` naming the file that is missing, changed, out of order or misnamed; the
    ///   server's error where a file fails, with nothing of that file left behind.
    @discardableResult
    public static func apply(directory: String, to pool: PostgresPool) async throws(PostgresError) -> [String] {
        let files = try await blocking { () throws(PostgresError) in try read(directory) }
        let session = try await pool.lease()
        defer { pool.giveBack(session) }
        _ = try await session.query("SELECT pg_advisory_lock($1)", [lockKey], isCancellable: true)
        let result: Result<[String], PostgresError>
        do throws(PostgresError) {
            result = .success(try await apply(files, on: session))
        } catch {
            result = .failure(error)
        }
        if !session.isUnusable {
            _ = try await session.query("SELECT pg_advisory_unlock($1)", [lockKey], isCancellable: false)
        }
        return try result.get()
    }

    private static func read(_ directory: String) throws(PostgresError) -> [File] {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: directory) else {
            throw PostgresError(.migration, reason: "the directory of migrations cannot be read")
        }
        var files: [File] = []
        for name in names.filter({ $0.hasSuffix(".sql") }).sorted() {
            guard let number = Int(name.prefix { $0.isNumber }), number > 0, name.dropFirst(4).first == "_" else {
                throw PostgresError(.migration, reason: "\(name) is not named like 0001_what.sql")
            }
            if let last = files.last, last.number == number {
                throw PostgresError(.migration, reason: "\(last.name) and \(name) have the same number")
            }
            guard let data = manager.contents(atPath: directory + "/" + name) else {
                throw PostgresError(.migration, reason: "\(name) cannot be read")
            }
            files.append(File(number: number, name: name, bytes: Array(data)))
        }
        return files
    }

    private static func apply(_ files: [File], on session: PostgresSession) async throws(PostgresError) -> [String] {
        _ = try await session.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number integer PRIMARY KEY,
                name text NOT NULL,
                checksum bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """, isCancellable: true)
        var applied: [Int: Applied] = [:]
        let rows = try await session.query(
            "SELECT number, name, checksum FROM schema_migration", [], isCancellable: true)
        for row in rows {
            applied[try row.decode("number")] = Applied(
                name: try row.decode("name"), checksum: try row.decode("checksum"))
        }
        let known = Set(files.map(\.number))
        if let missing = applied.filter({ !known.contains($0.key) }).min(by: { $0.key < $1.key }) {
            throw PostgresError(
                .migration, reason: "\(missing.value.name) was applied but is not here: is this an older tarn?")
        }
        let newest = applied.keys.max() ?? 0
        var done: [String] = []
        for file in files {
            if let note = applied[file.number] {
                try await check(file, note, session)
            } else if file.number < newest {
                throw PostgresError(.migration, reason: "\(file.name) comes after a later one was applied")
            } else {
                try await apply(file, session)
                done.append(file.name)
            }
        }
        return done
    }

    private static func check(_ file: File, _ note: Applied, _ session: PostgresSession) async throws(PostgresError) {
        let rows = try await session.query(
            "SELECT sha256($1) = $2 AS same", [file.bytes, note.checksum], isCancellable: true)
        guard try rows.single().decode("same", as: Bool.self), file.name == note.name else {
            throw PostgresError(.migration, reason: "\(file.name) was changed after it had been applied")
        }
    }

    private static func apply(_ file: File, _ session: PostgresSession) async throws(PostgresError) {
        guard let text = String(validating: file.bytes, as: UTF8.self), !file.bytes.contains(0) else {
            throw PostgresError(.migration, reason: "\(file.name) is not UTF-8 text")
        }
        _ = try await session.script("BEGIN", isCancellable: true)
        do throws(PostgresError) {
            // The note comes first: its transaction must still be the same one after the file has run.
            let before = try await session.query(
                """
                INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, sha256($3))
                RETURNING pg_current_xact_id()::text AS id
                """, [file.number, file.name, file.bytes], isCancellable: true
            ).single().decode("id", as: String.self)
            _ = try await session.script(text, isCancellable: true)
            let after = try await session.query("SELECT pg_current_xact_id()::text AS id", [], isCancellable: true)
                .single().decode("id", as: String.self)
            guard before == after else {
                throw PostgresError(.migration, reason: "\(file.name) ends the transaction it is applied in")
            }
            _ = try await session.endTransaction("COMMIT")
        } catch {
            if !session.isUnusable { _ = try await session.endTransaction("ROLLBACK") }
            throw PostgresError(
                error.code, sqlState: error.sqlState, constraint: error.constraint,
                reason: "\(file.name): \(error.reason)")
        }
    }
}
