import ByteIO
import DICOM

/// The pixel data of one file on their way into another transfer syntax.
struct PixelRecoding {
    let file: DICOMFile
    let encoder: FrameEncoder
    let pixels: PixelData
    /// Gives all bits of Bits Allocated; `nil` where the source holds nothing but values.
    private let container: FrameDecoder?
    private let plain: FrameDecoder

    /// - Throws: for pixel data that cannot be decoded, or are not all there.
    init(_ file: DICOMFile, _ encoder: FrameEncoder) throws(ImagingError) {
        self.file = file
        self.encoder = encoder
        pixels = try PixelData(file)
        plain = try FrameDecoder(pixels.description)
        container = try Self.containerDecoder(file, pixels.description)
        guard pixels.frameCount == pixels.description.numberOfFrames else {
            throw ImagingError(
                .truncated,
                "the pixel data hold \(pixels.frameCount) of \(pixels.description.numberOfFrames) frames")
        }
    }

    /// The file with its pixel data recoded and described anew, still to be converted to the target.
    /// - Parameter blanking: what is made black in every frame on the way.
    func recoded(keeping store: any FrameStore, blanking: FrameBlanking? = nil) throws(ImagingError) -> DICOMFile {
        try checkLength()
        var overlays = EmbeddedOverlays(file.dataSet, pixels.description)
        var run = Run(encoder, isOneBit: pixels.description.bitsAllocated == 1)
        for number in 1...pixels.frameCount {
            var frame = try frame(number, &overlays)
            if let blanking { frame = try blanking.blanked(frame, pixels.description) }
            try run.add(frame, of: self, to: store)
        }
        try run.finish(to: store)
        var file = file
        file.dataSet = try run.described(self, pixelData: store.finish(), overlays)
        file.dataSet = withoutEncapsulatedIcons(file.dataSet)
        if encoder.isLossy {
            file.meta.set(.MediaStorageSOPInstanceUID, .UI, strings: file.dataSet.strings(.SOPInstanceUID))
        }
        return file
    }

    /// Native pixel data have a length of 32 bits.
    private func checkLength() throws(ImagingError) {
        guard encoder.coding == .native else { return }
        let description = pixels.description
        let bits = description.rows * description.columns * description.samplesPerPixel * description.bitsAllocated
        let (total, overflow) = bits.multipliedReportingOverflow(by: description.numberOfFrames)
        guard !overflow, total / 8 < Int(UInt32.max) - 1 else {
            throw ImagingError(.tooLarge, "native pixel data are at most 4 GB long")
        }
    }

    /// Frame `number`: its values, or with all bits of its words where both sides keep those.
    private func frame(_ number: Int, _ overlays: inout EmbeddedOverlays) throws(ImagingError) -> StoredFrame {
        let location = try pixels.index.location(ofFrame: number)
        let bytes = try pixels.bytes(ofFrame: number)
        guard let container else { return try plain.decode(bytes, leadingBits: location.leadingBits) }
        let whole = try container.decode(bytes, leadingBits: location.leadingBits)
        if encoder.coding.keepsContainer { return whole }
        overlays.collect(whole)
        let description = pixels.description
        let frame = try StoredFrame(
            rows: whole.rows, columns: whole.columns, samplesPerPixel: whole.samplesPerPixel,
            bytesPerSample: whole.bytesPerSample, bitsStored: description.bitsStored, highBit: description.highBit,
            isSigned: description.isSigned, photometric: whole.photometric, samples: whole.samples)
        if !encoder.isLossy, overlays.strayBits(whole, description) {
            throw ImagingError(
                .unsupported, "bits outside Bits Stored are set, and would be lost in \(encoder.transferSyntax.name)")
        }
        return frame.normalised()
    }

    /// Of transfer syntaxes that keep words as they are, for words that have more bits than are stored.
    private static func containerDecoder(
        _ file: DICOMFile, _ description: PixelDescription
    ) throws(ImagingError) -> FrameDecoder? {
        let keeps = FrameEncoder.Coding(file.transferSyntax)?.keepsContainer ?? false
        guard keeps, description.bitsStored < description.bitsAllocated else { return nil }
        return try FrameDecoder(wholeWords(file.dataSet, file.transferSyntax, description.isWordEncoded))
    }

    /// The description of the same pixel data as if all bits were stored.
    static func wholeWords(
        _ dataSet: DataSet, _ syntax: TransferSyntax, _ isWordEncoded: Bool
    ) throws(ImagingError) -> PixelDescription {
        var dataSet = dataSet
        let bits = dataSet.int(.BitsAllocated) ?? 0
        dataSet.set(.BitsStored, .US, ints: [bits])
        dataSet.set(.HighBit, .US, ints: [bits - 1])
        dataSet.set(.PixelRepresentation, .US, ints: [0])
        return try PixelDescription(dataSet, transferSyntax: syntax, isWordEncoded: isWordEncoded)
    }

    /// Whether frames are handed on with all bits of their words.
    var keepsContainer: Bool { container != nil && encoder.coding.keepsContainer }

    /// An icon in fragments is coded as the image was; in the new syntax nobody could read it (PS3.5 §A.4).
    private func withoutEncapsulatedIcons(_ dataSet: DataSet) -> DataSet {
        let icons = dataSet.sequence(.IconImageSequence) ?? []
        let isEncapsulated = icons.contains { if case .fragments = $0[.PixelData]?.value { true } else { false } }
        guard isEncapsulated else { return dataSet }
        var dataSet = dataSet
        dataSet.remove(.IconImageSequence)
        return dataSet
    }
}
