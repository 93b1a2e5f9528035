internal import ByteIO
public import DICOM

/// Makes regions of every frame black and leaves all other pixels exactly as a decoder gives them.
///
/// Native pixel data are changed in place. Frames of a lossless transfer syntax that can be written here are decoded
/// and encoded again in it; those of any other are written as JPEG-LS Lossless, or, where JPEG-LS has no room for the
/// samples, as Explicit VR Little Endian: a lossy codec would change the pixels around.
public struct PixelBlanking: Sendable {
    /// The same in every frame; what lies outside the image is left out.
    public let regions: [PixelRegion]

    public init(_ regions: [PixelRegion]) { self.regions = regions }

    /// `file` with the regions black. What describes the pixels (transfer syntax, Photometric Interpretation, planar
    /// configuration, offset tables) says what they are now; encapsulated icons are left out.
    ///
    /// Values are taken from `file`, which has to be readable as long as the result is used.
    /// - Parameter store: where recoded frames are kept.
    /// - Returns: `file` itself where no region lies in the image.
    /// - Throws: `.notAnImage`; `.unsupported` for pixel data that cannot be decoded, such as video; `.truncated` where
    ///   frames are missing; what decoding throws.
    public func apply(
        to file: DICOMFile, keeping store: any FrameStore = MemoryFrames()
    ) throws(ImagingError) -> DICOMFile {
        let description = try PixelDescription(file)
        let clipped = regions.compactMap { $0.clipped(rows: description.rows, columns: description.columns) }
        guard !clipped.isEmpty else { return file }
        guard description.isEncapsulated else { return try native(file, clipped) }
        var refusal: ImagingError?
        for target in Self.targets(of: file.transferSyntax) {
            do {
                return try recoded(file, clipped, as: target, keeping: store)
            } catch {
                guard error.code == .unsupported else { throw error }
                refusal = refusal ?? error
            }
        }
        throw refusal ?? ImagingError(.unsupported, "\(file.transferSyntax.name) cannot be written")
    }

    /// What the frames are written in, the first that takes them.
    private static func targets(of source: TransferSyntax) -> [TransferSyntax] {
        let isKept = (try? FrameEncoder(source)).map { !$0.isLossy } ?? false
        return (isKept ? [source] : []) + [TransferSyntax(uid: UID.JPEGLSLossless), .explicitVRLittleEndian]
    }

    private func recoded(
        _ file: DICOMFile, _ regions: [PixelRegion], as target: TransferSyntax, keeping store: any FrameStore
    ) throws(ImagingError) -> DICOMFile {
        let transcoder = try Transcoder(to: target)
        let recoding = try PixelRecoding(file, transcoder.encoder)
        // The store must be empty for the next target: one that refuses does so with the first frame.
        let recoded = try recoding.recoded(keeping: store, blanking: FrameBlanking(file, regions))
        return try transcoder.converted(recoded)
    }
}

/// Makes regions of decoded frames black.
struct FrameBlanking {
    private let regions: [PixelRegion]
    private let black: BlackLevel

    init(_ file: DICOMFile, _ regions: [PixelRegion]) {
        self.regions = regions
        black = BlackLevel(file)
    }

    /// `frame` with the regions black.
    /// - Parameter description: of the pixel data that it was decoded from.
    func blanked(_ frame: StoredFrame, _ description: PixelDescription) throws(ImagingError) -> StoredFrame {
        // A frame with all bits of its words says nothing about their meaning.
        let meant = try StoredFrame(
            rows: frame.rows, columns: frame.columns, samplesPerPixel: frame.samplesPerPixel,
            bytesPerSample: frame.bytesPerSample, bitsStored: min(description.bitsStored, frame.bytesPerSample * 8),
            highBit: frame.bitsStored == description.bitsStored ? frame.highBit : description.highBit,
            isSigned: description.isSigned, photometric: frame.photometric, samples: frame.samples)
        let values = black.values(
            description, frame.photometric, in: black.dependsOnFrame(description) ? meant.normalised() : nil)
        let isWhole = frame.bitsStored != description.bitsStored
        let shift = isWhole ? description.highBit + 1 - description.bitsStored : 0
        let words = values.map { UInt64(bitPattern: Int64($0)) << UInt64(shift) }
        let samples = unsafe Bytes(count: frame.samples.count) { target in
            unsafe frame.samples.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            for region in regions { unsafe fill(region, words, frame, target) }
        }
        return StoredFrame(frame, highBit: frame.highBit, samples: samples)
    }

    /// `target` holds the samples of `frame`, and `region` lies in it.
    private func fill(
        _ region: PixelRegion, _ words: [UInt64], _ frame: StoredFrame, _ target: UnsafeMutableRawBufferPointer
    ) {
        let width = frame.bytesPerSample
        let pixel = words.flatMap { word in (0..<width).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        for row in region.rows {
            var position = (row * frame.columns + region.x) * pixel.count
            for _ in 0..<region.width {
                for byte in pixel {
                    unsafe target[position] = byte
                    position += 1
                }
            }
        }
    }
}
