internal import ByteIO
internal import DICOM
internal import DICOMImaging

/// What an instance says about its pixels, read from its header.
struct InstanceHeader: Sendable {
    let pixels: PixelDescription
    let display: DisplayParameters.Reader
    let modality: String
    /// Within which positions can be compared.
    let frameOfReference: String?
    /// Frames a second, where the file recommends any.
    let frameRate: Double?
    /// Whether the pixels went through lossy compression at any time.
    let isLossy: Bool

    /// A header beyond this is not read into memory.
    static let maximumBytes = 64 << 20

    /// - Parameters:
    ///   - bytes: the object from its beginning to its first frame.
    init(_ bytes: Bytes, isNative: Bool) throws(LakeError) {
        var options = ReadOptions()
        // Float, Double Float or Pixel Data: whichever it is, it ends the header.
        options.stopBefore = .FloatPixelData
        options.inlineLimit = bytes.count
        do {
            let file = try DICOMFile.read(bytes, options: options)
            pixels = try PixelDescription(
                file.dataSet, transferSyntax: file.transferSyntax,
                isWordEncoded: isNative && Self.isWordEncoded(bytes, file.transferSyntax),
                isFloat: isNative && Self.isFloat(bytes, file.transferSyntax))
            display = DisplayParameters.Reader(file)
            modality = file.dataSet.string(.Modality) ?? ""
            frameOfReference = file.dataSet.string(.FrameOfReferenceUID)?.nonEmpty
            frameRate = Self.frameRate(file.dataSet)
            isLossy = Self.isLossy(file)
        } catch {
            throw LakeError(.invalid, "the instance cannot be shown: \(error)")
        }
    }

    /// Of a file that is whole in memory.
    init(_ file: DICOMFile, _ pixels: PixelDescription) {
        self.pixels = pixels
        display = DisplayParameters.Reader(file)
        modality = file.dataSet.string(.Modality) ?? ""
        frameOfReference = file.dataSet.string(.FrameOfReferenceUID)?.nonEmpty
        frameRate = Self.frameRate(file.dataSet)
        isLossy = Self.isLossy(file)
    }

    /// Recommended Display Frame Rate or Cine Rate, else from Frame Time (PS3.3 C.7.6.5.1.1).
    private static func frameRate(_ dataSet: DataSet) -> Double? {
        let given = dataSet.double(.RecommendedDisplayFrameRate) ?? dataSet.double(.CineRate)
        let rate = given ?? dataSet.double(.FrameTime).flatMap { $0 > 0 ? (10_000 / $0).rounded() / 10 : nil }
        // Beyond what a screen shows the number is no recommendation but a mistake.
        return rate.flatMap { $0 >= 0.1 && $0 <= 240 ? $0 : nil }
    }

    /// Said by the file, or by a transfer syntax that is always lossy.
    private static func isLossy(_ file: DICOMFile) -> Bool {
        file.dataSet.string(.LossyImageCompression) == "01"
            || [UID.JPEGBaseline8Bit, UID.JPEGExtended12Bit].contains(file.transferSyntax.uid)
    }

    /// Whether the element that the header ends with is (7FE0,0008) or (7FE0,0009).
    private static func isFloat(_ header: Bytes, _ syntax: TransferSyntax) -> Bool {
        let start = header.count - (syntax.isImplicitVR ? 8 : 12)
        guard start >= 0 else { return false }
        let element = header[clamping: (start + 2)..<(start + 4)].array
        return element.contains(8) || element.contains(9)
    }

    /// The VR of native Pixel Data, which stands 8 bytes before the first frame where VRs are explicit (PS3.5 §7.1.2).
    private static func isWordEncoded(_ header: Bytes, _ syntax: TransferSyntax) -> Bool {
        guard !syntax.isImplicitVR, header.count >= 8 else { return true }
        return header[clamping: (header.count - 8)..<(header.count - 6)] != Bytes(utf8: "OB")
    }
}
