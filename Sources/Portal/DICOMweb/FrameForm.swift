import DICOM
import HTTPTypes
import Lake

/// In which form frames are given (PS3.18 §8.7.3.3).
struct FrameForm: Sendable {
    /// Of a part.
    let mediaType: MediaType
    let transferSyntax: String
    /// Not the stored bytes.
    let isRecoded: Bool
    /// Not wrapped in multipart.
    let isSingle: Bool

    var partType: String { "\(mediaType.essence); transfer-syntax=\(transferSyntax)" }

    /// The forms that the client takes, the best first: as stored, native, or compressed without loss.
    /// - Throws: 406 where there are none.
    static func acceptable(
        _ accept: Accept, _ stored: Viewing.FrameData, isOneFrame: Bool
    ) throws -> [FrameForm] {
        let forms = all(stored).filter { !$0.1.isSingle || isOneFrame }
        let found = accept.acceptable(forms.map(\.0)).compactMap { offer in forms.first { $0.0 == offer }?.1 }
        guard !found.isEmpty else { throw refusal(stored) }
        return found
    }

    /// 406 that says what there is.
    static func refusal(_ stored: Viewing.FrameData) -> Problem {
        var seen: Set<String> = []
        let types = all(stored).map(\.1.partType).filter { seen.insert($0).inserted }.joined(separator: ", ")
        return Problem(
            .notAcceptable, "not-acceptable",
            "Frames are, in multipart/related or one alone, and as far as their pixels allow it: \(types).")
    }

    private static let octets = MediaType("application", "octet-stream")
    private static let native = TransferSyntax.explicitVRLittleEndian.uid

    /// What can be had, what costs least first.
    private static func all(_ stored: Viewing.FrameData) -> [(CodedOffer, FrameForm)] {
        let own = stored.isEncapsulated ? mediaType(stored.transferSyntax) : octets
        var all = forms(own, stored.transferSyntax, isStored: true, isDefault: own != octets || !stored.isEncapsulated)
        // The compressed bytes without saying what they are: for who accepts any syntax.
        if own != octets { all += forms(octets, stored.transferSyntax, isStored: true, isDefault: false) }
        guard MediaType.video(in: stored.transferSyntax) == nil else { return all }
        if stored.isEncapsulated { all += forms(octets, native, isStored: false, isDefault: true) }
        for (uid, isDefault) in lossless where uid != stored.transferSyntax {
            all += forms(mediaType(uid), uid, isStored: false, isDefault: isDefault)
        }
        return all
    }

    private static func forms(
        _ part: MediaType, _ syntax: String, isStored: Bool, isDefault: Bool
    ) -> [(CodedOffer, FrameForm)] {
        [false, true].map { isSingle in
            let type = isSingle ? part : MediaType("multipart", "related", ["type": part.essence])
            return (
                CodedOffer(type, syntax, isStored: isStored, isDefault: isDefault),
                FrameForm(mediaType: part, transferSyntax: syntax, isRecoded: !isStored, isSingle: isSingle)
            )
        }
    }

    /// What frames are compressed to when somebody asks for it, and whether it is its type's default
    /// (PS3.18 Table 8.7.3-5).
    private static let lossless: [(uid: String, isDefault: Bool)] = [
        (UID.JPEGLSLossless, true), (UID.HTJ2KLossless, true), (UID.HTJ2KLosslessRPCL, false),
        (UID.JPEG2000Lossless, true), (UID.RLELossless, true),
    ]

    /// PS3.18 Table 8.7.3-5.
    private static func mediaType(_ transferSyntax: String) -> MediaType {
        if let video = MediaType.video(in: transferSyntax) { return video }
        let prefix = "1.2.840.10008.1.2."
        guard transferSyntax.hasPrefix(prefix) else { return octets }
        return switch transferSyntax.dropFirst(prefix.count) {
        case "4.50", "4.51", "4.57", "4.70": MediaType("image", "jpeg")
        case "4.80", "4.81": MediaType("image", "jls")
        case "4.90", "4.91": MediaType("image", "jp2")
        case "4.92", "4.93": MediaType("image", "jpx")
        case "4.110", "4.111", "4.112": MediaType("image", "jxl")
        case "4.201", "4.202", "4.203": MediaType("image", "jphc")
        case "5": MediaType("image", "dicom-rle")
        default: octets
        }
    }
}
