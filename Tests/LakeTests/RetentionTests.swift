import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

@Suite struct RetentionTests {
    private func with(_ policy: RetentionPolicy, _ body: (TestLake, People, String) async throws -> Void) async throws {
        func change(_ configuration: inout LakeConfiguration) { configuration.archive.retention = policy }
        try await TestLake.with(change: change) { test in
            let people = try await test.people()
            _ = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
            let row = try #require(try await test.database?.single("SELECT uid FROM study"))
            try await body(test, people, try row.decode("uid"))
        }
    }

    @Test func withoutAPolicyNothingStands() async throws {
        try await with(RetentionPolicy()) { test, people, study in
            let status = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(status.mayErase && status.rules == [] && status.until == nil && status.reason == nil)
        }
    }

    @Test func theLongestWins() async throws {
        try await with(RetentionPolicy(jurisdictions: ["US", "DE", "US-CA"])) { test, people, study in
            try await test.database?.execute(
                "UPDATE study SET created_at = '2020-03-01', age_days = 20000, modalities = '{CT}'", [])
            let status = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(status.rules.map(\.id) == ["de-examination", "us-ca", "us-hospital"])
            #expect(status.until?.hasPrefix("2030-03-0") == true)
            #expect(!status.mayErase)
            #expect(status.reason?.contains("StrlSchG") == true && status.reason?.contains("2030-03-0") == true)
            // A child: to 28 years of age.
            try await test.database?.execute("UPDATE study SET age_days = 3653", [])
            let child = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(child.until?.hasPrefix("2038-0") == true)
            // Of unknown age: it may be a newborn.
            try await test.database?.execute("UPDATE study SET age_days = NULL", [])
            let unknown = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(unknown.until?.hasPrefix("2048-0") == true)
            // All terms over.
            try await test.database?.execute("UPDATE study SET created_at = '1950-03-01', age_days = 20000", [])
            #expect(try await test.lake.retention.status(study, principal: people.custodian).mayErase)
        }
    }

    @Test func ownRulesAndForEver() async throws {
        let own = RetentionRule("us-hospital", "US", years: 50, citation: "our own")
        try await with(RetentionPolicy(jurisdictions: ["US"], rules: [own])) { test, people, study in
            let status = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(status.rules.map(\.citation) == ["our own"])
        }
        try await with(RetentionPolicy(jurisdictions: ["TW", "TW-TRIAL"])) { test, people, study in
            let status = try await test.lake.retention.status(study, principal: people.custodian)
            #expect(status.isPermanent && status.until == nil && !status.mayErase)
            #expect(status.rules.map(\.id) == ["tw-trial", "tw"])
        }
    }

    @Test(arguments: LegalHold.Scope.allCases) func aHoldStandsUntilItIsEnded(_ scope: LegalHold.Scope) async throws {
        try await with(RetentionPolicy()) { test, people, study in
            let retention = test.lake.retention
            let held = try await retention.setHold(
                study, scope: scope, reason: "court order 12", principal: people.custodian)
            #expect(held.holds.map(\.reason) == ["court order 12"])
            #expect(held.holds.map(\.by) == ["cuno"])
            #expect(!held.mayErase && held.reason?.contains("court order 12") == true)
            let other = try await retention.setHold(
                study, scope: scope, reason: "order 13", principal: people.custodian)
            #expect(other.holds.count == 1)
            let ended = try await retention.setHold(study, scope: scope, reason: nil, principal: people.custodian)
            #expect(ended.mayErase && ended.holds == [])
            #expect(try await test.count("SELECT count(*) FROM legal_hold") == 2)
            #expect(
                await test.refusal { _ = try await retention.setHold(study, reason: " ", principal: people.custodian) }
                    == .invalid)
            for principal in [people.technologist, people.stranger, people.auditor] {
                #expect(await test.refusal { _ = try await retention.status(study, principal: principal) } == .notFound)
                #expect(
                    await test.refusal { _ = try await retention.setHold(study, reason: "x", principal: principal) }
                        == .notFound)
            }
        }
    }
}
