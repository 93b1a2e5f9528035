import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing
import TransparencyLog
import Vault

@Suite struct LedgerTests {
    private func withLake(
        _ body: (_ test: TestLake, _ people: People, _ database: PostgresPool, _ project: Int64) async throws -> Void
    ) async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let database = try #require(test.database)
            let project = try await database.single("SELECT id FROM project").decode("id", as: Int64.self)
            try await body(test, people, database, project)
        }
    }

    @Test func everyEventIsALeafOnceAndInOrder() async throws {
        try await withLake { test, people, database, project in
            for study in 1...5 {
                try await test.lake.accessLog.record(
                    .export, project: project, study: "2.25.\(study)", principal: people.operator)
            }
            try await test.lake.ledger.sequence()
            try await test.lake.ledger.sequence()
            let log = try await test.exported()
            let kinds = try await database.query("SELECT kind FROM access_event ORDER BY id")
                .map { try $0.decode("kind", as: String.self) }
            #expect(kinds.last == "ledger.export")
            #expect(try log.leaves().map { $0["type"] as? String } == kinds)
            let audit = try await test.audit(log)
            #expect(audit.isSound && audit.isAuthenticated && audit.size == UInt64(kinds.count))
            #expect(try await test.count("SELECT count(*) FROM ledger_pending") == 0)
        }
    }

    @Test func whatIsLookedAtManyTimesIsOneLeaf() async throws {
        try await withLake { test, people, _, project in
            for _ in 0..<100 {
                try await test.lake.accessLog.record(
                    .view, project: project, study: "2.25.1", principal: people.custodian)
            }
            let leaves = try await test.exported().leaves()
            #expect(leaves.filter { $0["type"] as? String == "view" }.count == 1)
        }
    }

    @Test func aLeafNamesNobodyOutsideAndNoReason() async throws {
        try await withLake { test, people, database, project in
            let verdict = try await test.bring([SyntheticImage()])[0]
            let study = try #require(verdict.study)
            for purpose in ["secret reason", "secret reason", "another"] {
                try await database.execute(
                    """
                    INSERT INTO access_event (account_id, credential, kind, project_id, study_uid, purpose)
                    SELECT id, 'operator', 'identity.read', $1, $2, $3 FROM account WHERE name = 'cuno'
                    """, [project, study, purpose])
            }
            try await test.lake.accessLog.record(
                .identityRead, project: project, study: study, purpose: "secret reason", principal: people.custodian)
            let log = try await test.exported()
            let text = String(decoding: log.array, as: UTF8.self)
            let code = try await database.single("SELECT code FROM subject").decode("code", as: String.self)
            for word in [study, code, "secret reason", "PLANTED", verdict.instance ?? ""] {
                #expect(!text.contains(word), "\(word)")
            }
            let about = try log.leaves().enumerated().filter { $0.element["subject"] is String }
            #expect(about.count == 5)
            #expect(Set(about.compactMap { $0.element["subject"] as? String }).count == 1)
            #expect(Set(about.compactMap { $0.element["study"] as? String }).count == 1)
            // Each names the one before: the subject's record in the order of time.
            #expect(about.map { $0.element["previous"] as? Int } == [nil] + about.dropLast().map(\.offset))
            let reasons = about.compactMap { $0.element["purpose"] as? String }
            #expect(reasons.count == 4 && Set(reasons).count == 4)
        }
    }

    @Test func manySequencersAtOnceMakeOneLog() async throws {
        try await withLake { test, people, _, project in
            try await withThrowingTaskGroup { group in
                for worker in 0..<8 {
                    group.addTask {
                        for number in 0..<10 {
                            try await test.lake.accessLog.record(
                                .export, project: project, study: "2.25.\(worker).\(number)",
                                principal: people.operator)
                            try await test.lake.ledger.sequence()
                        }
                    }
                }
                try await group.waitForAll()
            }
            let log = try await test.exported()
            #expect(try await test.audit(log).isSound)
            let events = try await test.count("SELECT count(*) FROM access_event")
            #expect(try log.leaves().count == events)
            #expect(try await test.count("SELECT count(DISTINCT event_id) FROM ledger_leaf") == events)
            #expect(try await test.count("SELECT max(index) + 1 FROM ledger_leaf") == events)
        }
    }

    @Test func itGoesOnAfterARestart() async throws {
        let test = try await TestLake()
        let people = try await test.people()
        let early = try await test.lake.ledger.checkpoint()
        let key = try await test.lake.ledger.verifierKey()
        await test.lake.close()
        let again = try await Lake.open(test.configuration)
        try await again.accessLog.record(.export, principal: people.operator)
        #expect(try await again.ledger.verifierKey() == key)
        let log = try await collect { write in
            try await again.ledger.export(principal: people.operator).write(to: write)
        }
        let audit = try LogAudit(
            log, keys: [try VerifierKey(text: key)], expected: [try SignedNote(Bytes(utf8: early))])
        #expect(audit.isSound && audit.extended.count == 1)
        await again.close()
        await test.remove()
    }

    @Test func aBatchThatIsCutOffLeavesNothingAndIsDoneAgain() async throws {
        try await withLake { test, people, database, project in
            try await test.lake.ledger.sequence()
            let before = try await test.count("SELECT count(*) FROM ledger_leaf")
            // The last thing that a batch does fails, as at a power cut.
            try await database.execute(
                "CREATE TRIGGER cut BEFORE INSERT ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            try await test.lake.accessLog.record(.export, project: project, principal: people.operator)
            #expect(await test.refusal { try await test.lake.ledger.sequence() } == .unavailable)
            #expect(try await test.count("SELECT count(*) FROM ledger_leaf") == before)
            #expect(try await test.count("SELECT count(*) FROM ledger_pending") == 1)
            try await database.execute("DROP TRIGGER cut ON ledger_checkpoint")
            try await test.lake.ledger.sequence()
            #expect(try await test.count("SELECT count(*) FROM ledger_leaf") == before + 1)
            #expect(try await test.audit(try await test.exported()).isSound)
        }
    }

    @Test func anEventThatIsTakenBackIsNoLeaf() async throws {
        try await withLake { test, _, database, _ in
            try await test.lake.ledger.sequence()
            struct Undone: Error {}
            await #expect(throws: Undone.self) {
                try await database.transaction { connection in
                    try await connection.execute(
                        "INSERT INTO access_event (account_id, credential, kind) SELECT id, 'x', 'export' FROM account LIMIT 1"
                    )
                    throw Undone()
                }
            }
            #expect(try await test.count("SELECT count(*) FROM ledger_pending") == 0)
        }
    }

    @Test func theLogOutlivesTheKeyOfAnErasedSubject() async throws {
        try await withLake { test, people, database, project in
            let study = try #require(try await test.bring([SyntheticImage()])[0].study)
            let early = try await test.lake.ledger.checkpoint()
            try await database.execute("DELETE FROM ledger_subject_key")
            try await test.lake.accessLog.record(.erase, project: project, principal: people.operator)
            _ = study
            let audit = try await test.audit(try await test.exported(), expected: [early])
            #expect(audit.isSound && audit.extended.count == 1)
        }
    }

    @Test func onlyWhoOperatesTheSiteHasTheWholeLog() async throws {
        try await withLake { test, people, _, _ in
            for principal in [people.technologist, people.custodian, people.auditor, people.stranger] {
                #expect(await test.refusal { _ = try await test.lake.ledger.export(principal: principal) } == .notFound)
            }
            let export = try await test.lake.ledger.export(principal: people.operator)
            #expect(export.size > 0)
        }
    }
}

extension TestLake {
    /// The log as its operator downloads it.
    func exported() async throws -> Bytes {
        let principal = try await lake.accounts.operatorPrincipal()
        return try await collect { write in try await lake.ledger.export(principal: principal).write(to: write) }
    }

    /// What `tarn audit verify --key` finds.
    func audit(_ log: Bytes, expected: [String] = []) async throws -> LogAudit {
        try LogAudit(
            log, keys: [try VerifierKey(text: try await lake.ledger.verifierKey())],
            expected: try expected.map { try SignedNote(Bytes(utf8: $0)) })
    }
}

extension Bytes {
    /// The leaves of an exported log.
    func leaves() throws -> [[String: Any]] {
        let lines = String(decoding: array, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.dropFirst().prefix { !$0.isEmpty }.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }
}
