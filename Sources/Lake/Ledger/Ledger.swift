internal import ByteIO
internal import Logging
internal import Postgres
internal import TransparencyLog
internal import Vault

/// The log that proves who saw what: every access event as a leaf of one tree that only grows, under signed
/// checkpoints. Format: Docs/Formats/ledger.md.
public struct Ledger: Sendable {
    private let context: LakeContext
    private let accessLog: AccessLog
    private let sequencer: LedgerSequencer

    init(_ context: LakeContext, accessLog: AccessLog) {
        self.context = context
        self.accessLog = accessLog
        sequencer = LedgerSequencer(context)
    }

    var recurring: [Recurring] {
        [Recurring(name: "ledger", interval: .seconds(1)) { try await sequencer.run(waits: false) }]
    }

    /// Takes everything that waits into the log. Servers do it every second; who reads the log does it before.
    public func sequence() async throws(LakeError) {
        try await LakeError.rethrowing { try await sequencer.run(waits: true) }
    }

    /// The key that checkpoints verify by: `NAME+ID+BASE64`. To be kept outside the hospital.
    public func verifierKey() async throws(LakeError) -> String {
        await catchUp()
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                try await LedgerKeys.load(context.master, connection).signer.verifier.description
            }
        }
    }

    /// The newest checkpoint, a signed note.
    public func checkpoint() async throws(LakeError) -> String {
        await catchUp()
        return try await LakeError.rethrowing { try await newest().note }
    }

    /// That an entry is in the log.
    public struct Inclusion: Codable, Hashable, Sendable {
        public let index: Int64
        public let size: Int64
        /// Base64, as all hashes here.
        public let leafHash: String
        public let root: String
        /// The hashes beside the entry's way to the root, from below.
        public let hashes: [String]
        /// The same with a signed checkpoint (c2sp.org/tlog-proof); absent for a size that no checkpoint was made at.
        public let proof: String?
    }

    /// Proves that the entry at `index` is among the first `size`; of the newest checkpoint where none is given.
    /// - Throws: `.invalid` for a size or an index beyond the log.
    public func inclusion(of index: Int64, size: Int64? = nil) async throws(LakeError) -> Inclusion {
        await catchUp()
        return try await LakeError.rethrowing {
            let size = try await self.size(size)
            guard index >= 0, index < size else { throw LakeError(.invalid, "the log has no such entry at this size") }
            let make = { (nodes: any MerkleNodes) throws in
                (
                    try MerkleProof.inclusion(of: UInt64(index), size: UInt64(size), from: nodes),
                    try nodes.hash(of: MerkleNode(level: 0, index: UInt64(index))),
                    try MerkleProof.root(size: UInt64(size), from: nodes)
                )
            }
            let nodes = try await LedgerNodes.fetch(
                try LedgerNodes.wanted { _ = try make($0) }, context.database)
            let (hashes, leaf, root) = try make(nodes)
            let signed = try await context.database.first(
                "SELECT note FROM ledger_checkpoint WHERE size = $1", [size])
            let proof = try signed.map { row in
                EntryProof(
                    index: UInt64(index), hashes: hashes,
                    checkpoint: try SignedNote(Bytes(utf8: try row.decode("note", as: String.self))))
            }
            return Inclusion(
                index: index, size: size, leafHash: Base64.encode(leaf.bytes), root: Base64.encode(root.bytes),
                hashes: hashes.map { Base64.encode($0.bytes) },
                proof: proof.map { String(decoding: $0.bytes.array, as: UTF8.self) })
        }
    }

    /// That the log at one size is the beginning of the log at another.
    public struct Consistency: Codable, Hashable, Sendable {
        public let from: Int64
        public let to: Int64
        public let fromRoot: String
        public let toRoot: String
        public let hashes: [String]
    }

    /// Proves that the first `size` entries begin with the first `old`.
    /// - Throws: `.invalid` for a size beyond the log.
    public func consistency(from old: Int64, to size: Int64? = nil) async throws(LakeError) -> Consistency {
        await catchUp()
        return try await LakeError.rethrowing {
            let size = try await self.size(size)
            guard old >= 0, old <= size else { throw LakeError(.invalid, "the log was never of this size") }
            let make = { (nodes: any MerkleNodes) throws in
                (
                    try MerkleProof.consistency(from: UInt64(old), to: UInt64(size), from: nodes),
                    try MerkleProof.root(size: UInt64(old), from: nodes),
                    try MerkleProof.root(size: UInt64(size), from: nodes)
                )
            }
            let nodes = try await LedgerNodes.fetch(
                try LedgerNodes.wanted { _ = try make($0) }, context.database)
            let (hashes, oldRoot, root) = try make(nodes)
            return Consistency(
                from: old, to: size, fromRoot: Base64.encode(oldRoot.bytes), toRoot: Base64.encode(root.bytes),
                hashes: hashes.map { Base64.encode($0.bytes) })
        }
    }

    /// The whole log, to be written out as `tarn audit verify` reads it. That it was had is an entry of its own, and the
    /// last one in it.
    /// - Throws: `.notFound` for who may not operate the site.
    public func export(principal: Principal) async throws(LakeError) -> LedgerExport {
        guard Gate.permits(principal, .operate) else { throw LakeError(.notFound, "there is no such thing") }
        try await accessLog.record(.ledgerExport, principal: principal)
        await catchUp()
        return try await LakeError.rethrowing {
            let (size, note) = try await newest()
            return LedgerExport(database: context.database, size: size, note: note)
        }
    }

    // MARK: Reading

    /// A log that does not fit its checkpoint must still be had: how else would it be verified?
    private func catchUp() async {
        do { try await sequence() } catch {
            context.log.error("the ledger does not grow", metadata: ["reason": "\(error.reason)"])
        }
    }

    private func newest() async throws -> (size: Int64, note: String) {
        let row = try await context.database.single(
            "SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
        return (try row.decode("size"), try row.decode("note"))
    }

    private func size(_ asked: Int64?) async throws -> Int64 {
        let newest = try await newest().size
        guard let asked else { return newest }
        guard (0...newest).contains(asked) else { throw LakeError(.invalid, "the log has not grown to this size") }
        return asked
    }
}
