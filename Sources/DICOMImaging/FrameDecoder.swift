public import ByteIO
import DICOM

/// Turns a frame's bytes, as they lie in the file, into samples.
///
/// Native, RLE Lossless and JPEG baseline (also process 4 with 8 bits, and Deflated Image Frame Compression). Every
/// other transfer syntax is refused by name.
public struct FrameDecoder: Sendable {
    public let description: PixelDescription
    private let coding: Coding

    private enum Coding { case native, runLength, jpeg, deflated }

    /// - Throws: `ImagingError.unsupported` for a transfer syntax that cannot be decoded.
    public init(_ description: PixelDescription) throws(ImagingError) {
        self.description = description
        switch description.transferSyntax {
        case UID.RLELossless: coding = .runLength
        case UID.JPEGBaseline8Bit, UID.JPEGExtended12Bit: coding = .jpeg
        case UID.DeflatedImageFrameCompression: coding = .deflated
        case UID.EncapsulatedUncompressedExplicitVRLittleEndian: coding = .native
        case let uid:
            guard !description.isEncapsulated else {
                throw ImagingError(.unsupported, "\(TransferSyntax(uid: uid).name) is not supported yet")
            }
            coding = .native
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
            guard description.bitsAllocated >= 8 else {
                throw ImagingError(.unsupported, "RLE Lossless with Bits Allocated 1 is not supported")
            }
            let samples = try RLEDecoder.decode(
                data, pixels: pixels, samples: description.samplesPerPixel, width: description.bytesPerSample)
            return try frame(samples, photometric: nativePhotometric)
        case .jpeg: return try decodeJPEG(data)
        }
    }

    /// YBR_FULL_422 comes out with all chrominance samples.
    private var nativePhotometric: PhotometricInterpretation {
        description.photometric == .ybrFull422 ? .ybrFull : description.photometric
    }

    private var nativeBytes: Int {
        (description.nativeFrameBits(isSubsampled: description.isSubsampled) + 7) / 8
    }

    private func frame(
        _ samples: Bytes, photometric: PhotometricInterpretation
    ) throws(ImagingError) -> StoredFrame {
        try StoredFrame(
            rows: description.rows, columns: description.columns, samplesPerPixel: description.samplesPerPixel,
            bytesPerSample: description.bytesPerSample, bitsStored: description.bitsStored,
            highBit: description.highBit, isSigned: description.isSigned, photometric: photometric, samples: samples
        ).normalised()
    }

    private func decodeJPEG(_ data: Bytes) throws(ImagingError) -> StoredFrame {
        let header = try JPEGCodec.header(data)
        guard header.precision == 8 else {
            throw ImagingError(.unsupported, "JPEG with \(header.precision) bits is not supported yet")
        }
        guard header.rows == description.rows, header.columns == description.columns,
            header.components == description.samplesPerPixel, description.bitsAllocated >= 8
        else {
            throw ImagingError(
                .corrupt,
                "the JPEG codestream has \(header.rows) × \(header.columns) pixels of \(header.components) samples, "
                    + "other than the data set")
        }
        // Even an empty block costs bits: what is far too short cannot fill the frame.
        guard description.decodedFrameBytes / 4096 <= data.count else {
            throw ImagingError(.truncated, "the JPEG data are too short for the frame")
        }
        let decoded = try JPEGCodec.decode(
            data, rows: header.rows, columns: header.columns, components: header.components)
        return try frame(
            Self.widened(decoded, to: description.bytesPerSample), photometric: photometric(of: header))
    }

    /// What the components are: the codestream's markers know it better than a data set that was not updated when its
    /// pixels were compressed.
    private func photometric(of header: JPEGCodec.Header) -> PhotometricInterpretation {
        guard header.components == 3 else { return description.photometric }
        switch description.photometric {
        case .rgb: return header.isMarkedYCbCr ? .ybrFull : .rgb
        case .ybrFull, .ybrFull422: return header.isMarkedRGB ? .rgb : .ybrFull
        case let other: return other
        }
    }

    /// 8-bit samples in words as wide as Bits Allocated says.
    private static func widened(_ samples: Bytes, to width: Int) -> Bytes {
        guard width > 1 else { return samples }
        return unsafe Bytes(count: samples.count * width) { target in
            for (index, sample) in samples.enumerated() { unsafe target[index * width] = sample }
        }
    }
}
