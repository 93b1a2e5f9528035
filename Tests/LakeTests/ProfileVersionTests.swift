import ByteIO
import Deidentification
import Foundation
import Lake
import TestMaterial
import Testing

/// What de-identification takes out, in versions.
@Suite struct ProfileVersionTests {
    private func document(_ rules: String) -> Data {
        Data(#"{"format": "tarn-profile/1", "options": ["clean_descriptors"], "rules": [\#(rules)]}"#.utf8)
    }

    private let keepsDescription = #"{"attribute": "SeriesDescription", "action": "replace", "value": "OURS"}"#

    @Test func `what comes in is taken in under the newest profile, and says so`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            _ = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
            let set = try await test.lake.projects.setProfile(
                people.project, document: document(keepsDescription), note: "our words", after: 1,
                principal: people.custodian)
            #expect(set.profileVersion == 2 && set.profile.rules.count == 1)
            _ = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
            let counted = try await test.lake.projects.profileVersions(people.project, principal: people.custodian)
            #expect(counted.map(\.version) == [2, 1] && counted.map(\.instances) == [1, 1])
            #expect(counted[0].author == "cuno" && counted[0].note == "our words")
            #expect(try await test.count("SELECT count(*) FROM series WHERE description = 'OURS'") == 1)
            let first = try await test.lake.projects.profile(people.project, version: 1, principal: people.custodian)
            #expect(first == .projectDefault)
        }
    }

    @Test func `a profile with a problem, or made from an old one, changes nothing`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            func set(_ document: Data, after: Int, _ principal: Principal) async -> LakeError? {
                do {
                    _ = try await test.lake.projects.setProfile(
                        people.project, document: document, note: "", after: after, principal: principal)
                    return nil
                } catch { return error }
            }
            let bad = await set(
                document(#"{"attribute": "PatientName", "action": "keep"}"#), after: 1, people.custodian)
            #expect(bad?.code == .invalid && bad?.reason.contains("rules[0]") == true)
            for person in [people.technologist, people.auditor, people.stranger] {
                #expect(await set(document(keepsDescription), after: 1, person)?.code == .notFound)
            }
            #expect(await set(document(keepsDescription), after: 1, people.custodian) == nil)
            #expect(await set(document(""), after: 1, people.custodian)?.code == .stale)
            // The same again is no new version.
            #expect(await set(document(keepsDescription), after: 2, people.custodian) == nil)
            #expect(try await test.count("SELECT max(version)::bigint FROM project_profile") == 2)
        }
    }

    @Test func `a trial shows before and after and leaves nothing behind`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let image = SyntheticImage.series(1, study: SyntheticImage.uid())[0]
            let before = test.storedBytes()
            let trial = try await test.lake.projects.tryProfile(
                people.project, document: document(keepsDescription), file: image.bytes.array,
                principal: people.custodian)
            let row = try #require(trial.rows.first { $0.attribute == "SeriesDescription" })
            #expect(row.after == "OURS" && row.change == .changed && trial.problems.isEmpty)
            let name = try #require(trial.rows.first { $0.attribute == "PatientName" })
            #expect(name.change == .changed && name.before != name.after)
            let again = try await test.lake.projects.tryProfile(
                people.project, document: document(keepsDescription), file: image.bytes.array,
                principal: people.custodian)
            #expect(again.rows.first { $0.attribute == "PatientName" }?.after != name.after, "no oracle for names")
            let junk = await #expect(throws: LakeError.self) {
                try await test.lake.projects.tryProfile(
                    people.project, document: document(""), file: Array("no DICOM at all".utf8),
                    principal: people.custodian)
            }
            #expect(junk?.code == .invalid)
            let problems = try await test.lake.projects.tryProfile(
                people.project, document: Data("{".utf8), file: nil, principal: people.custodian)
            #expect(problems.problems.count == 1)
            #expect(try await test.count("SELECT count(*) FROM instance") == 0 && test.storedBytes() == before)
        }
    }
}
