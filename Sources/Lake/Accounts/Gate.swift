/// The one gate. Whoever wants to know whether somebody may do something asks here, and nowhere else.
///
/// The tables are the single source of what roles mean; Docs/Guides/roles.md is generated from them.
public enum Gate {
    /// What each role may do in its project.
    public static let table: [Role: Set<Permission>] = [
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

    /// What an administrator may do. No images: an administrator who needs them is given a role in the project, which
    /// is recorded.
    public static let administrator: Set<Permission> = [.manageAccounts, .manageProjects, .operate]

    /// What the operator of the machine may do, in every project. Who patients are is not needed to operate it, nor is
    /// what a physician wrote before it was scrubbed.
    public static let `operator`: Set<Permission> = Set(Permission.allCases).subtracting([.identityRead, .report])

    /// Whether `principal` may do `permission`: in the project with this ID, or for the site where there is none.
    public static func permits(_ principal: Principal, _ permission: Permission, project: Int64? = nil) -> Bool {
        if principal.isOperator { return Gate.operator.contains(permission) }
        if permission.isOfSite { return principal.isAdministrator && administrator.contains(permission) }
        guard let project else { return false }
        return principal.roles[project]?.contains { table[$0]?.contains(permission) == true } ?? false
    }

    /// Whether `principal` may do `permission` for the site or in at least one project.
    public static func permitsAnywhere(_ principal: Principal, _ permission: Permission) -> Bool {
        permits(principal, permission) || principal.roles.keys.contains { permits(principal, permission, project: $0) }
    }

    /// The projects in which `principal` may do `permission`, in order; `nil` for all there are.
    ///
    /// For queries: `WHERE ($1::bigint[] IS NULL OR project_id = ANY ($1))`.
    public static func projects(_ principal: Principal, _ permission: Permission) -> [Int64]? {
        if principal.isOperator, Gate.operator.contains(permission) { return nil }
        return principal.roles.keys.filter { permits(principal, permission, project: $0) }.sorted()
    }

    /// Everything that `principal` may do in a project.
    public static func permissions(of principal: Principal, project: Int64) -> [Permission] {
        Permission.allCases.filter { !$0.isOfSite && permits(principal, $0, project: project) }
    }

    /// Everything that `principal` may do for the site.
    public static func permissions(of principal: Principal) -> [Permission] {
        Permission.allCases.filter { $0.isOfSite && permits(principal, $0) }
    }

    /// The tables as a page: Docs/Guides/roles.md.
    public static var page: String {
        var lines = [
            "# Roles", "",
            "Generated from the tables in `Sources/Lake/Accounts/Gate.swift`; a test compares the two and writes this page",
            "anew with `TARN_UPDATE_DOCS=1`.", "",
            "Roles are per project, and one person may have several. An administrator is one for the site and sees no",
            "images without a role in a project. The operator is whoever may open the private socket in the data",
            "directory, that is, root or the user who started the server. What a person may not see does not exist for",
            "them: the answer is \"not found\".", "",
        ]
        let permissions = Permission.allCases
        lines.append("| | " + permissions.map { "`\($0.rawValue)`" }.joined(separator: " | ") + " |")
        lines.append("|---" + String(repeating: "|---", count: permissions.count) + "|")
        func row(_ name: String, _ granted: Set<Permission>) {
            lines.append(
                "| \(name) | " + permissions.map { granted.contains($0) ? "yes" : "" }.joined(separator: " | ") + " |")
        }
        for role in Role.allCases { row(role.rawValue, table[role] ?? []) }
        row("administrator (site)", administrator)
        row("operator (site)", Gate.operator)
        lines += ["", "| permission | what it is for |", "|---|---|"]
        lines += permissions.map { "| `\($0.rawValue)` | \($0.explanation)\($0.isOfSite ? " (site)" : "") |" }
        return lines.joined(separator: "\n") + "\n"
    }
}
