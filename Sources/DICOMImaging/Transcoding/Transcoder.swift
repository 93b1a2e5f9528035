internal import ByteIO
public import DICOM

/// Writes files anew in another transfer syntax: the pixel data recoded and described as that syntax demands
/// (PS3.5 §8.2, Annex A), the rest as it was.
///
/// Lossless targets: every frame is decoded again and compared before the file is made. Lossy targets: the result is
/// a new instance that names its source (PS3.3 C.7.6.1.1.5, C.12.4); there is no way to keep its UID.
public struct Transcoder: Sendable {
    /// What files are written in.
    public let target: TransferSyntax
    let encoder: FrameEncoder

    /// - Throws: `ImagingError` `.unsupported`, by name, for a transfer syntax that cannot be written;
    ///   `.invalidRequest` for options out of range.
    public init(
        to target: TransferSyntax, options: FrameEncoder.Options = FrameEncoder.Options()
    ) throws(ImagingError) {
        self.target = TransferSyntax(uid: target.uid)
        encoder = try FrameEncoder(target, options: options)
    }

    /// `file` in the target's transfer syntax; itself where it is in that already.
    ///
    /// Frames are decoded and encoded one by one. Values are taken from `file`, which has to be readable as long as
    /// the result is used: what `encode()` of it gives refers to its `source`.
    /// - Parameter store: where the recoded frames are kept.
    /// - Throws: `.unsupported` for pixels that one of the two syntaxes does not take; `.notAnImage` where there are
    ///   none to be compressed; what decoding throws; `.corrupt` where a lossless frame does not come out again.
    public func transcode(
        _ file: DICOMFile, keeping store: any FrameStore = MemoryFrames()
    ) throws(ImagingError) -> DICOMFile {
        guard file.transferSyntax != target else { return file }
        let source = file.transferSyntax
        guard source.uid != target.uid, file.dataSet.contains(.PixelData) else {
            return try withoutRecoding(file)
        }
        if !source.isEncapsulated, !target.isEncapsulated, !swapsLongSamples(file) { return try converted(file) }
        return try converted(PixelRecoding(file, encoder).recoded(keeping: store))
    }

    /// Pixel Data are words of 16 bits to the encoding (OW), whatever is in them: samples of 32 bits, which programs
    /// read in the other order as a whole, have to be recoded.
    private func swapsLongSamples(_ file: DICOMFile) -> Bool {
        file.transferSyntax.byteOrder != target.byteOrder && (file.dataSet.int(.BitsAllocated) ?? 0) > 16
    }

    private func withoutRecoding(_ file: DICOMFile) throws(ImagingError) -> DICOMFile {
        let isFloat = file.dataSet.contains(.FloatPixelData) || file.dataSet.contains(.DoubleFloatPixelData)
        guard !target.isEncapsulated || file.transferSyntax.uid == target.uid else {
            throw isFloat
                ? ImagingError(.unsupported, "\(target.name): floating point pixel data cannot be compressed")
                : ImagingError(.notAnImage, "\(target.name): there are no Pixel Data to be compressed")
        }
        guard !file.dataSet.contains(.PixelDataProviderURL) else {
            throw ImagingError(.unsupported, "the pixel data are elsewhere, at a JPIP server")
        }
        return try converted(file)
    }

    /// `file`, whose pixel data have the form that the target demands.
    func converted(_ file: DICOMFile) throws(ImagingError) -> DICOMFile {
        var file = file
        // A preamble may belong to another format that points into the file (PS3.10 §7.1): it would point elsewhere.
        if file.preamble != nil { file.preamble = Bytes([UInt8](repeating: 0, count: 128)) }
        file.meta.remove(.ImplementationClassUID)
        file.meta.remove(.ImplementationVersionName)
        do {
            return try file.converted(to: target)
        } catch {
            throw ImagingError(.corrupt, at: error.offset, "the file cannot be written: \(error.reason)")
        }
    }
}
