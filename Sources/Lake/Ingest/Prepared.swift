internal import ByteIO
internal import DICOM
internal import DICOMImaging
internal import Deidentification
internal import Foundation
internal import Vault

/// An instance read, de-identified and checked, ready to be sealed: everything that needs a processor and no database.
struct Prepared: Sendable {
    /// What came in.
    let source: any ByteSource
    /// The de-identified object, as pieces of `source`.
    let stored: [Piece]
    /// The identity patch, as pieces of `source`: together with the object it gives `source`, which was verified.
    let patch: [Piece]
    let identity: SubjectIdentity
    let entry: CatalogueEntry
    let risk: BurnedInRisk
    /// What was done to the attributes.
    let summary: Outcome.Summary
    /// What was seen in its pixels, and done about it.
    let pixels: HeldPixels
    /// Blacked out in every frame of the object.
    let redacted: [PixelRegion]

    /// Reads, de-identifies and verifies.
    /// - Parameter redacting: what a person who looked at it wants blacked out in every frame; `nil` where nobody has
    ///   looked.
    /// - Parameter uids: under which it is taken in; `nil` for those that follow from its own.
    init(
        _ source: any ByteSource, name: String, project: IngestProject, limits: LakeConfiguration,
        redacting regions: [PixelRegion]? = nil, as uids: ObjectUIDs? = nil
    ) throws(Rejection) {
        let file: DICOMFile
        do throws(DICOMError) { file = try DICOMFile.read(source, options: Self.options(limits)) } catch {
            throw Rejection(error)
        }
        try Self.checkWhole(file)
        let outcome: Outcome
        do throws(DeidentificationError) {
            outcome =
                if let regions { try project.deidentifier.deidentify(file, redacting: regions) } else {
                    try project.deidentifier.deidentify(file)
                }
        } catch { throw Rejection(error) }
        let original = outcome.hasAllUIDs ? nil : try Self.digest(source)
        let object = try Deidentified(
            outcome, original: original ?? Bytes(), project.deidentifier.pseudonyms, as: uids)
        let pieces: [Piece]
        do throws(DICOMError) { pieces = try object.file.encode() } catch { throw Rejection(error) }
        let digests = try Self.digests(source, pieces)
        let bytes = StoredSource(pieces, over: source)
        self.source = source
        stored = pieces
        patch = try Self.patch(source, pieces, bytes, name: name, digests)
        identity = try Self.identity(file, object, project.deidentifier.pseudonyms)
        risk = Self.risk(file, outcome)
        summary = outcome.summary
        redacted = outcome.pixels.redacted
        let approval = regions == nil ? outcome.pixels.signature.flatMap { project.approvals.ids[$0] } : nil
        pixels = Self.pixels(outcome, tried: approval)
        var entry = CatalogueEntry(
            object, pieces: pieces, bytes: bytes, digests: digests,
            originalDigest: project.deidentifier.pseudonyms.digest(digests.original).array,
            profileVersion: project.profileVersion)
        // Of the original, whose descriptions may be gone: which region it shows is all that is kept of them.
        entry.series.recognizable = Recognizability(file.dataSet)?.rawValue ?? ""
        if case .none = risk { entry.instance.pixelApproval = approval }
        self.entry = entry
    }

    /// What a person is shown of it, should it be held. Half a file is no matter of its device.
    private static func pixels(_ outcome: Outcome, tried approval: Int64?) -> HeldPixels {
        HeldPixels(
            signature: outcome.pixels.signature?.text ?? "",
            isDecidedBySignature: outcome.pixels.isDecidedBySignature && outcome.pixels.signature?.isSpecific == true,
            proposed: outcome.pixels.proposed, found: outcome.pixels.found, triedApproval: approval)
    }

    /// What ends in the middle of a value, or goes on with what is no element, is no whole file, whatever could be read
    /// of it. Zeros at the end are padding.
    private static func checkWhole(_ file: DICOMFile) throws(Rejection) {
        let defect: String?
        do throws(ByteIOError) { defect = try file.defect() } catch { throw Rejection(error) }
        if let defect { throw Rejection(.unreadable, defect) }
        guard let trailing = file.trailing else { return }
        do throws(ByteIOError) {
            try [Piece.source(trailing)].forEachChunk(from: file.contents, atMost: 1 << 18) {
                chunk throws(ByteIOError) in
                let isPadding = chunk.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
                if !isPadding { throw ByteIOError(.corrupt) }
            }
        } catch {
            guard error.code == .corrupt else { throw Rejection(error) }
            throw Rejection(.unreadable, "no element can be read at offset \(trailing.lowerBound), and bytes follow")
        }
    }

    /// What de-identification says, and what may be half a file: a person looks at it.
    private static func risk(_ file: DICOMFile, _ outcome: Outcome) -> BurnedInRisk {
        if case .review = outcome.risk { return outcome.risk }
        if !outcome.hasAllUIDs {
            return .review("a Study, Series or SOP Instance UID is missing: the file may be cut short")
        }
        if let doubt = file.doubt { return .review(doubt) }
        return .none
    }

    /// Limits of one upload: what it may cost in memory, before anything is known about it.
    private static func options(_ limits: LakeConfiguration) -> ReadOptions {
        var options = ReadOptions()
        options.maximumElements = 600_000
        options.maximumInflatedBytes = max(limits.memoryLimit, 32 << 20) * 2
        return options
    }

    struct Digests {
        let original: Bytes
        let stored: Bytes
        let storedCRC32: UInt32
    }

    private static func digest(_ source: any ByteSource) throws(Rejection) -> Bytes {
        var hash = SHA256()
        do throws(ByteIOError) {
            try [Piece.source(0..<source.count)].forEachChunk(from: source, atMost: 1 << 18) { hash.update($0) }
        } catch { throw Rejection(error) }
        return hash.digest()
    }

    /// One pass over the object and the file it was made from.
    private static func digests(_ source: any ByteSource, _ pieces: [Piece]) throws(Rejection) -> Digests {
        var checksum = CRC32()
        let digests: IdentityPatch.Digests
        do throws(DeidentificationError) {
            digests = try IdentityPatch.Digests(of: pieces, original: source) { checksum.update($0) }
        } catch { throw Rejection(error) }
        return Digests(original: digests.original, stored: digests.stored, storedCRC32: checksum.value)
    }

    /// The patch, after object and patch together have given the original, byte for byte.
    private static func patch(
        _ source: any ByteSource, _ pieces: [Piece], _ object: StoredSource, name: String, _ digests: Digests
    ) throws(Rejection) -> [Piece] {
        do throws(DeidentificationError) {
            let made = try IdentityPatch.pieces(
                original: source, stored: pieces, name: name,
                proof: .digests(IdentityPatch.Digests(stored: digests.stored, original: digests.original)))
            let patch = try IdentityPatch(parsing: StoredSource(made, over: source))
            var offset = 0
            try patch.forEachChunk(of: object) { chunk throws(DeidentificationError) in
                guard Self.isSame(chunk, source, at: offset) else {
                    throw DeidentificationError(.wrongOriginal, offset: offset, "the original would not come back")
                }
                offset += chunk.count
            }
            guard offset == source.count, patch.digests?.original == digests.original else {
                throw DeidentificationError(.wrongOriginal, offset: offset, "the original would not come back whole")
            }
            return made
        } catch {
            throw Rejection(error)
        }
    }

    /// Whether `source` holds `chunk` at `offset`. Comparing bytes proves more than comparing digests, for less.
    private static func isSame(_ chunk: Bytes, _ source: any ByteSource, at offset: Int) -> Bool {
        guard let original = try? source.read(offset..<(offset + chunk.count)) else { return false }
        return chunk.withUnsafeBytes { left in
            original.withUnsafeBytes { right in
                guard left.count == right.count else { return false }
                guard let a = left.baseAddress, let b = right.baseAddress else { return true }
                return memcmp(a, b, left.count) == 0
            }
        }
    }

    private static func identity(
        _ file: DICOMFile, _ object: Deidentified, _ pseudonyms: Pseudonyms
    ) throws(Rejection) -> SubjectIdentity {
        let record = IdentityRecord(file.dataSet)
        guard let encoded = try? JSONEncoder().encode(record) else {
            throw Rejection(.cannotDeidentify, "the identity record cannot be written")
        }
        let alone = pseudonyms.digest(Bytes(utf8: "study without a patient\0" + object.study))
        return SubjectIdentity(
            code: object.subjectCode, matchToken: (object.matchToken ?? alone).array,
            isMatched: object.matchToken != nil,
            patientToken: pseudonyms.matchToken(issuer: "", patientID: record.patientID ?? "")?.array,
            personToken: PersonToken.make(record, pseudonyms)?.array,
            record: Bytes(Array(encoded)))
    }

    /// Whether object and patch may be sealed in memory: the budget has room for them.
    func isSmall(_ limits: LakeConfiguration) -> Bool {
        source is Bytes && source.count <= limits.memoryLimit
            && stored.byteCount + patch.byteCount <= IngestPipeline.weight(source.count) - source.count
    }

    /// Where the instance should stand, before the catalogue has a say.
    func intent(_ study: StudyKeys.Study) throws(LakeError) -> Receipt.Intent {
        if let first = study.patientToken, let this = identity.patientToken, first != this {
            return .conflict(reason: "the Patient ID (0010,0020) is another than that of its study")
        }
        guard case .review(let reason) = risk else { return .publish }
        do {
            let encoded = try JSONEncoder().encode(entry)
            let sealed = try SealedObject.seal(
                Bytes(Array(encoded)), key: study.keys.image, context: StoredObjects.entryContext(entry.instance.uid))
            return .hold(reason: reason, sealedEntry: sealed.array, pixels: pixels)
        } catch {
            throw LakeError(error)
        }
    }

    /// The verdict for where it stands now.
    func verdict(_ standing: Standing) -> Verdict {
        func verdict(_ kind: Verdict.Kind, _ reason: String? = nil, _ failure: Verdict.Failure? = nil) -> Verdict {
            Verdict(
                kind, study: entry.study.uid, series: entry.series.uid, instance: entry.instance.uid,
                sopClass: entry.instance.sopClass, reason: reason, failure: failure)
        }
        return switch standing {
        case .accepted: verdict(.accepted)
        case .alreadyThere: verdict(.alreadyThere)
        case .kept(let instance): Verdict(.alreadyThere, instance: instance, sopClass: entry.instance.sopClass)
        case .held(let reason): verdict(.held, reason)
        case .conflict(let reason): verdict(.conflict, reason)
        case .refused: verdict(.rejected, "a reviewer has refused this instance before", .refused)
        }
    }
}
