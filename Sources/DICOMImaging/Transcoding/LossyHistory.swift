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
        let name = recoding.encoder.transferSyntax.name
        refer(&dataSet, wasLossy: wasLossy)
        dataSet.set(.SOPInstanceUID, .UI, UIDMaker.random())
        dataSet.set(.ImageType, .CS, strings: derivedType(dataSet.strings(.ImageType)))
        deriveFrameTypes(&dataSet)
        let sentence = "Lossy compression: \(name), ratio \(Ratio.text(ratio))"
        let text = [dataSet.string(.DerivationDescription), sentence].compactMap { $0 }.joined(separator: "; ")
        // ST holds 1024 characters (PS3.5 §6.2).
        if text.count <= 1024 { dataSet.set(.DerivationDescription, .ST, text) }
        let code = Code.item("113040", "Lossy Compression")
        dataSet.set(.DerivationCodeSequence, items: (dataSet.sequence(.DerivationCodeSequence) ?? []) + [code])
    }

    private static func refer(_ dataSet: inout DataSet, wasLossy: Bool) {
        guard let instance = dataSet.string(.SOPInstanceUID), let sopClass = dataSet.string(.SOPClassUID) else {
            return
        }
        var source = DataSet()
        source.set(.ReferencedSOPClassUID, .UI, sopClass)
        source.set(.ReferencedSOPInstanceUID, .UI, instance)
        // CID 7202.
        source.set(
            .PurposeOfReferenceCodeSequence,
            items: [
                wasLossy
                    ? Code.item("121322", "Source image for image processing operation")
                    : Code.item("121320", "Uncompressed predecessor")
            ])
        dataSet.set(.SourceImageSequence, items: (dataSet.sequence(.SourceImageSequence) ?? []) + [source])
    }

    private static func derivedType(_ values: [String]) -> [String] {
        ["DERIVED"] + (values.count > 1 ? Array(values.dropFirst()) : ["PRIMARY"])
    }

    /// Frame Type of the functional groups says the same as Image Type (PS3.3 C.8.16.1).
    private static func deriveFrameTypes(_ dataSet: inout DataSet) {
        for tag in [Tag.SharedFunctionalGroupsSequence, .PerFrameFunctionalGroupsSequence] {
            guard let groups = dataSet.sequence(tag) else { continue }
            let changed = groups.map { group in
                var group = group
                for element in group.elements {
                    guard let items = group.sequence(element.tag), items.contains(where: { $0.contains(.FrameType) })
                    else { continue }
                    group.set(element.tag, items: items.map(withDerivedFrameType))
                }
                return group
            }
            dataSet.set(tag, items: changed)
        }
    }

    private static func withDerivedFrameType(_ item: DataSet) -> DataSet {
        guard item.contains(.FrameType) else { return item }
        var item = item
        item.set(.FrameType, .CS, strings: derivedType(item.strings(.FrameType)))
        return item
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

    private enum Code {
        static func item(_ value: String, _ meaning: String) -> DataSet {
            var item = DataSet()
            item.set(.CodeValue, .SH, value)
            item.set(.CodingSchemeDesignator, .SH, "DCM")
            item.set(.CodeMeaning, .LO, meaning)
            return item
        }
    }
}

/// New identifiers.
private enum UIDMaker {
    /// Under 2.25, from a random UUID (PS3.5 §B.2).
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        var (high, low) = (generator.next() as UInt64, generator.next() as UInt64)
        // RFC 9562 §5.4: version 4, variant 10.
        high = high & ~0xF000 | 0x4000
        low = low & ~(0b11 << 62) | 0b10 << 62
        return "2.25.\(UInt128(high) << 64 | UInt128(low))"
    }
}
