public import ByteIO
import DICOM

/// Turns a frame's bytes, as they lie in the file, into samples.
///
/// A transfer syntax that nobody here can decode is refused by name.
public struct FrameDecoder: Sendable {
    public let description: PixelDescription
    private let coding: Coding
    /// Leaves bits outside Bits Stored as they are.
    var keepsUnusedBits = false

    private enum Coding {
        case native, runLength, deflated
        case codestream(@Sendable (Bytes) throws(ImagingError) -> any Codestream)
    }

    /// - Throws: `ImagingError.unsupported` for a transfer syntax that cannot be decoded.
    public init(_ description: PixelDescription) throws(ImagingError) {
        self.description = description
        switch description.transferSyntax {
        case UID.RLELossless: coding = .runLength
        case UID.DeflatedImageFrameCompression: coding = .deflated
        case UID.EncapsulatedUncompressedExplicitVRLittleEndian: coding = .native
        case let uid:
            if let open = Self.codestream(of: uid) {
                coding = .codestream(open)
            } else if VideoFormat(transferSyntax: uid) != nil {
                throw ImagingError(
                    .unsupported, "\(TransferSyntax(uid: uid).name) is video: its frames cannot be decoded one by one")
            } else if description.isEncapsulated {
                throw ImagingError(.unsupported, "\(TransferSyntax(uid: uid).name) cannot be decoded")
            } else {
                coding = .native
            }
        }
    }

    /// The samples of one frame.
    /// - Parameters:
    ///   - data: the frame's bytes, fragments put together.
    ///   - leadingBits: bits of `data` before the frame (`FrameIndex.Location.leadingBits`).
    public func decode(_ data: Bytes, leadingBits: Int = 0) throws(ImagingError) -> StoredFrame {
        let pixels = description.rows * description.columns
        switch coding {
        case .native:
            return try frame(try native(data, leadingBits: leadingBits), photometric: nativePhotometric)
        case .deflated:
            let inflated = try Deflate.inflate(data, count: nativeBytes)
            return try frame(try native(inflated, leadingBits: 0), photometric: nativePhotometric)
        case .runLength:
            if description.bitsAllocated == 1 {
                // The packed bits are one byte segment (PS3.5 §8.2.2, Table 8.2.2-1).
                let packed = try RLEDecoder.decode(data, pixels: (pixels + 7) / 8, samples: 1, width: 1)
                return try frame(try native(packed, leadingBits: 0), photometric: nativePhotometric)
            }
            let samples = try RLEDecoder.decode(
                data, pixels: pixels, samples: description.samplesPerPixel, width: description.bytesPerSample)
            return try frame(samples, photometric: nativePhotometric)
        case .codestream(let open): return try decodeCodestream(data, open)
        }
    }

    /// YBR_FULL_422 comes out with all chrominance samples. (So does YBR_PARTIAL_422, which has no other name then.)
    private var nativePhotometric: PhotometricInterpretation {
        description.photometric == .ybrFull422 ? .ybrFull : description.photometric
    }

    private var nativeBytes: Int {
        (description.nativeFrameBits(isSubsampled: description.isSubsampled) + 7) / 8
    }

    func frame(
        _ samples: Bytes, photometric: PhotometricInterpretation
    ) throws(ImagingError) -> StoredFrame {
        let frame = try StoredFrame(
            rows: description.rows, columns: description.columns, samplesPerPixel: description.samplesPerPixel,
            bytesPerSample: description.bytesPerSample, bitsStored: description.bitsStored,
            highBit: description.highBit, isSigned: description.isSigned, isFloat: description.isFloat,
            photometric: photometric, samples: samples)
        return keepsUnusedBits ? frame : frame.normalised()
    }
}
