public import DICOM

/// What an image says that was made out of another one (PS3.3 C.7.6.1.1.2, C.12.4).
public enum DerivedImage {
    /// Why a source is named (CID 7202).
    public enum Purpose: Sendable {
        /// What was there before it was compressed with losses.
        case uncompressedPredecessor
        /// What it was made out of.
        case sourceImage

        fileprivate var code: DataSet {
            switch self {
            case .uncompressedPredecessor: DataSet(code: "121320", meaning: "Uncompressed predecessor")
            case .sourceImage: DataSet(code: "121322", meaning: "Source image for image processing operation")
            }
        }
    }

    /// Makes the header of `dataSet`, which is that of the source, one of an image of its own: it gets another SOP
    /// Instance UID, names the source, and counts as derived, in its frames' types too.
    /// - Parameters:
    ///   - instance: the new SOP Instance UID.
    ///   - sentence: what was done, appended to the Derivation Description; alone where there is no room for both.
    public static func describe(
        _ dataSet: inout DataSet, instance: String, purpose: Purpose, sentence: String
    ) {
        name(source: purpose, &dataSet)
        dataSet.set(.SOPInstanceUID, .UI, instance)
        dataSet.set(.ImageType, .CS, strings: type(dataSet.strings(.ImageType)))
        deriveFrameTypes(&dataSet)
        let text = [dataSet.string(.DerivationDescription), sentence].compactMap { $0 }.joined(separator: "; ")
        // ST holds 1024 characters (PS3.5 §6.2).
        dataSet.set(.DerivationDescription, .ST, text.count <= 1024 ? text : sentence)
    }

    private static func name(source purpose: Purpose, _ dataSet: inout DataSet) {
        guard let instance = dataSet.string(.SOPInstanceUID), let sopClass = dataSet.string(.SOPClassUID) else {
            return
        }
        var source = DataSet()
        source.set(.ReferencedSOPClassUID, .UI, sopClass)
        source.set(.ReferencedSOPInstanceUID, .UI, instance)
        source.set(.PurposeOfReferenceCodeSequence, items: [purpose.code])
        dataSet.set(.SourceImageSequence, items: (dataSet.sequence(.SourceImageSequence) ?? []) + [source])
    }

    private static func type(_ values: [String]) -> [String] {
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
        item.set(.FrameType, .CS, strings: type(item.strings(.FrameType)))
        return item
    }
}
