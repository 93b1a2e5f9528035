internal import Logging
internal import Postgres

/// Frees the database's own files of rows that were deleted. PostgreSQL leaves them in the pages of their tables until
/// something else is written there, and in the write-ahead log until it is no longer needed; nothing in SQL reads them,
/// but whoever copies the files has them.
struct TraceSweep {
    /// Tables in which something of a patient stood, de-identified, sealed or keyed.
    static let tables = [
        "defaced_image", "defaced_series", "instance", "series", "study", "held", "conflict", "study_key", "subject",
        "report_version", "report",
        "label_commit", "label_draft", "study_label", "export_entry", "export_file", "access_event",
        "ledger_subject_key", "archive_bundle", "anonymisation", "subject_change", "originals_request",
        "originals_request_study", "identity_look",
    ]
    /// A larger table is not written anew at once: nobody could read it meanwhile.
    static let mostBytes: Int64 = 1 << 30

    private let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Sweeps once nobody can see any more what a transaction deleted.
    /// - Parameter transaction: its number, as `pg_current_xact_id()` gave it.
    /// - Returns: tables that are too large; `nil` where somebody still reads or the tables could not be had: later.
    func run(after transaction: String) async throws -> [String]? {
        guard try await isUnseen(transaction) else { return nil }
        // A connection of its own: it waits for locks for a short time only, so that nobody waits behind it for long.
        return try await context.database.exclusively { connection in
            try await connection.execute("SET lock_timeout = '2s'")
            let isLocked = try await connection.single("SELECT pg_try_advisory_lock($1) AS locked", [Self.lock])
            guard try isLocked.decode("locked", as: Bool.self) else { return nil }
            let unswept = try await sweep(connection)
            if unswept != nil { try await sweepLog(connection) }
            return unswept
        }
    }

    private static let lock: Int64 = 0x7461_726e_7377_6570

    /// Whether no transaction began before this one ended; waits a while for it.
    private func isUnseen(_ transaction: String) async throws -> Bool {
        for _ in 0..<100 {
            let row = try await context.database.single(
                """
                SELECT count(*) AS older FROM pg_stat_activity a
                WHERE a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid() AND a.datname = current_database()
                    AND age(a.backend_xmin) >= age($1::text::xid8::xid)
                """, [transaction])
            if try row.decode("older", as: Int.self) == 0 { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func sweep(_ connection: PostgresConnection) async throws -> [String]? {
        var large: [String] = []
        for table in Self.tables {
            let bytes = try await connection.single("SELECT pg_table_size($1::text::regclass) AS bytes", [table])
            let isLarge = try bytes.decode("bytes", as: Int64.self) > Self.mostBytes
            if isLarge { large.append(table) }
            guard try await write(isLarge ? "VACUUM \(table)" : "VACUUM FULL \(table)", connection) else { return nil }
            // What is known of its values stands in another table, which is next.
            guard try await write("ANALYZE \(table)", connection) else { return nil }
        }
        guard try await write("VACUUM FULL pg_statistic", connection) else { return nil }
        return large
    }

    /// - Returns: whether the table could be had.
    private func write(_ statement: String, _ connection: PostgresConnection) async throws -> Bool {
        for _ in 0..<5 {
            do {
                try await connection.execute(statement)
                return true
            } catch {
                guard error.sqlState == "55P03" else { throw error }
                // Somebody reads it for a long time: let others who wait pass, then ask again.
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        context.log.notice("a table is busy: its old pages are swept later")
        return false
    }

    /// Moves the write-ahead log on to a new file, and lets go of those before it and of the files of the old tables.
    private func sweepLog(_ connection: PostgresConnection) async throws {
        let size = try await connection.single(
            "SELECT setting::bigint AS size FROM pg_settings WHERE name = 'wal_segment_size'")
        // A message that is larger than one file of the log and says nothing.
        try await connection.query(
            "SELECT pg_logical_emit_message(false, 'tarn', repeat(' ', $1::integer))",
            [Int32(clamping: try size.decode("size", as: Int64.self))])
        do { try await connection.execute("CHECKPOINT") } catch {
            guard error.sqlState == "42501" else { throw error }
            context.log.notice(
                "the database's role may not CHECKPOINT: what was erased leaves its log with the next checkpoint")
        }
    }
}
