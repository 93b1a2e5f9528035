import ByteIO
import Testing
import TransparencyLog
import Vault

/// A log that is exported to memory.
struct SampleLog {
    let key: SignerKey
    var leaves: [Bytes] = []

    init(_ count: Int, seed: UInt8 = 1) throws {
        let bytes = Bytes([UInt8](repeating: seed, count: 32))
        key = try SignerKey(name: "log.example/\(seed)", type: .note, seed: SymmetricKey(bytes))
        leaves = (0..<count).map { Bytes(utf8: "{\"v\":1,\"n\":\($0),\"type\":\"access\"}") }
    }

    func checkpoint(_ size: Int? = nil) throws -> SignedNote {
        var tree = MerkleTree()
        for leaf in leaves.prefix(size ?? leaves.count) { try tree.append(leaf) }
        return try Checkpoint(origin: key.verifier.name, size: tree.size, root: tree.root).signed(with: key)
    }

    func exported(_ checkpoint: SignedNote? = nil) throws -> Bytes {
        var bytes = ExportedLog.header.array
        for leaf in leaves { bytes += try ExportedLog.line(leaf).array }
        return Bytes(bytes + ExportedLog.end(try checkpoint ?? self.checkpoint()).array)
    }
}

@Suite struct ExportedLogTests {
    typealias Code = TransparencyLogError.Code

    static func problems(
        _ bytes: Bytes, keys: [VerifierKey] = [], expected: [SignedNote] = []
    ) throws -> [Code] {
        try LogAudit(bytes, keys: keys, expected: expected).problems.map(\.code)
    }

    @Test(arguments: [0, 1, 2, 3, 100, 5000]) func aLogVerifies(_ count: Int) throws {
        let log = try SampleLog(count)
        let audit = try LogAudit(log.exported(), keys: [log.key.verifier], expected: [log.checkpoint(count / 2)])
        #expect(audit.isSound && audit.isAuthenticated)
        #expect(audit.size == UInt64(count) && audit.checkpoint?.size == UInt64(count))
        #expect(audit.signatures.map(\.key) == [log.key.verifier] && audit.extended.count == 1)
    }

    @Test func aLogThatNobodySpeaksForIsNotAuthenticated() throws {
        let log = try SampleLog(10)
        let audit = try LogAudit(log.exported())
        #expect(audit.isSound && !audit.isAuthenticated)
        #expect(try !LogAudit(log.exported(), expected: [log.checkpoint(0)]).isAuthenticated)
        #expect(try LogAudit(log.exported(), expected: [log.checkpoint(1)]).isAuthenticated)
    }

    @Test func leavesComeOutAsTheyWere() throws {
        var log = try SampleLog(3)
        // Longer than the piece that is read at once, and as long as may be.
        log.leaves.append(Bytes([UInt8](repeating: 0x41, count: 200_000)))
        log.leaves.append(Bytes([UInt8](repeating: 0x42, count: ExportedLog.maximumLeaf)))
        log.leaves.append(Bytes([0xFF, 0x00, 0x0D]))
        for source: any ByteSource in [try log.exported(), CopyingLog(bytes: try log.exported())] {
            var reader = try ExportedLog.Reader(source)
            for leaf in log.leaves { #expect(try reader.next() == leaf) }
            #expect(try reader.next() == nil)
            #expect(try reader.checkpoint() == log.checkpoint())
            #expect(reader.leafCount == 6)
        }
    }

    struct CopyingLog: ByteSource {
        let bytes: Bytes
        var count: Int { bytes.count }
        func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes { Bytes(try bytes.read(range).array) }
    }

    @Test func everyPrefixIsFoundOut() throws {
        let log = try SampleLog(4)
        let whole = try log.exported()
        for count in 0..<whole.count {
            let cut = whole[clamping: 0..<count]
            if count < ExportedLog.header.count {
                #expect(throws: TransparencyLogError(.notALog)) { try LogAudit(cut) }
            } else {
                #expect(try !Self.problems(cut).isEmpty, "\(count)")
            }
        }
    }

    @Test func everyChangedByteIsFoundOut() throws {
        let log = try SampleLog(4)
        let whole = try log.exported().array
        for index in ExportedLog.header.count..<whole.count {
            var changed = whole
            changed[index] ^= 1
            #expect(try !Self.problems(Bytes(changed), keys: [log.key.verifier]).isEmpty, "\(index)")
        }
    }

    @Test func aForgedLogThatIsSignedAgainDoesNotExtendWhatWasSeen() throws {
        let log = try SampleLog(20)
        let seen = try log.checkpoint(15)
        var forged = log
        forged.leaves[7] = Bytes(utf8: "{\"v\":1,\"n\":7,\"type\":\"nothing\"}")
        let keys = [log.key.verifier]
        #expect(try Self.problems(forged.exported(), keys: keys).isEmpty)
        #expect(try Self.problems(forged.exported(), keys: keys, expected: [seen]) == [.forged])
        var reordered = log
        reordered.leaves.swapAt(3, 4)
        #expect(try Self.problems(reordered.exported(), keys: keys, expected: [seen]) == [.forged])
        var dropped = log
        dropped.leaves.remove(at: 3)
        #expect(try Self.problems(dropped.exported(), keys: keys, expected: [seen]) == [.forged])
        var cut = log
        cut.leaves.removeLast(6)
        #expect(try Self.problems(cut.exported(), keys: keys, expected: [seen]) == [.truncated])
        // What was changed after the checkpoint that was seen stays unknown to it.
        var later = log
        later.leaves[17] = Bytes(utf8: "later")
        #expect(try Self.problems(later.exported(), keys: keys, expected: [seen]).isEmpty)
        let all = try log.checkpoint(20)
        #expect(try Self.problems(later.exported(), keys: keys, expected: [seen, all]) == [.forged])
    }

    @Test func aCheckpointOfOtherLeavesOrAnotherLogIsFoundOut() throws {
        let log = try SampleLog(20)
        let other = try SampleLog(20, seed: 2)
        #expect(try Self.problems(log.exported(log.checkpoint(19))) == [.forged])
        var shorter = log
        shorter.leaves.removeLast()
        #expect(try Self.problems(shorter.exported(log.checkpoint())) == [.truncated])
        #expect(try Self.problems(log.exported(), expected: [other.checkpoint()]) == [.otherLog])
        #expect(try Self.problems(log.exported(), keys: [other.key.verifier]) == [.notSigned])
        let bytes = try log.exported().array
        let broken = Bytes(bytes.dropLast(4) + Array("AA=\n".utf8))
        #expect(try Self.problems(broken, keys: [log.key.verifier]) != [])
    }

    @Test func cosignersSpeakForALog() throws {
        let log = try SampleLog(20)
        let witness = try SignerKey(name: "hospital.example/w", type: .cosignature, seed: SymmetricKey())
        var note = try log.checkpoint()
        try note.sign(with: witness, time: 1_790_000_000)
        let audit = try LogAudit(log.exported(note), keys: [log.key.verifier, witness.verifier])
        #expect(audit.isAuthenticated && audit.signatures.map(\.time) == [nil, 1_790_000_000])
        #expect(try Self.problems(log.exported(), keys: [witness.verifier]) == [.notSigned])
    }

    @Test func linesThatAreNoLeavesAreRefused() throws {
        for leaf in [Bytes(), Bytes(utf8: "a\nb"), Bytes([UInt8](repeating: 1, count: ExportedLog.maximumLeaf + 1))] {
            #expect(throws: TransparencyLogError(.leafMalformed)) { try ExportedLog.line(leaf) }
        }
        let long = ExportedLog.header.array + [UInt8](repeating: 0x41, count: 3 << 20)
        #expect(try Self.problems(Bytes(long)) == [.leafMalformed])
        #expect(try Self.problems(Bytes(long + [0x0A, 0x0A])) == [.leafMalformed])
        for bytes in [Bytes(), Bytes(utf8: "{}\n"), Bytes([UInt8](repeating: 0, count: 100))] {
            #expect(throws: TransparencyLogError(.notALog)) { try LogAudit(bytes) }
        }
    }

    @Test func oneEntryIsProvedToWhoeverHasTheKey() throws {
        let log = try SampleLog(20)
        var tree = MerkleTree()
        for leaf in log.leaves { try tree.append(leaf) }
        for index in 0..<20 {
            let proof = EntryProof(
                index: UInt64(index), hashes: try MerkleProof.inclusion(of: UInt64(index), size: 20, from: tree),
                checkpoint: try log.checkpoint())
            let read = try EntryProof(proof.bytes)
            #expect(read == proof)
            #expect(try read.verify(log.leaves[index], keys: [log.key.verifier]).size == 20)
            #expect(throws: TransparencyLogError(.proofWrong)) {
                try read.verify(log.leaves[(index + 1) % 20], keys: [log.key.verifier])
            }
            let stranger = try SampleLog(1, seed: 3).key.verifier
            #expect(throws: TransparencyLogError(.notSigned, name: stranger.name)) {
                try read.verify(log.leaves[index], keys: [stranger])
            }
            for count in 0..<proof.bytes.count {
                #expect(throws: TransparencyLogError.self) { try EntryProof(proof.bytes[clamping: 0..<count]) }
            }
        }
        let extra = Bytes(utf8: "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n\(SignedNoteTests.example)")
        #expect(try EntryProof(extra).hashes.isEmpty)
    }
}
