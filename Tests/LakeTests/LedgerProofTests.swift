import ByteIO
import Foundation
import Lake
import Postgres
import Testing
import TransparencyLog
import Vault

@Suite struct LedgerProofTests {
    private func events(_ count: Int, _ database: PostgresPool) async throws {
        try await database.execute(
            """
            INSERT INTO access_event (account_id, credential, kind, study_uid, detail)
            SELECT a.id, 'operator', 'export', '2.25.' || n, 'some words' FROM account a, generate_series(1, $1) AS n
            WHERE a.is_operator
            """, [count])
    }

    private static func digest(_ text: String) throws -> SHA256.Digest {
        try #require(SHA256.Digest(Bytes(Base64.decode(text.utf8) ?? [])))
    }

    @Test func everyEntryIsProvedAtEverySizeAndEverySizeGrowsIntoEveryOther() async throws {
        try await TestLake.with { test in
            try await events(21, try #require(test.database))
            let ledger = test.lake.ledger
            try await ledger.sequence()
            for size in Int64(1)...21 {
                for index in [0, size / 2, size - 1] {
                    let proof = try await ledger.inclusion(of: index, size: size)
                    try MerkleProof.verifyInclusion(
                        of: try Self.digest(proof.leafHash), at: UInt64(index), size: UInt64(size),
                        root: try Self.digest(proof.root), proof: try proof.hashes.map { try Self.digest($0) })
                }
                let grown = try await ledger.consistency(from: size / 2, to: size)
                try MerkleProof.verifyConsistency(
                    from: UInt64(grown.from), oldRoot: try Self.digest(grown.fromRoot), to: UInt64(grown.to),
                    root: try Self.digest(grown.toRoot), proof: try grown.hashes.map { try Self.digest($0) })
            }
        }
    }

    @Test func proofsOverManyBatchesLeadToTheSignedCheckpoint() async throws {
        try await TestLake.with { test in
            let database = try #require(test.database)
            try await events(700, database)
            try await test.lake.ledger.sequence()
            let early = try await test.lake.ledger.checkpoint()
            try await events(4500, database)
            let log = try await test.exported()
            let audit = try await test.audit(log, expected: [early])
            #expect(audit.isSound && audit.size == 5201 && audit.extended.count == 1)
            let key = try VerifierKey(text: try await test.lake.ledger.verifierKey())
            let lines = log.array.split(separator: 0x0A, omittingEmptySubsequences: false)
            for index in [Int64(0), 1, 255, 256, 699, 700, 4095, 4096, 5200] {
                let text = try #require(try await test.lake.ledger.inclusion(of: index).proof)
                let proof = try EntryProof(Bytes(utf8: text))
                let head = try proof.verify(Bytes(Array(lines[Int(index) + 1])), keys: [key])
                #expect(head.size == 5201 && head.root == audit.root)
            }
            let grown = try await test.lake.ledger.consistency(from: 700)
            #expect(try Self.digest(grown.toRoot) == audit.root)
        }
    }

    @Test func whatIsBeyondTheLogIsRefused() async throws {
        try await TestLake.with { test in
            try await events(3, try #require(test.database))
            let ledger = test.lake.ledger
            #expect(await test.refusal { _ = try await ledger.inclusion(of: 3) } == .invalid)
            #expect(await test.refusal { _ = try await ledger.inclusion(of: -1) } == .invalid)
            #expect(await test.refusal { _ = try await ledger.inclusion(of: 0, size: 4) } == .invalid)
            #expect(await test.refusal { _ = try await ledger.consistency(from: 3, to: 2) } == .invalid)
            #expect(await test.refusal { _ = try await ledger.consistency(from: 1, to: Int64.max) } == .invalid)
        }
    }

    @Test func aRowThatIsChangedUnderTheTriggerIsFound() async throws {
        try await TestLake.with { test in
            let database = try #require(test.database)
            try await events(40, database)
            let early = try await test.lake.ledger.checkpoint()
            for sql in [
                "UPDATE ledger_leaf SET hash = hash", "DELETE FROM ledger_leaf", "DELETE FROM ledger_checkpoint",
            ] {
                await #expect(throws: PostgresError.self) { try await database.execute(sql) }
            }
            try await database.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_append_only")
            try await database.execute(
                "UPDATE ledger_leaf SET body = replace(convert_from(body, 'UTF8'), 'operator', 'somebody')::bytea WHERE index = 7"
            )
            let audit = try await test.audit(try await test.exported(), expected: [early])
            #expect(!audit.isSound && audit.problems.map(\.code) == [.forged, .forged])
        }
    }

    @Test func nothingIsBuiltUponATreeThatIsNotTheSignedOne() async throws {
        let test = try await TestLake()
        let database = try #require(test.database)
        try await events(5, database)
        try await test.lake.ledger.sequence()
        await test.lake.close()
        try await database.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_append_only")
        try await database.execute("UPDATE ledger_leaf SET hash = sha256(hash) WHERE index = 4")
        let again = try await Lake.open(test.configuration)
        try await events(1, database)
        #expect(await test.refusal { try await again.ledger.sequence() } == .unavailable)
        #expect(try await test.count("SELECT count(*) FROM ledger_pending") == 1)
        await again.close()
        await test.remove()
    }

    @Test func fiveThousandLeavesASecond() async throws {
        try await TestLake.with { test in
            try await events(30_000, try #require(test.database))
            let start = ContinuousClock.now
            try await test.lake.ledger.sequence()
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print("ledger: \(Int(30_000 / seconds)) leaves a second")
            #expect(try await test.count("SELECT count(*) FROM ledger_leaf") == 30_000)
        }
    }
}
