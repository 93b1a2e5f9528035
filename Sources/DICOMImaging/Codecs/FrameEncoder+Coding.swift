import DICOM

extension FrameEncoder {
    /// How a transfer syntax codes frames.
    enum Coding: Hashable, Sendable {
        case native, encapsulated, deflated, runLength, jpeg, jpegLS, jpegLSNear, jpeg2000, jpeg2000Lossy, htj2k

        static let all: [(uid: String, coding: Coding)] = [
            (UID.ExplicitVRLittleEndian, .native), (UID.ImplicitVRLittleEndian, .native),
            (UID.ExplicitVRBigEndian, .native), (UID.DeflatedExplicitVRLittleEndian, .native),
            (UID.EncapsulatedUncompressedExplicitVRLittleEndian, .encapsulated),
            (UID.DeflatedImageFrameCompression, .deflated), (UID.RLELossless, .runLength),
            (UID.JPEGBaseline8Bit, .jpeg),
            (UID.JPEGLSLossless, .jpegLS), (UID.JPEGLSNearLossless, .jpegLSNear), (UID.JPEG2000Lossless, .jpeg2000),
            (UID.JPEG2000, .jpeg2000Lossy), (UID.HTJ2KLossless, .htj2k), (UID.HTJ2KLosslessRPCL, .htj2k),
        ]

        init?(_ transferSyntax: TransferSyntax) {
            guard let found = Self.all.first(where: { $0.uid == transferSyntax.uid }) else { return nil }
            self = found.coding
        }

        var isLossy: Bool { lossyMethod != nil }

        /// Whether all bits of Bits Allocated are kept as they are, not only the stored value.
        var keepsContainer: Bool {
            switch self {
            case .native, .encapsulated, .deflated, .runLength: true
            case .jpeg, .jpegLS, .jpegLSNear, .jpeg2000, .jpeg2000Lossy, .htj2k: false
            }
        }

        /// Lossy Image Compression Method (PS3.3 C.7.6.1.1.5.1); `nil` where nothing is lost.
        var lossyMethod: String? {
            switch self {
            case .jpeg: "ISO_10918_1"
            case .jpegLSNear: "ISO_14495_1"
            case .jpeg2000Lossy: "ISO_15444_1"
            case .native, .encapsulated, .deflated, .runLength, .jpegLS, .jpeg2000, .htj2k: nil
            }
        }

        /// What Photometric Interpretation says of pixels that were `photometric` before (PS3.5 §8.2).
        func photometric(_ photometric: PhotometricInterpretation) -> PhotometricInterpretation {
            switch (self, photometric) {
            // Chrominance is halved: PS3.5 §8.2.1.
            case (.jpeg, .rgb), (.jpeg, .ybrFull): .ybrFull422
            // The colour transformations of JPEG 2000: PS3.5 §8.2.4.
            case (.jpeg2000, .rgb), (.htj2k, .rgb): .ybrReversible
            case (.jpeg2000Lossy, .rgb): .ybrIrreversible
            default: photometric
            }
        }

        /// - Throws: `.unsupported` for samples that the transfer syntax does not take.
        func check(_ frame: StoredFrame, bitsAllocated: Int, _ name: String) throws(ImagingError) {
            func refuse(_ reason: String) -> ImagingError { ImagingError(.unsupported, "\(name): \(reason)") }
            // Bits in RLE are read by no other program that is at hand: written, they would be lost to most.
            if keepsContainer, self != .runLength || bitsAllocated >= 8 { return }
            guard bitsAllocated >= 8 else { throw refuse("Bits Allocated 1 cannot be compressed so") }
            switch (frame.samplesPerPixel, frame.photometric) {
            case (1, .monochrome1), (1, .monochrome2), (3, .rgb), (3, .ybrFull): break
            case (1, .paletteColor):
                guard !isLossy else { throw refuse("palette indices would be other colours after a loss") }
            default:
                throw refuse(
                    "\(frame.samplesPerPixel) samples of \(frame.photometric.rawValue) cannot be compressed")
            }
            guard frame.bytesPerSample <= 2 || self != .jpegLS && self != .jpegLSNear else {
                throw refuse("samples of more than 16 bits cannot be compressed")
            }
            guard self != .jpeg || frame.bytesPerSample == 1 && !frame.isSigned else {
                throw refuse("only unsigned samples of 8 bits can be compressed")
            }
        }
    }
}
