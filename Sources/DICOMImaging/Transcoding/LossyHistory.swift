import DICOM

/// What a data set has to say about losses (PS3.3 C.7.6.1.1.5), and about being derived (C.7.6.1.1.2, C.12.4).
enum LossyHistory {
    /// Transfer syntaxes that cannot but lose: what their pixels went through has to be said once they are left.
    private static let alwaysLossy = [
        UID.JPEGBaseline8Bit, UID.JPEGExtended12Bit, UID.JPEGSpectralSelectionNonHierarchical68,
        UID.JPEGFullProgressionNonHierarchical1012,
    ]

    /// - Parameter ratio: bytes of samples for one byte that the target made of them.
    static func describe(_ dataSet: inout DataSet, _ recoding: PixelRecoding, ratio: Double) {
        let isKnown = dataSet.string(.LossyImageCompression) == "01"
        if !isKnown, alwaysLossy.contains(recoding.file.transferSyntax.uid),
            let before = Ratio.ofSource(recoding)
        {
            add(&dataSet, ratio: before, method: "ISO_10918_1")
        }
        guard recoding.encoder.isLossy, let method = recoding.encoder.coding.lossyMethod else { return }
        let wasLossy = dataSet.string(.LossyImageCompression) == "01"
        add(&dataSet, ratio: ratio, method: method)
        derive(&dataSet, recoding, ratio: ratio, wasLossy: wasLossy)
    }

    /// Ratio and method are appended: successive steps stand in order (PS3.3 C.7.6.1.1.5.2).
    private static func add(_ dataSet: inout DataSet, ratio: Double, method: String) {
        dataSet.set(.LossyImageCompression, .CS, "01")
        dataSet.set(
            .LossyImageCompressionRatio, .DS,
            strings: dataSet.strings(.LossyImageCompressionRatio) + [Ratio.text(ratio)])
        dataSet.set(
            .LossyImageCompressionMethod, .CS, strings: dataSet.strings(.LossyImageCompressionMethod) + [method])
    }

    /// A new instance, which says what it was made of and how.
    private static func derive(
        _ dataSet: inout DataSet, _ recoding: PixelRecoding, ratio: Double, wasLossy: Bool
    ) {
        DerivedImage.describe(
            &dataSet, instance: UID.uuid(.random(in: .min ... .max), .random),
            purpose: wasLossy ? .sourceImage : .uncompressedPredecessor,
            sentence: "Lossy compression: \(recoding.encoder.transferSyntax.name), ratio \(Ratio.text(ratio))")
        let code = DataSet(code: "113040", meaning: "Lossy Compression")
        dataSet.set(.DerivationCodeSequence, items: (dataSet.sequence(.DerivationCodeSequence) ?? []) + [code])
    }

    /// Smallest and Largest Image Pixel Value, where the file has them.
    static func describe(_ dataSet: inout DataSet, _ extremes: ClosedRange<Int>, isSigned: Bool) {
        for (tag, value) in [
            (Tag.SmallestImagePixelValue, extremes.lowerBound), (.LargestImagePixelValue, extremes.upperBound),
        ] where dataSet.contains(tag) {
            dataSet.set(tag, isSigned ? .SS : .US, ints: [value])
        }
    }

    private enum Ratio {
        /// At most two places behind the point: DS has 16 characters.
        static func text(_ ratio: Double) -> String { "\((ratio * 100).rounded() / 100)" }

        /// How much the source's own compression gained.
        static func ofSource(_ recoding: PixelRecoding) -> Double? {
            guard case .fragments(let fragments) = recoding.file.dataSet[.PixelData]?.value, fragments.count > 0 else {
                return nil
            }
            let description = recoding.pixels.description
            return Double(description.decodedFrameBytes) * Double(description.numberOfFrames) / Double(fragments.count)
        }
    }
}
