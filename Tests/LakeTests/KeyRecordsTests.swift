import Foundation
import KeyManagement
import Lake
import Testing
import Vault

/// What commands did with the key file, in the ledger.
@Suite struct KeyRecordsTests {
    private func recorded(_ lake: Lake, _ principal: Principal) async throws -> [RecordedAccess] {
        try await lake.accessLog.search(AccessFilter(), principal: principal).accesses
            .filter { $0.kind.hasPrefix("keys.") }.reversed()
    }

    @Test func `A start takes what was done while no server ran, once`() async throws {
        let test = try await TestLake()
        await test.lake.close()
        let file = KeyFile(test.configuration.masterKeyFile)
        let journal = KeyJournal(of: file.path)
        let master = try file.load().master
        try file.backUp(master, journal: journal) {}
        try file.move(under: nil, journal: journal)
        let lines = try Data(contentsOf: URL(fileURLWithPath: journal.path))
        for turn in 0..<3 {
            let lake = try await Lake.open(test.configuration)
            let found = try await recorded(lake, try await lake.accounts.operatorPrincipal())
            #expect(found.map(\.kind) == ["keys.backup", "keys.unwrap"], "turn \(turn)")
            #expect(found.allSatisfy { $0.account == "operator" && $0.detail.contains("key \(master.id)") })
            #expect(!journal.isThere)
            try await lake.ledger.sequence()
            #expect(try await recorded(lake, try await lake.accounts.operatorPrincipal()).allSatisfy { $0.leaf != nil })
            await lake.close()
            // Committed, and killed before the journal was deleted.
            if turn == 0 { try lines.write(to: URL(fileURLWithPath: journal.path + ".taken")) }
            if turn == 1 { try lines.write(to: URL(fileURLWithPath: journal.path)) }
        }
        await test.remove()
    }

    @Test func `A server takes what is done beside it`() async throws {
        let test = try await TestLake { $0.doesRecurringWork = true }
        let file = KeyFile(test.configuration.masterKeyFile)
        try file.backUp(try file.load().master, journal: KeyJournal(of: file.path)) {}
        let people = try await test.people()
        let end = ContinuousClock.now + .seconds(30)
        while try await recorded(test.lake, people.operator).isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await recorded(test.lake, people.operator).map(\.kind) == ["keys.backup"])
        await test.remove()
    }

    @Test func `A journal that nobody can read keeps no lake shut`() async throws {
        let test = try await TestLake()
        await test.lake.close()
        let journal = URL(fileURLWithPath: test.configuration.masterKeyFile + ".journal")
        for content in [Data(repeating: 0x7B, count: 300_000), Data("nonsense\n".utf8)] {
            try content.write(to: journal)
            let lake = try await Lake.open(test.configuration)
            #expect(try await recorded(lake, try await lake.accounts.operatorPrincipal()).isEmpty)
            await lake.close()
            try? FileManager.default.removeItem(at: journal.appendingPathExtension("taken"))
        }
        await test.remove()
    }

    @Test func `What was done with a key that was is said to be so`() async throws {
        let test = try await TestLake()
        let people = try await test.people()
        let outcome = try await test.lake.keyRotation.rotate(principal: people.operator)
        await test.lake.close()
        let former = KeyFile(outcome.kept)
        try former.backUp(try former.load().master, journal: KeyJournal(of: former.path)) {}
        let lake = try await Lake.open(test.configuration)
        let found = try await recorded(lake, try await lake.accounts.operatorPrincipal())
        #expect(found.map(\.kind) == ["keys.rotate", "keys.backup"])
        #expect(found.last?.detail.hasPrefix("a former key; ") == true)
        #expect(found.last?.detail.contains(outcome.from) == true)
        await lake.close()
        await test.remove()
    }
}
