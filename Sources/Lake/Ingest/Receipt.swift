/// One instance whose bytes are durable, on its way into the catalogue.
struct Receipt: Sendable {
    enum Intent: Sendable {
        case publish
        /// Waits for a person; the sealed `CatalogueEntry` goes with it.
        case hold(reason: String, sealedEntry: [UInt8])
        /// Known before: it cannot stand where its UIDs put it.
        case conflict(reason: String)
    }

    let projectID: Int64
    let accountID: Int64
    let batchID: Int64?
    /// `study_key.id`, which is `study.id`.
    let studyID: Int64
    let subjectID: Int64
    let entry: CatalogueEntry
    let addresses: StoredAddresses
    let intent: Intent

    var uid: String { entry.instance.uid }
    var digest: [UInt8] { entry.instance.originalDigest }
}

/// What the catalogue made of a receipt.
enum Standing: Sendable, Hashable {
    case accepted
    case alreadyThere
    case held(reason: String)
    /// Was looked at before and refused.
    case refused
    case conflict(reason: String)

    static let otherContent = Standing.conflict(
        reason: "the SOP Instance UID (0008,0018) is there already with other content")
    static let otherStudy = Standing.conflict(
        reason: "the Series Instance UID (0020,000E) is there already in another study")
}
