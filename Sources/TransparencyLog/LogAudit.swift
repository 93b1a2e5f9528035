public import ByteIO
public import Vault

/// Verifies an exported log with nothing but itself, keys, and checkpoints that were kept from earlier.
public struct LogAudit: Sendable {
    /// Entries that are in the file.
    public private(set) var size: UInt64 = 0
    /// The root over them.
    public private(set) var root = MerkleHash.empty
    /// What the file's checkpoint says, where it has one.
    public private(set) var checkpoint: Checkpoint?
    /// Those of the given keys that signed it.
    public private(set) var signatures: [SignedNote.Verified] = []
    /// The checkpoints that were expected and that the file goes on from.
    public private(set) var extended: [Checkpoint] = []
    /// Everything that is wrong.
    public private(set) var problems: [TransparencyLogError] = []

    /// Whether nothing is wrong.
    public var isSound: Bool { problems.isEmpty }
    /// Whether more than the file itself speaks for it: a key's signature, or an earlier checkpoint.
    public var isAuthenticated: Bool { isSound && (!signatures.isEmpty || extended.contains { $0.size > 0 }) }

    /// Reads the log in `source` once, from end to end.
    /// - Parameters:
    ///   - keys: Each of them must have signed the file's checkpoint.
    ///   - expected: Checkpoints from earlier; the log must begin with what each of them was made over.
    ///   - progress: Told now and then how many entries have been read.
    /// - Throws: `notALog`, `unreadable`, and `checkpointMalformed` for an expected one. All else is in `problems`.
    public init(
        _ source: any ByteSource, keys: [VerifierKey] = [], expected: [SignedNote] = [],
        progress: (UInt64) -> Void = { _ in }
    ) throws(TransparencyLogError) {
        var reader = try ExportedLog.Reader(source)
        var earlier: [Checkpoint] = []
        for note in expected { earlier.append(try Checkpoint(note)) }
        var roots: [UInt64: SHA256.Digest] = [0: MerkleHash.empty]
        let sizes = Set(earlier.map(\.size))
        var frontier = MerkleFrontier()
        do throws(TransparencyLogError) {
            while let leaf = try reader.next() {
                try frontier.append(leafHash: MerkleHash.leaf(leaf))
                if sizes.contains(frontier.size) { roots[frontier.size] = frontier.root }
                if frontier.size & 0xFFFF == 0 { progress(frontier.size) }
            }
            size = frontier.size
            root = frontier.root
            try check(try reader.checkpoint(), keys)
        } catch {
            guard error.code != .unreadable else { throw error }
            (size, root) = (frontier.size, frontier.root)
            problems.append(error)
        }
        for (note, old) in zip(expected, earlier) { check(note, old, roots[old.size], keys) }
    }

    /// The file's own checkpoint against its entries and the keys.
    private mutating func check(_ note: SignedNote, _ keys: [VerifierKey]) throws(TransparencyLogError) {
        let checkpoint = try Checkpoint(note)
        self.checkpoint = checkpoint
        if checkpoint.size > size { problems.append(TransparencyLogError(.truncated, entry: size)) }
        if checkpoint.size < size { problems.append(TransparencyLogError(.forged, entry: checkpoint.size)) }
        if checkpoint.size == size, checkpoint.root != root { problems.append(TransparencyLogError(.forged)) }
        for key in keys {
            do throws(TransparencyLogError) {
                let found = try note.verified(by: [key])
                if found.isEmpty { problems.append(TransparencyLogError(.notSigned, name: key.name)) }
                signatures += found
            } catch {
                problems.append(error)
            }
        }
    }

    /// An earlier checkpoint against the entries it was made over.
    private mutating func check(
        _ note: SignedNote, _ old: Checkpoint, _ rootThen: SHA256.Digest?, _ keys: [VerifierKey]
    ) {
        do throws(TransparencyLogError) { _ = try note.verified(by: keys) } catch { problems.append(error) }
        if let checkpoint, checkpoint.origin != old.origin {
            problems.append(TransparencyLogError(.otherLog, name: old.origin))
        }
        guard let rootThen else { return problems.append(TransparencyLogError(.truncated, entry: size)) }
        guard rootThen == old.root else { return problems.append(TransparencyLogError(.forged, entry: old.size)) }
        extended.append(old)
    }
}
