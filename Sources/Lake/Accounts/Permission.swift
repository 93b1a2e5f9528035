/// What may be done. Those of a project are given by roles in it, those of the site by what an account is.
public enum Permission: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// See that studies, series and instances exist; search them.
    case browse
    /// See de-identified images and headers.
    case view
    /// Bring images in.
    case upload
    /// Look at what is held because it may show burned-in text, and release or reject it.
    case review
    /// Say what de-identification takes out and leaves.
    case profile
    /// Freeze a selection and download it.
    case export
    /// Save annotations as versions of a label set.
    case annotate
    /// Keep the project's list of labels.
    case curateLabels = "labels.curate"
    /// Write reports, and read them as they were written.
    case report
    /// Read reports without what may identify somebody.
    case readReports = "report.read"
    /// Read what identifies the patient, with a reason.
    case identityRead = "identity.read"
    /// Say which subjects are one patient, and which are not.
    case mergeSubjects = "subjects.merge"
    /// Offload to cold storage and bring back, set retention and holds.
    case archive
    /// Erase a subject for good.
    case erase
    /// See who looked at what.
    case accessHistory = "access.history"
    /// Make and disable accounts, and give roles. Of the site.
    case manageAccounts = "accounts.manage"
    /// Make projects. Of the site.
    case manageProjects = "projects.manage"
    /// Check the store. Of the site.
    case operate = "site.operate"

    /// Whether it is had for the whole site and not for a project.
    public var isOfSite: Bool {
        switch self {
        case .manageAccounts, .manageProjects, .operate: true
        case .browse, .view, .upload, .review, .profile, .export, .annotate, .curateLabels, .report, .readReports,
            .identityRead, .mergeSubjects, .archive, .erase, .accessHistory:
            false
        }
    }

    /// A few words for a table.
    public var explanation: String {
        switch self {
        case .browse: "see and search studies"
        case .view: "see de-identified images"
        case .upload: "bring images in"
        case .review: "release or reject what is held"
        case .profile: "say what de-identification takes out and leaves"
        case .export: "freeze and download"
        case .annotate: "save annotations in versions"
        case .curateLabels: "keep the list of labels"
        case .report: "write reports, read them as written"
        case .readReports: "read reports without what identifies"
        case .identityRead: "read the identity, with a reason"
        case .mergeSubjects: "merge and split subjects"
        case .archive: "offload, bring back, retention and holds"
        case .erase: "erase a subject for good"
        case .accessHistory: "see who looked at what"
        case .manageAccounts: "accounts and roles"
        case .manageProjects: "projects"
        case .operate: "check the store"
        }
    }

    public static func < (left: Permission, right: Permission) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
