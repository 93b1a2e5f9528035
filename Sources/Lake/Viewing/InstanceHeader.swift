internal import ByteIO
internal import DICOM
internal import DICOMImaging

/// What an instance says about its pixels, read from its header.
struct InstanceHeader: Sendable {
    let pixels: PixelDescription
    let display: DisplayParameters.Reader
    let modality: String

    /// A header beyond this is not read into memory.
    static let maximumBytes = 64 << 20

    /// - Parameters:
    ///   - bytes: the object from its beginning to its first frame.
    init(_ bytes: Bytes, isNative: Bool) throws(LakeError) {
        var options = ReadOptions()
        options.stopBefore = .PixelData
        options.inlineLimit = bytes.count
        do {
            let file = try DICOMFile.read(bytes, options: options)
            pixels = try PixelDescription(
                file.dataSet, transferSyntax: file.transferSyntax,
                isWordEncoded: isNative && Self.isWordEncoded(bytes, file.transferSyntax))
            display = DisplayParameters.Reader(file)
            modality = file.dataSet.string(.Modality) ?? ""
        } catch {
            throw LakeError(.invalid, "the instance cannot be shown: \(error)")
        }
    }

    /// Of a file that is whole in memory.
    init(_ file: DICOMFile, _ pixels: PixelDescription) {
        self.pixels = pixels
        display = DisplayParameters.Reader(file)
        modality = file.dataSet.string(.Modality) ?? ""
    }

    /// The VR of native Pixel Data, which stands 8 bytes before the first frame where VRs are explicit (PS3.5 §7.1.2).
    private static func isWordEncoded(_ header: Bytes, _ syntax: TransferSyntax) -> Bool {
        guard !syntax.isImplicitVR, header.count >= 8 else { return true }
        return header[clamping: (header.count - 8)..<(header.count - 6)] != Bytes(utf8: "OB")
    }
}
