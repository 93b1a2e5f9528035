public import ByteIO
public import DICOM

/// The Pixel Data of one file, frame by frame.
public struct PixelData: Sendable {
    public let description: PixelDescription
    /// Where the frames lie in `carrier`.
    public let index: FrameIndex
    /// The file's contents, or the value itself where the file was made in memory.
    private let carrier: any ByteSource

    /// - Throws: `ImagingError` where the file has no Pixel Data or describes it impossibly. The transfer syntax is
    ///   only looked at when a frame is decoded.
    public init(_ file: DICOMFile) throws(ImagingError) {
        description = try PixelDescription(file)
        guard case .raw(let raw) = file.dataSet[description.pixelDataTag]?.value, raw.origin == nil,
            let bytes = raw.bytes
        else {
            index = try FrameIndex(file, description)
            carrier = file.contents
            return
        }
        index = try FrameIndex(native: 0..<bytes.count, description)
        carrier = bytes
    }

    /// Frames that can be decoded.
    public var frameCount: Int { index.frameCount }

    /// The bytes of frame `number` (from 1) as they are coded.
    public func bytes(ofFrame number: Int) throws(ImagingError) -> Bytes {
        try index.read(frame: number, from: carrier)
    }

    /// The samples of frame `number` (from 1).
    /// - Parameter keepsUnusedBits: leaves bits outside Bits Stored as they are: overlays may lie there.
    public func frame(_ number: Int, keepsUnusedBits: Bool = false) throws(ImagingError) -> StoredFrame {
        var decoder = try FrameDecoder(description)
        decoder.keepsUnusedBits = keepsUnusedBits
        let location = try index.location(ofFrame: number)
        return try decoder.decode(try index.read(frame: number, from: carrier), leadingBits: location.leadingBits)
    }
}
