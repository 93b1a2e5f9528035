public import Foundation

/// Something that somebody did or looked at.
public struct AccessEvent: Sendable, Codable, Hashable {
    /// What kind of access or act it was.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case view
        case download
        case review
        case identityRead = "identity.read"
        case ingest
        case release
        case reject
        /// Of two instances with one UID the second is not wanted.
        case conflictDismiss = "conflict.dismiss"
        /// It was taken in as an image of its own.
        case conflictKeep = "conflict.keep"
        /// What is blacked out of all images that look alike, decided once for those that come.
        case pixelsApprove = "pixels.approve"
        case pixelsWithdraw = "pixels.withdraw"
        case export
        case signIn = "account.sign-in"
        case accountAdd = "account.add"
        case accountSignUp = "account.sign-up"
        case accountEmail = "account.email"
        case accountDisable = "account.disable"
        case accountEnable = "account.enable"
        case passwordSet = "account.password"
        case tokenCreate = "token.create"
        case tokenRevoke = "token.revoke"
        case projectCreate = "project.create"
        case rolesSet = "project.roles"
        case projectSettings = "project.settings"
        case profileSet = "project.profile"
        case roleRequest = "role.request"
        case roleWithdraw = "role.withdraw"
        case roleApprove = "role.approve"
        case roleDecline = "role.decline"
        case labelsList = "labels.list"
        case labelsCreate = "labels.create"
        /// Annotations of a study.
        case labelsRead = "labels.read"
        case labelsSave = "labels.save"
        case labelsRestore = "labels.restore"
        case labelsTag = "labels.tag"
        /// A label set as a file.
        case labelsDownload = "labels.download"
        case reportWrite = "report.write"
        /// Reports of a study without what may identify somebody.
        case reportRead = "report.read"
        /// Reports of a study as they were written, where that is another text.
        case reportAsWritten = "report.as-written"
        case reportSearch = "report.search"
        /// Asked for; what came of it follows.
        case archive
        case archiveVerified = "archive.verified"
        /// Local bytes were erased.
        case archiveOffload = "archive.offload"
        case archiveRemoved = "archive.removed"
        /// The key that opens a bundle was handed out.
        case archiveKey = "archive.key"
        case restore
        case restored = "restore.done"
        case legalHold = "retention.hold"
        case legalHoldEnd = "retention.release"
        /// Who looked at what, as a file.
        case historyDownload = "history.download"
        /// The whole log, as a file.
        case ledgerExport = "ledger.export"
        case keysRotate = "keys.rotate"
        /// A new key in a new file.
        case keysCreate = "keys.create"
        /// By a key service; the key stays the same.
        case keysWrap = "keys.wrap"
        case keysUnwrap = "keys.unwrap"
        /// The key itself was printed or written to another file.
        case keysBackup = "keys.backup"
        /// At a start the key was kept in another way than this record says, and nobody said so.
        case keysFound = "keys.found"
        case erase
        /// The identity of a study was destroyed; its images stayed.
        case anonymise
        case subjectMerge = "subject.merge"
        case subjectSplit = "subject.split"
        /// Two subjects that looked like one were said to be two.
        case subjectApart = "subject.apart"
        /// Who they are, side by side, to tell whether they are one patient.
        case subjectCompare = "subject.compare"
        case originalsAsk = "originals.ask"
        case originalsApprove = "originals.approve"
        case originalsDecline = "originals.decline"
        case originalsWithdraw = "originals.withdraw"
        /// Files as they came in, given back.
        case originalsDownload = "originals.download"

        /// Whether the same again within an interval is only counted: what a person looking at one study does a
        /// thousand times. Acts are events, each for itself.
        var isCountedByInterval: Bool {
            switch self {
            case .view, .download, .review, .identityRead, .labelsRead, .reportRead, .reportAsWritten, .reportSearch:
                true
            default: false
            }
        }
    }

    public let at: Date
    /// The last time it was counted; `at` where that was the only one.
    public let lastAt: Date
    public let account: String
    public let kind: Kind
    /// Code of the project.
    public let project: String?
    public let study: String?
    public let export: Int64?
    public let purpose: String
    public let detail: String
    public let count: Int
}
