import ByteIO
public import DICOM
import DICOMImaging

extension SeriesDefacer {
    /// Lossless transfer syntaxes are kept where they can be written; everything else becomes native.
    private static let native = TransferSyntax.explicitVRLittleEndian

    /// A new image without the face, which says what it was made of and how (PS3.3 C.7.6.1.1, C.12.4).
    /// - Parameter file: one of those that the face was looked for in.
    /// - Throws: where its pixels cannot be decoded or written.
    public func defaced(_ file: DICOMFile) throws(FacesError) -> DICOMFile {
        do throws(ImagingError) {
            // The word of a sample may hold an overlay's bits beside it: both are made plain, and gone where blanked.
            var plain = try Transcoder(to: Self.native).transcode(file)
            let description = try PixelDescription(plain)
            let isGrey = description.samplesPerPixel == 1 && !description.isFloat
            guard isGrey, [8, 16, 32].contains(description.bitsAllocated) else { throw Self.colour }
            let bytes = try blanked(plain, description)
            describe(&plain)
            plain.dataSet.set(.PixelData, description.bitsAllocated > 8 ? .OW : .OB, bytes: bytes)
            let syntax = TransferSyntax(uid: file.transferSyntax.uid)
            guard syntax.isEncapsulated, let encoder = try? FrameEncoder(syntax), !encoder.isLossy,
                let again = try? Transcoder(to: syntax).transcode(plain)
            else { return plain }
            return again
        } catch { throw FacesError(.unsupported, error.reason) }
    }

    /// The frames, one behind the other.
    private func blanked(_ file: DICOMFile, _ description: PixelDescription) throws(ImagingError) -> Bytes {
        guard case .raw(let raw)? = file.dataSet[.PixelData]?.value, let source = try? file.bytes(of: raw) else {
            throw ImagingError(.notAnImage, "the pixel data are not there")
        }
        let length = description.decodedFrameBytes
        let (total, overflow) = length.multipliedReportingOverflow(by: description.numberOfFrames)
        guard !overflow, total <= source.count, total < Int(UInt32.max) - 1 else {
            throw ImagingError(.truncated, "the pixel data do not hold all frames")
        }
        var samples = source.array
        if samples.count > total { samples.removeLast(samples.count - total) }
        let reader = FrameGeometry.Reader(file.dataSet)
        for number in 1...description.numberOfFrames {
            guard let plane = reader.frame(number).plane else {
                throw ImagingError(.invalidDescription, "an image has no place in the patient")
            }
            let slice = HeadSlice(plane, rows: description.rows, columns: description.columns, reach: 0...0)
            let scale = ModalityScale(file.dataSet, frame: number)
            let value = scale.stored(background, in: Self.range(description))
            blank(&samples, from: (number - 1) * length, slice, word(value, description))
        }
        // Values have an even length (PS3.5 §7.1.1).
        if !samples.count.isMultiple(of: 2) { samples.append(0) }
        return Bytes(samples)
    }

    private static func range(_ description: PixelDescription) -> ClosedRange<Int> {
        let bits = description.bitsStored
        return description.isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
    }

    /// The bytes of a sample, where it lies in its word.
    private func word(_ value: Int, _ description: PixelDescription) -> [UInt8] {
        let shift = description.highBit + 1 - description.bitsStored
        return (0..<description.bitsAllocated / 8).map { UInt8(truncatingIfNeeded: (value << shift) >> (8 * $0)) }
    }

    private func blank(_ samples: inout [UInt8], from start: Int, _ slice: HeadSlice, _ word: [UInt8]) {
        for row in 0..<slice.rows {
            let first = slice.point(column: 0, row: row)
            for column in 0..<slice.columns where mask.isRemoved(first + slice.across * Double(column)) {
                let offset = start + (row * slice.columns + column) * word.count
                for (index, byte) in word.enumerated() { samples[offset + index] = byte }
            }
        }
    }

    // MARK: - Header

    private func describe(_ plain: inout DICOMFile) {
        var dataSet = plain.dataSet
        // Pixels that differ in what matters are another image (C.7.6.1.1.2), and of another series, whose equipment
        // made them (A.1.2.4).
        let instance = identifiers.uid(of: dataSet.string(.SOPInstanceUID) ?? "")
        DerivedImage.describe(
            &dataSet, instance: instance, purpose: .sourceImage,
            sentence: "Face taken out (Tarn, method \(Self.version))")
        dataSet.set(.SeriesInstanceUID, .UI, identifiers.uid(of: dataSet.string(.SeriesInstanceUID) ?? ""))
        plain.meta.set(.MediaStorageSOPInstanceUID, .UI, instance)
        mark(&dataSet)
        for tag in dataSet.elements.map(\.tag) where Self.showsPixels(tag) { dataSet.remove(tag) }
        plain.dataSet = dataSet
    }

    /// PS3.15 E.3.2: what was applied (CID 7050), and by what.
    private func mark(_ dataSet: inout DataSet) {
        dataSet.set(
            .DeidentificationMethod, .LO,
            strings: dataSet.strings(.DeidentificationMethod) + ["Tarn, face taken out, method \(Self.version)"])
        Outcome.claim(.cleanRecognizableVisualFeatures, in: &dataSet)
    }

    /// What else may show the face, or describes the pixels as they were: icons, overlays, extremes.
    private static func showsPixels(_ tag: Tag) -> Bool {
        [.IconImageSequence, .SmallestImagePixelValue, .LargestImagePixelValue].contains(tag)
            || tag.group & 0xFF01 == 0x6000
    }
}
