import DICOM
import DICOMImaging
import Foundation

/// Transfer syntaxes by the names that people type.
enum TransferSyntaxName {
    static let all: [(name: String, uid: String)] = [
        ("explicit", UID.ExplicitVRLittleEndian), ("implicit", UID.ImplicitVRLittleEndian),
        ("big-endian", UID.ExplicitVRBigEndian), ("deflated", UID.DeflatedExplicitVRLittleEndian),
        ("encapsulated", UID.EncapsulatedUncompressedExplicitVRLittleEndian),
        ("deflated-frames", UID.DeflatedImageFrameCompression), ("rle", UID.RLELossless),
        ("jpeg", UID.JPEGBaseline8Bit), ("jpeg-ls", UID.JPEGLSLossless), ("jpeg-ls-near", UID.JPEGLSNearLossless),
        ("j2k", UID.JPEG2000Lossless), ("j2k-lossy", UID.JPEG2000), ("htj2k", UID.HTJ2KLossless),
        ("htj2k-rpcl", UID.HTJ2KLosslessRPCL),
    ].filter { FrameEncoder.transferSyntaxes.contains($0.1) }

    /// What `text`, a name or a UID, stands for; `nil` for a name that is none.
    static func transferSyntax(_ text: String) -> TransferSyntax? {
        if let known = all.first(where: { $0.name == text.lowercased() }) { return TransferSyntax(uid: known.uid) }
        return text.contains(".") ? TransferSyntax(uid: text) : nil
    }

    /// One line a syntax: name, UID, what the standard calls it.
    static var listing: String {
        all.map { name, uid in
            name.padding(toLength: 16, withPad: " ", startingAt: 0)
                + uid.padding(toLength: 24, withPad: " ", startingAt: 0) + TransferSyntax(uid: uid).name
        }.joined(separator: "\n")
    }
}
