internal import ByteIO
internal import Postgres
internal import TransparencyLog
internal import Vault

/// Complete subtrees of the log, fetched before they are asked for. Every fourth level is kept (`ledger_leaf` is level
/// 0); what lies between is put together from at most eight of those.
struct LedgerNodes: MerkleNodes {
    /// Levels from one that is kept to the next.
    static let step = 4

    private var hashes: [MerkleNode: SHA256.Digest] = [:]

    func hash(of node: MerkleNode) throws(TransparencyLogError) -> SHA256.Digest {
        if let hash = hashes[node] { return hash }
        guard node.level % Self.step != 0 else { throw TransparencyLogError(.nodeMissing, entry: node.index) }
        return MerkleHash.node(
            try hash(of: MerkleNode(level: node.level - 1, index: node.index << 1)),
            try hash(of: MerkleNode(level: node.level - 1, index: node.index << 1 | 1)))
    }

    /// Which subtrees a proof asks for. That does not depend on their hashes: it is made once to find out, and once
    /// more with what was fetched.
    static func wanted(_ body: (any MerkleNodes) throws -> Void) rethrows -> [MerkleNode] {
        let plan = Plan()
        try body(plan)
        return plan.nodes
    }

    static func fetch(_ nodes: [MerkleNode], _ database: some PostgresQueryable) async throws -> LedgerNodes {
        var kept: Set<MerkleNode> = []
        for node in nodes {
            let up = node.level % step
            let first = node.index << UInt64(up)
            for index in first..<(first + 1 << UInt64(up)) {
                kept.insert(MerkleNode(level: node.level - up, index: index))
            }
        }
        var found = LedgerNodes()
        let leaves = kept.filter { $0.level == 0 }.map { Int64($0.index) }
        if !leaves.isEmpty {
            let rows = try await database.query(
                "SELECT 0::bigint AS level, index, hash FROM ledger_leaf WHERE index = ANY($1)", [leaves])
            try found.add(rows)
        }
        let inner = kept.filter { $0.level > 0 }
        if !inner.isEmpty {
            let rows = try await database.query(
                """
                SELECT n.level::bigint AS level, n.index, n.hash
                FROM unnest($1::bigint[], $2::bigint[]) AS u (level, index) JOIN ledger_node n USING (level, index)
                """, [inner.map(\.level), inner.map { Int64($0.index) }])
            try found.add(rows)
        }
        return found
    }

    private mutating func add(_ rows: PostgresRows) throws {
        for row in rows {
            let bytes = Bytes(try row.decode("hash", as: [UInt8].self))
            let node = MerkleNode(
                level: try row.decode("level"), index: UInt64(try row.decode("index", as: Int64.self)))
            hashes[node] = SHA256.Digest(bytes)
        }
    }

    /// Notes what is asked for.
    private final class Plan: MerkleNodes {
        private(set) var nodes: [MerkleNode] = []

        func hash(of node: MerkleNode) -> SHA256.Digest {
            nodes.append(node)
            return MerkleHash.empty
        }
    }
}
