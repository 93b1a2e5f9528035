internal import DICOMImaging

/// One instance whose bytes are durable, on its way into the catalogue.
struct Receipt: Sendable {
    enum Intent: Sendable {
        case publish
        /// Waits for a person; the sealed `CatalogueEntry` goes with it.
        case hold(reason: String, sealedEntry: [UInt8], pixels: HeldPixels)
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

/// What de-identification saw in the pixels of what is held, for who looks at it.
struct HeldPixels: Sendable {
    /// `PixelSignature.text`; empty where there is none.
    var signature = ""
    /// Whether an approval of the signature may release it.
    var isDecidedBySignature = false
    /// What the rules would black out.
    var proposed: [PixelRegion] = []
    /// Where text was found, outside of that.
    var found: [PixelRegion] = []
    /// The approval that was in force and did not release it.
    var triedApproval: Int64?
}

/// What the catalogue made of a receipt.
enum Standing: Sendable, Hashable {
    case accepted
    case alreadyThere
    /// It was in conflict, and is there as an image of its own.
    case kept(instance: String)
    case held(reason: String)
    /// Was looked at before and refused.
    case refused
    case conflict(reason: String)

    static let otherContent = Standing.conflict(
        reason: "the SOP Instance UID (0008,0018) is there already with other content")
    static let otherStudy = Standing.conflict(
        reason: "the Series Instance UID (0020,000E) is there already in another study")
}
