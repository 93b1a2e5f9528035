internal import ByteIO
internal import Logging
internal import Postgres
internal import Synchronization
internal import TransparencyLog
internal import Vault

/// Turns events into leaves, one sequencer at a time over all servers.
///
/// A batch is one transaction: its events leave `ledger_pending`, its leaves, the tree's new nodes and a signed
/// checkpoint appear. Whenever it is cut off, all of it happened or nothing. What is kept in memory is only the right
/// edge of the tree, believed where it fits the newest checkpoint and else read again.
final class LedgerSequencer: Sendable {
    private static let batch = 2000
    /// Of the database's advisory locks.
    private static let lock: Int64 = 0x7461_726e_6c65_6467

    private let context: LakeContext
    private let edge = Mutex(MerkleFrontier?.none)

    init(_ context: LakeContext) { self.context = context }

    /// Takes all events that wait into the log, oldest first. Does nothing where another sequencer is at it, unless
    /// `waits`.
    func run(waits: Bool) async throws {
        let work = try await context.database.single(
            """
            SELECT EXISTS (SELECT 1 FROM ledger_pending) OR NOT EXISTS (SELECT 1 FROM ledger_checkpoint) AS has_work
            """)
        guard try work.decode("has_work") else { return }
        while try await takeBatch(waits: waits) == Self.batch { try Task.checkCancellation() }
    }

    private func takeBatch(waits: Bool) async throws -> Int {
        let (count, frontier) = try await context.database.transaction(attempts: 4) { connection in
            try await self.takeBatch(waits: waits, connection)
        }
        // Only what is committed is believed.
        if let frontier { edge.withLock { $0 = frontier } }
        return count
    }

    private func takeBatch(waits: Bool, _ connection: PostgresConnection) async throws -> (Int, MerkleFrontier?) {
        if waits {
            try await connection.query("SELECT pg_advisory_xact_lock($1)", [Self.lock])
        } else {
            let row = try await connection.single("SELECT pg_try_advisory_xact_lock($1) AS mine", [Self.lock])
            guard try row.decode("mine", as: Bool.self) else { return (0, nil) }
        }
        let keys = try await LedgerKeys.load(context.master, connection)
        guard var frontier = try await frontier(connection) else {
            return (Self.batch, try await sign(MerkleFrontier(), keys, connection))
        }
        let events = try await connection.query(Self.events)
        guard !events.isEmpty else { return (0, frontier) }
        var subjects = try await subjects(of: events, connection)
        var (indices, ids, bodies, hashes) = ([Int64](), [Int64](), [[UInt8]](), [[UInt8]]())
        var nodes: [(MerkleNode, SHA256.Digest)] = []
        for event in events {
            let subject = try event.decode("subject_id", as: Int64?.self)
            let leaf = try LedgerLeaf(event, subject: subject.flatMap { subjects[$0] }, texts: keys.texts)
            let hash = MerkleHash.leaf(leaf.body)
            if let subject { subjects[subject]?.last = frontier.size }
            indices.append(Int64(frontier.size))
            ids.append(leaf.event)
            bodies.append(leaf.body.array)
            hashes.append(hash.bytes.array)
            try frontier.append(leafHash: hash) { node, hash in
                if node.level > 0, node.level % LedgerNodes.step == 0 { nodes.append((node, hash)) }
            }
        }
        try await connection.execute(
            """
            INSERT INTO ledger_leaf (index, event_id, body, hash)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[])
            """, [indices, ids, bodies, hashes])
        try await keep(nodes, subjects, connection)
        try await connection.execute("DELETE FROM ledger_pending WHERE event_id = ANY($1)", [ids])
        return (ids.count, try await sign(frontier, keys, connection))
    }

    private func keep(
        _ nodes: [(MerkleNode, SHA256.Digest)], _ subjects: [Int64: LedgerSubject], _ connection: PostgresConnection
    ) async throws {
        if !nodes.isEmpty {
            try await connection.execute(
                """
                INSERT INTO ledger_node (level, index, hash)
                SELECT level::integer, index, hash FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
                    AS n (level, index, hash)
                """, [nodes.map(\.0.level), nodes.map { Int64($0.0.index) }, nodes.map(\.1.bytes.array)])
        }
        if !subjects.isEmpty {
            let known = subjects.values.sorted { $0.id < $1.id }
            try await connection.execute(
                """
                UPDATE ledger_subject_key k SET last_index = n.last FROM unnest($1::bigint[], $2::bigint[]) AS n (id, last)
                WHERE k.subject_id = n.id
                """, [known.map(\.id), known.map { Int64($0.last ?? 0) }])
        }
    }

    /// Signs a checkpoint over `frontier`.
    private func sign(
        _ frontier: MerkleFrontier, _ keys: LedgerKeys, _ connection: PostgresConnection
    ) async throws -> MerkleFrontier {
        let checkpoint = try Checkpoint(
            origin: keys.signer.verifier.name, size: frontier.size, root: frontier.root)
        let note = try checkpoint.signed(with: keys.signer)
        try await connection.execute(
            "INSERT INTO ledger_checkpoint (size, root, note) VALUES ($1, $2, $3)",
            [Int64(frontier.size), frontier.root.bytes.array, String(decoding: note.bytes.array, as: UTF8.self)])
        return frontier
    }

    /// The right edge of the tree under the newest checkpoint; `nil` where there is none yet.
    /// - Throws: `.unavailable` where the tree is not the one that was signed: nothing is built upon it.
    private func frontier(_ connection: PostgresConnection) async throws -> MerkleFrontier? {
        let row = try await connection.first("SELECT size, root FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
        guard let row else { return nil }
        let size = UInt64(try row.decode("size", as: Int64.self))
        let root = SHA256.Digest(Bytes(try row.decode("root", as: [UInt8].self)))
        if let edge = edge.withLock({ $0 }), edge.size == size, edge.root == root { return edge }
        let wanted = MerkleFrontier.nodes(size: size)
        let nodes = try await LedgerNodes.fetch(wanted, connection)
        let read = try? MerkleFrontier(size: size, edge: try wanted.map { try nodes.hash(of: $0) })
        guard let read, read.root == root else {
            throw LakeError(
                .unavailable, "the ledger is not the one that was signed at \(size) entries: see `tarn audit verify`")
        }
        return read
    }

    // MARK: Subjects

    /// What waits, oldest first. Events of transactions that are not committed yet come with a later batch.
    private static let events = """
        SELECT e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS t, e.kind, a.name AS account,
            p.code AS project, e.study_uid, e.instance_uid, e.export_id, e.purpose, e.detail, k.subject_id
        FROM (SELECT event_id FROM ledger_pending ORDER BY event_id LIMIT \(batch)) w
            JOIN access_event e ON e.id = w.event_id JOIN account a ON a.id = e.account_id
            LEFT JOIN project p ON p.id = e.project_id LEFT JOIN study_key k ON k.study_uid = e.study_uid
        ORDER BY e.id
        """

    /// Those of the subjects of `events` that are not erased, with their keys; made where they have none.
    private func subjects(
        of events: PostgresRows, _ connection: PostgresConnection
    ) async throws -> [Int64: LedgerSubject] {
        let ids = Set(try events.compactMap { try $0.decode("subject_id", as: Int64?.self) }).sorted()
        guard !ids.isEmpty else { return [:] }
        let rows = try await connection.query(
            """
            SELECT s.id, s.project_id, s.code, s.wrapped_key, l.wrapped, l.last_index
            FROM subject s LEFT JOIN ledger_subject_key l ON l.subject_id = s.id WHERE s.id = ANY($1) ORDER BY s.id
            """, [ids])
        var subjects: [Int64: LedgerSubject] = [:]
        var made: [(id: Int64, wrapped: [UInt8])] = []
        for row in rows {
            // Erased: its leaves name nobody.
            guard let sealed = try row.decode("wrapped_key", as: [UInt8]?.self), !sealed.isEmpty else { continue }
            let id: Int64 = try row.decode("id")
            let code: String = try row.decode("code")
            let above = try context.master.unwrap(
                Bytes(sealed), context: StudyKeys.subjectContext(project: try row.decode("project_id"), code: code))
            var key = SymmetricKey()
            if let wrapped = try row.decode("wrapped", as: [UInt8]?.self) {
                key = try KeyWrap.unwrap(Bytes(wrapped), under: above, context: LedgerSubject.context(subject: id))
            } else {
                let wrapped = try KeyWrap.wrap(key, under: above, context: LedgerSubject.context(subject: id))
                made.append((id, wrapped.array))
            }
            let last = try row.decode("last_index", as: Int64?.self)
            subjects[id] = LedgerSubject(id: id, code: code, key: key, last: last.map { UInt64($0) })
        }
        if !made.isEmpty {
            try await connection.execute(
                """
                INSERT INTO ledger_subject_key (subject_id, wrapped) SELECT * FROM unnest($1::bigint[], $2::bytea[])
                """, [made.map(\.id), made.map(\.wrapped)])
        }
        return subjects
    }
}
