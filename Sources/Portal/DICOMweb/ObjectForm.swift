import DICOM
import DICOMImaging
import HTTPTypes
import Lake

/// In which transfer syntax instances are given (PS3.18 §8.7.3).
struct ObjectForm {
    private static let related = MediaType("multipart", "related", ["type": "application/dicom"])
    private static let single = MediaType("application", "dicom")

    /// Not wrapped in multipart.
    let isSingle: Bool
    private let accept: Accept

    /// - Throws: 406 where the client takes no objects.
    init(_ accept: Accept, isOneInstance: Bool) throws {
        let offers = isOneInstance ? [Self.related, Self.single] : [Self.related]
        guard let type = accept.best(of: offers) else { throw Self.refusal() }
        isSingle = type == Self.single
        self.accept = accept
    }

    /// For each of `instances` the transfer syntaxes in which the client takes it, the best first; empty where it
    /// takes none. Those of one kind are asked for once: a study may have thousands.
    func transferSyntaxes(of instances: [RetrievedInstance]) -> [[String]] {
        var known: [Kind: [String]] = [:]
        return instances.map { instance in
            let kind = Kind(transferSyntax: instance.transferSyntax, hasPixels: instance.frames > 0)
            if let found = known[kind] { return found }
            let found = transferSyntaxes(of: kind)
            known[kind] = found
            return found
        }
    }

    /// What decides in which transfer syntaxes an instance can be had.
    private struct Kind: Hashable {
        let transferSyntax: String
        let hasPixels: Bool
    }

    private func transferSyntaxes(of kind: Kind) -> [String] {
        let offers = Self.offers(kind.transferSyntax, isSingle ? Self.single : Self.related)
        let found = accept.acceptable(offers).map(\.transferSyntax)
        // What has no pixels cannot be compressed: it is given plain to who takes compressed images only.
        return found.isEmpty && !kind.hasPixels && accept.names(Self.compressed)
            ? [TransferSyntax.explicitVRLittleEndian.uid] : found
    }

    private static func offers(_ stored: String, _ type: MediaType) -> [CodedOffer] {
        let explicit = TransferSyntax.explicitVRLittleEndian.uid
        // Pixels that have lost something, and video, are not blown up unasked (PS3.18 §8.7.3.4 note 2).
        let keeps = stored == explicit || lossy.contains(stored) || VideoFormat(transferSyntax: stored) != nil
        let asStored = CodedOffer(type, stored, isStored: true, isDefault: keeps)
        let plain = CodedOffer(type, explicit, isDefault: true)
        let others = compressed.filter { $0 != stored && $0 != explicit }.map { CodedOffer(type, $0) }
        // Not to be used with web services (PS3.18 §8.7.3): given where nothing else can be.
        let isUnwanted = [UID.ImplicitVRLittleEndian, UID.ExplicitVRBigEndian].contains(stored)
        if isUnwanted { return [plain] + others + [asStored] }
        return stored == explicit ? [asStored] + others : [asStored, plain] + others
    }

    /// What an instance is compressed to when somebody asks for it: without loss, since its UID stays.
    private static let compressed = FrameEncoder.transferSyntaxes.filter { uid in
        let encoder = try? FrameEncoder(TransferSyntax(uid: uid))
        return encoder?.isLossy == false
            && ![UID.ImplicitVRLittleEndian, UID.ExplicitVRBigEndian, UID.ExplicitVRLittleEndian].contains(uid)
    }

    private static let lossy: Set<String> = [
        UID.JPEGBaseline8Bit, UID.JPEGExtended12Bit, UID.JPEGSpectralSelectionNonHierarchical68,
        UID.JPEGFullProgressionNonHierarchical1012, UID.JPEGLSNearLossless, UID.JPEG2000, UID.JPEG2000MC, UID.HTJ2K,
        UID.JPEGXLJPEGRecompression, UID.JPEGXL,
    ]

    /// 406 that says what there is.
    static func refusal() -> Problem {
        let uids = ([TransferSyntax.explicitVRLittleEndian.uid] + compressed).joined(separator: ", ")
        return Problem(
            .notAcceptable, "not-acceptable",
            "Objects are multipart/related; type=\"application/dicom\", as stored (transfer-syntax=*) or, where their "
                + "pixels allow it, with transfer-syntax one of \(uids).")
    }
}

extension Accept {
    /// Whether a range names one of `transferSyntaxes`.
    fileprivate func names(_ transferSyntaxes: [String]) -> Bool {
        ranges.contains { range in
            range.quality > 0 && range.type.parameters["transfer-syntax"].map(transferSyntaxes.contains) == true
        }
    }
}

extension MediaType {
    /// Of the video that is coded in a transfer syntax (PS3.18 Table 8.7.3-5); `nil` for what is no video.
    static func video(in transferSyntax: String) -> MediaType? {
        VideoFormat(transferSyntax: transferSyntax).flatMap { MediaType($0.mediaType) }
    }
}
