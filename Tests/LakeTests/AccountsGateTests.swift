import Deidentification
import Foundation
import Lake
import TestMaterial
import Testing

@Suite struct AccountsGateTests {
    /// What design.md says, written a second time: what the gate says must not change by accident.
    private static let expected: [Role: Set<Permission>] = [
        .physician: [.browse, .view, .report, .readReports, .identityRead],
        .annotator: [.browse, .view, .annotate, .curateLabels, .readReports],
        .researcher: [.browse, .view, .export, .readReports],
        .technologist: [.upload],
        .custodian: [
            .browse, .view, .review, .profile, .curateLabels, .readReports, .identityRead, .mergeSubjects, .archive,
            .erase, .accessHistory,
        ],
        .auditor: [.accessHistory],
        .recipient: [],
    ]

    @Test func everyRoleMayWhatTheTableSaysInItsProjectAndNothingElsewhere() async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            let here = try await test.lake.projects.create(code: "HERE", name: "Here", principal: root)
            let there = try await test.lake.projects.create(code: "THERE", name: "There", principal: root)
            for role in Role.allCases {
                let principal = try await test.person(role.rawValue, ["HERE": [role]])
                let may = try #require(Self.expected[role])
                for permission in Permission.allCases {
                    #expect(
                        Gate.permits(principal, permission, project: here.id) == may.contains(permission),
                        "\(role) \(permission)")
                    #expect(!Gate.permits(principal, permission, project: there.id), "\(role) \(permission)")
                    #expect(!Gate.permits(principal, permission), "\(role) \(permission)")
                    #expect(
                        Gate.permitsAnywhere(principal, permission) == may.contains(permission), "\(role) \(permission)"
                    )
                    #expect(Gate.projects(principal, permission) == (may.contains(permission) ? [here.id] : []))
                }
                #expect(Set(Gate.permissions(of: principal, project: here.id)) == may)
                #expect(try await test.lake.projects.list(principal: principal).map(\.code) == ["HERE"])
                await #expect { try await test.lake.projects.project("there", principal: principal) } throws: {
                    ($0 as? LakeError)?.code == .notFound
                }
            }
        }
    }

    @Test func anAdministratorSeesNoImagesAndTheOperatorNeitherIdentityNorReportsAsWritten() async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            let project = try await test.lake.projects.create(code: "CT", name: "CT", principal: root)
            let admin = try await test.person("admin", administrator: true)
            for permission in Permission.allCases {
                #expect(Gate.permits(admin, permission, project: project.id) == permission.isOfSite, "\(permission)")
                #expect(
                    Gate.permits(root, permission, project: project.id) == ![.identityRead, .report].contains(
                        permission),
                    "\(permission)")
            }
            #expect(Gate.projects(admin, .view) == [])
            #expect(Gate.projects(root, .view) == nil)
            #expect(Gate.projects(root, .identityRead) == [])
            #expect(Gate.permissions(of: admin) == [.manageAccounts, .manageProjects, .operate])
            #expect(try await test.lake.projects.list(principal: admin).map(\.code) == ["CT"])
        }
    }

    @Test func aRoleCountsAndEndsAtOnce() async throws {
        try await TestLake.with { test in
            let (accounts, projects) = (test.lake.accounts, test.lake.projects)
            let root = try await accounts.operatorPrincipal()
            let project = try await projects.create(code: "CT", name: "CT", principal: root)
            _ = try await test.person("ada")
            let session = try await test.signIn("ada").token
            func mayView() async throws -> Bool {
                let principal = try #require(try await accounts.principal(session: session))
                return Gate.permits(principal, .view, project: project.id)
            }
            var answers = [try await mayView()]
            for roles: Set<Role> in [[.annotator], [.auditor, .physician], [.auditor], []] {
                try await projects.setMember("ct", name: "ADA", roles: roles, principal: root)
                answers.append(try await mayView())
            }
            #expect(answers == [false, true, true, false, false])
            #expect(try await projects.members("CT", principal: root) == [])
        }
    }

    @Test func codesOfProjectsDifferInMoreThanCase() async throws {
        try await TestLake.with { test in
            let root = try await test.lake.accounts.operatorPrincipal()
            let made = try await test.lake.projects.create(code: "Lung-CT_1", name: "  Lungs ✓ ", principal: root)
            #expect(made.name == "Lungs ✓" && made.profile == .projectDefault)
            await #expect {
                try await test.lake.projects.create(code: "LUNG-ct_1", name: "x", principal: root)
            } throws: {
                ($0 as? LakeError)?.code == .conflict
            }
            #expect(try await test.lake.projects.project("lung-ct_1", principal: root) == made)
        }
    }

    @Test func thePageOfRolesIsWhatTheTableSays() throws {
        let file = Repository.file("Docs/Guides/roles.md")
        if ProcessInfo.processInfo.environment["TARN_UPDATE_DOCS"] != nil {
            try Gate.page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == Gate.page,
            "run: TARN_UPDATE_DOCS=1 swift test --filter thePageOfRoles")
    }
}
