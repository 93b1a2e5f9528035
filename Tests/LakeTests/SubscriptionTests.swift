import Foundation
import Lake
import Mail
import Postgres
import Testing

/// A project that somebody with an address follows.
struct FollowedPlace {
    let test: TestLake
    let root: Principal
    let ada: Principal
    var subscriptions: Subscriptions { test.lake.subscriptions }

    static func with(_ body: (FollowedPlace) async throws -> Void) async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.create(code: "CT", name: "Chest", principal: root)
            try await test.lake.projects.create(code: "OTHER", name: "Other", principal: root)
            let ada = try await test.person("ada", ["CT": [.researcher]])
            try await test.address("ada")
            try await body(FollowedPlace(test: test, root: root, ada: ada))
        }
    }

    /// Makes the mails of all, once the second is over in which something was made.
    func digests() async throws -> [WrittenMessage] {
        let before = try await test.mails().count
        try await Task.sleep(for: .milliseconds(1100))
        let sent = try await test.lake.digests.send(all: true, principal: root)
        let mails = try await test.mails().dropFirst(before)
        #expect(mails.count == sent)
        return Array(mails)
    }
}

@Suite struct SubscriptionTests {
    @Test func whatIsNewInAProjectIsToldOnceInCountsAndLinks() async throws {
        try await FollowedPlace.with { place in
            let made = try await place.subscriptions.follow(
                project: "ct", name: "Chests & “more”", every: .day, principal: place.ada)
            #expect(made.project == "CT" && made.lastAt == nil && made.kind == .project)
            #expect(try await place.digests().isEmpty)
            let studies = try await place.test.bringStudies(3) { $0 == 2 ? "MR" : "CT" }
            let mail = try #require(try await place.digests().first)
            #expect(mail.to == "ada@example.org" && mail.subject == "Tarn: Chests & “more”: 3 new studies: CT 2, MR 1")
            #expect(mail.text.contains("  3 new studies: CT 2, MR 1\n"))
            #expect(mail.text.contains("/studies?project=CT&sort=added\n"))
            let unsubscribe = try #require(mail.unsubscribeURL)
            #expect(unsubscribe.hasPrefix(place.test.configuration.site.publicURL + "/unsubscribe/"))
            #expect(mail.text.contains(unsubscribe))
            for verdict in studies {
                let uid = try #require(verdict.study)
                let study = try await place.test.lake.catalog.study(uid, principal: place.ada)
                #expect(!mail.text.contains(uid) && !mail.text.contains(study.study.subject))
            }
            #expect(try await place.digests().isEmpty)
            #expect(try await place.subscriptions.list(principal: place.ada).first?.lastAt != nil)
            _ = try await place.test.bringStudies(1)
            #expect(try await place.digests().first?.text.contains("  1 new study: CT 1\n") == true)
        }
    }

    @Test func aFilterIsFollowedAndItsListLinked() async throws {
        try await FollowedPlace.with { place in
            var filter = StudyFilter()
            filter.project = "CT"
            filter.modalities = ["MR", "PT"]
            filter.description = "head & neck=?#"
            _ = try await place.subscriptions.follow(filter, name: "MR", every: .week, principal: place.ada)
            filter.description = "HEAD"
            let second = try await place.subscriptions.follow(filter, name: "Heads", every: .day, principal: place.ada)
            #expect(second.filter == filter && second.kind == .filter)
            _ = try await place.test.bringStudies(3) { $0 == 1 ? "MR" : "CT" }
            let mails = try await place.digests()
            #expect(mails.map(\.subject) == ["Tarn: Heads: 1 new study: MR 1"])
            #expect(
                mails[0].text.contains("/studies?project=CT&modality=MR%2CPT&description=HEAD&sort=added"),
                "\(mails[0].text)")
        }
    }

    @Test func reportsAndLabelsOfOthersAreCounted() async throws {
        try await FollowedPlace.with { place in
            let study = try #require(try await place.test.bringStudies(1)[0].study)
            try await Task.sleep(for: .milliseconds(1100))
            let phil = try await place.test.person("phil", ["CT": [.physician]])
            try await place.test.address("phil")
            for reader in [place.ada, phil] {
                _ = try await place.subscriptions.follow(project: "CT", name: "CT", every: .day, principal: reader)
            }
            let first = try await place.test.lake.reports.write(
                study: study, text: "One.", status: .final, principal: phil)
            _ = try await place.test.lake.reports.change(
                first.id, text: "Two.", status: .amended, from: 1, principal: phil)
            let mails = try await place.digests()
            #expect(mails.map(\.to) == ["ada@example.org"])
            #expect(
                mails.first?.text.contains("  1 new report\n") == true && mails.first?.text.contains("changed") == false
            )
            _ = try await place.test.lake.reports.change(
                first.id, text: "Three.", status: .amended, from: 2, principal: phil)
            #expect(try await place.digests().first?.text.contains("  1 changed report\n") == true)
        }
    }

    @Test func labelsOfOthersAreCounted() async throws {
        try await FollowedPlace.with { place in
            let verdict = try await place.test.bringStudies(1)[0]
            let study = try #require(verdict.study)
            let anna = try await place.test.person("anna", ["CT": [.annotator]])
            try await Task.sleep(for: .milliseconds(1100))
            _ = try await place.subscriptions.follow(project: "CT", name: "CT", every: .day, principal: place.ada)
            var filter = StudyFilter()
            filter.modalities = ["MR"]
            _ = try await place.subscriptions.follow(filter, name: "MR", every: .day, principal: place.ada)
            let labels = place.test.lake.labels
            let set = try await labels.create(project: "CT", name: "Set", principal: anna).id
            let before = try await labels.study(study, in: set, principal: anna)
            let mark = Annotation(
                id: UUID().uuidString.lowercased(), type: .image, instance: try #require(verdict.instance))
            _ = try await labels.save([mark], of: study, in: set, ifMatch: before.tag, principal: anna)
            _ = try await labels.tag("v1", in: set, principal: anna)
            let mails = try await place.digests()
            #expect(mails.map(\.subject) == ["Tarn: CT: 1 new version of labels, …"])
            #expect(mails.first?.text.contains("  1 new version of labels\n  1 new tag of labels\n") == true)
        }
    }

    @Test func theGateIsAskedAgainWhenTheMailIsMade() async throws {
        try await FollowedPlace.with { place in
            _ = try await place.subscriptions.follow(project: "CT", name: "CT", every: .day, principal: place.ada)
            let all = StudyFilter()
            _ = try await place.subscriptions.follow(all, name: "All", every: .day, principal: place.ada)
            func set(_ roles: Set<Role>, until: String? = nil) async throws {
                try await place.test.lake.projects.setMember(
                    "CT", name: "ada", roles: roles, until: until, principal: place.root)
            }
            for roles: Set<Role> in [[], [.auditor], [.technologist], [.recipient]] {
                try await set(roles)
                _ = try await place.test.bringStudies(1)
                #expect(try await place.digests().isEmpty, "\(roles)")
            }
            try await set([.physician], until: place.test.day(0))
            _ = try await place.test.bringStudies(1)
            #expect(try await place.digests().count == 2)
            try await #require(place.test.database).execute(
                "UPDATE membership SET until = until - 2 WHERE until IS NOT NULL")
            _ = try await place.test.bringStudies(1)
            #expect(try await place.digests().isEmpty)
            try await set([.researcher])
            try await place.test.lake.accounts.setDisabled(true, name: "ada", principal: place.root)
            #expect(try await place.digests().isEmpty)
        }
    }

    @Test func oneClickInAMailEndsItAndOnlyTheHashIsKept() async throws {
        try await FollowedPlace.with { place in
            _ = try await place.subscriptions.follow(project: "CT", name: "Mine", every: .day, principal: place.ada)
            _ = try await place.test.bringStudies(1)
            let url = try #require(try await place.digests().first?.unsubscribeURL)
            let token = String(try #require(url.split(separator: "/").last))
            #expect(token.count == 64)
            let database = try #require(place.test.database)
            let kept = try await database.query(
                "SELECT (SELECT string_agg(s::text, '') FROM subscription s) || (SELECT string_agg(u::text, '') FROM unsubscribe_link u) AS t"
            ).single().decode("t", as: String.self)
            #expect(!kept.contains(token))
            for wrong in ["", "x", String(token.dropLast()), token.uppercased() + "0", "\u{0}"] {
                #expect(await place.test.refusal { _ = try await place.subscriptions.end(link: wrong) } == .notFound)
            }
            _ = try await place.test.bringStudies(1)
            for _ in 0..<3 { #expect(try await place.subscriptions.end(link: token) == "Mine") }
            #expect(try await place.digests().isEmpty)
            #expect(try await place.subscriptions.list(principal: place.ada) == [])
        }
    }

    @Test func whoMayFollowWhat() async throws {
        try await FollowedPlace.with { place in
            let (test, subscriptions) = (place.test, place.subscriptions)
            var filter = StudyFilter()
            filter.project = "CT"
            for role in Role.allCases {
                let reader = try await test.person("r-\(role)", ["CT": [role]])
                let mayBrowse = [.physician, .annotator, .researcher, .custodian].contains(role)
                func codes() async -> [LakeError.Code?] {
                    [
                        await test.refusal {
                            _ = try await subscriptions.follow(project: "CT", every: .day, principal: reader)
                        },
                        await test.refusal {
                            _ = try await subscriptions.follow(filter, every: .day, principal: reader)
                        },
                        await test.refusal {
                            _ = try await subscriptions.follow(StudyFilter(), every: .day, principal: reader)
                        },
                    ]
                }
                let without: LakeError.Code? = mayBrowse ? .invalid : .notFound
                #expect(await codes() == [without, without, without], "\(role) without an address")
                try await test.address("r-\(role)")
                let with: LakeError.Code? = mayBrowse ? nil : .notFound
                #expect(await codes() == [with, with, with], "\(role)")
            }
            for project in ["OTHER", "NOPE", "", "C\u{0}T"] {
                #expect(
                    await test.refusal {
                        _ = try await subscriptions.follow(project: project, every: .day, principal: place.ada)
                    } == .notFound, "\(project)")
            }
            #expect(
                await test.refusal {
                    _ = try await subscriptions.follow(project: "CT", every: .day, principal: place.root)
                }
                    == .invalid)
        }
    }

    @Test func whatMakesNoSenseIsRefused() async throws {
        try await FollowedPlace.with { place in
            let (test, subscriptions, ada) = (place.test, place.subscriptions, place.ada)
            for name in ["", " ", "a\r\nBcc: x@example.org", "a\u{0}", "\u{202E}", String(repeating: "x", count: 101)] {
                #expect(
                    await test.refusal {
                        _ = try await subscriptions.follow(project: "CT", name: name, every: .day, principal: ada)
                    } == .invalid, "\(name.debugDescription)")
            }
            var patient = StudyFilter()
            patient.subject = "ABCD-EFGH-JKMN-PQRS-T"
            var chosen = StudyFilter()
            chosen.studies = ["2.25.1"]
            var nonsense = StudyFilter()
            nonsense.from = "yesterday"
            for filter in [patient, chosen, nonsense] {
                #expect(
                    await test.refusal { _ = try await subscriptions.follow(filter, every: .day, principal: ada) }
                        == .invalid)
            }
            for _ in 0..<Subscriptions.most {
                _ = try await subscriptions.follow(project: "CT", every: .week, principal: ada)
            }
            #expect(
                await test.refusal { _ = try await subscriptions.follow(project: "CT", every: .day, principal: ada) }
                    == .conflict)
        }
    }

    @Test func everybodyChangesTheirOwn() async throws {
        try await FollowedPlace.with { place in
            let made = try await place.subscriptions.follow(project: "CT", every: .day, principal: place.ada)
            let eve = try await place.test.person("eve", ["CT": [.researcher]])
            #expect(try await place.subscriptions.list(principal: eve) == [])
            for other in [eve, place.root] {
                #expect(
                    await place.test.refusal {
                        _ = try await place.subscriptions.change(made.id, name: "x", principal: other)
                    } == .notFound)
                #expect(
                    await place.test.refusal { try await place.subscriptions.end(made.id, principal: other) }
                        == .notFound)
            }
            let changed = try await place.subscriptions.change(
                made.id, name: "New", every: .week, principal: place.ada)
            #expect(changed.name == "New" && changed.every == .week && changed.createdAt == made.createdAt)
            #expect(
                await place.test.refusal {
                    _ = try await place.subscriptions.change(made.id, name: "a\nb", principal: place.ada)
                } == .invalid)
            try await place.subscriptions.end(made.id, principal: place.ada)
            #expect(
                await place.test.refusal { try await place.subscriptions.end(made.id, principal: place.ada) }
                    == .notFound)
        }
    }
}
